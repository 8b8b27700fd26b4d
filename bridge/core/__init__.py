"""Pure decisions: standard library and bridge.core only; no I/O, no clock, no randomness. Import-linter checks it.

Read `values`, `cells`, `mapping`, `merge`, then the others.
"""
