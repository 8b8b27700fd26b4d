"""One sheet's job: take the lease, read, decide, write, verify, settle. Refuses to retry by itself: what fails
is postponed.

Read `run`, `job`, then the rooms: `flush`, `write`, `sweep`. `start` is no job: it prepares the queues before an engine
works on them.
"""
