"""Pure decisions: standard library and bridge.core only; no I/O, no clock, no randomness (a test enforces it)."""
