"""``leadbridge doctor``: check everything the bridge depends on. Changes nothing; every problem says what to do.

Read `command`, then the checks: `machine`, `sheet`, `sheet_queue`.
"""
