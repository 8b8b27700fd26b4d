"""Pure decisions: standard library and bridge.core only; no I/O, no clock, no randomness (tests/unit/test_purity.py).

Read `values`, `cells`, `mapping`, `merge`, then the others; `columns` decides which column is
a field's, `moved_columns` where a write went whose columns moved.
"""
