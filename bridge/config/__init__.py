"""bridge.toml and the environment become one frozen `Config`; every fault is told at once. Reads no other file
and starts nothing.

Read `model`, `fields`, `sheets`, then `file`; `faults` and `secrets` serve them.
"""
