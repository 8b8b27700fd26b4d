"""Rows and tasks brought together inside the caller's transaction: load, merge, link, and what follows from rows
that vanished or moved. Talks to no network and never commits.

Read `ingest`, `load`, `merge_row`, then the rooms: `links` (which row is which lead), `edits` (what a person typed),
`misdirected` (writes that went astray), `columns` (which column is which field).
"""
