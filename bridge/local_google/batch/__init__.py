"""The requests of spreadsheets.batchUpdate, each as the shape of its body and what it does to a snapshot.

Pure. Read `requests`, which applies them in order, then any other.
"""
