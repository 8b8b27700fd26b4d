"""Pure decisions: standard library and bridge.core only; no I/O, no clock, no randomness (import-linter enforces it)."""
