"""What comes in: signed requests of the sheet's script, and signals of the task API. Verifies and parses, then has
`sync`, `queue` and `store` do the work in one transaction. Calls no network and decides nothing about values.

Read `webhook`, `signed_request`, `schema`, `task_signals`.
"""
