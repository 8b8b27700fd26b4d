"""bridge.toml and the environment become one frozen `Config`; every fault is reported at once. Reads no other file
and starts nothing.

Read `model`, `fields`, `sheets`, then `file`; `faults` and `secrets` serve them.
"""
