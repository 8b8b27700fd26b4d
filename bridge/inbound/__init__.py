"""What comes in: signed requests of the sheet's script, and signals of the task API. Verifies and parses, then
calls `sync`.

Read `webhook`, `signed_request`, `schema`, `task_signals`.
"""
