"""The ``leadbridge`` command: parses, calls, prints. Decides nothing.

Read `main`, `context`, then `inspect`, `repair` and `admin`.
"""
