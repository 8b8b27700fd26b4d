"""One account's connection to Google, one tab's reads and writes: the only room that imports gspread and google-auth.
Decides nothing and retries nothing. (The doctor uses requests too, for checks of its own.)

Read `sheet`, `snapshot`, `wire`, then `new_rows`, `formatted` and `dropdowns`, then `client`, `refusals`, `calls` and
`credentials`.
"""
