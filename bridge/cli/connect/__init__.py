"""``leadbridge connect``: from the address of a sheet to a bridge.toml that is known to work.

Read `command`, `ask`, `propose`, then `toml`.
"""
