"""The only room that knows gspread, google-auth and requests: one account's connection, one tab's reads and
writes. Decides nothing and retries nothing.

Read `sheet`, `snapshot`, then `client`, `calls` and `credentials`.
"""
