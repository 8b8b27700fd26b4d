"""``python -m tests.benchmarks``: how fast, how few calls, how much memory; beside what the disk and the server can."""
