"""bridge.toml, ``.env`` and the environment become one frozen `Config`; every fault is reported at once. Opens no
database and no connection.

Read `model`, `fields`, `sheets`, then `file`; `faults` and `secrets` serve them. `logs` sets up logging.
"""
