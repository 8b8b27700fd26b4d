"""Which links owe their sheet a write, and when sheets are to be swept. Talks to no network.

Read `pending`, `sweep_requests`.
"""
