"""Which sheet owes what, who may write, and when. Talks to no network.

Read `pending`, `lease`, `sweep_requests`.
"""
