"""Rows and tasks brought together inside the caller's transaction: load, merge, link, and what follows from rows
that vanished or moved. Talks to no network and never commits.

Read `ingest`, `load`, `merge_row`, `link_row`, `edit_events`, then the others.
"""
