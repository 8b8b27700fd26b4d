"""Backup, restore, retention and the way from SQLite to PostgreSQL. Never loses a change that is not yet safe
elsewhere.

Read `backup`, `restore`, `retention`, `import_sqlite`; `serving` keeps a second server out.
"""
