"""Engines decide when a sheet's job runs, never what it does: one thread beside SQLite, Procrastinate on PostgreSQL.

Read `choose`, `embedded`, then `postgres` and its `worker`.
"""
