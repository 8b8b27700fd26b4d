"""Pure decisions: standard library and bridge.core only; no I/O, no clock, no randomness (tests/unit/test_purity.py).

Read `values`, `cells`, `mapping`, `merge`, then the others.
"""
