"""The Sheets API over HTTP: tokens, quotas, field masks, reading and writing values, and trouble on demand.

Refuses by name what it does not know. Read `rest` (the methods), `call` (what all of them share), then `values`.
"""
