"""The proof: one state machine plays people, programs, a bad network, a bad Google and a dying bridge against the real
product, and then holds it to its guarantees. ``make prove`` runs it long.
"""
