"""One sheet's job: take the lease, read, decide, write, verify, settle. Refuses to retry by itself: what fails
is postponed.

Read `run`, `job`, `flush`, `send`, `locate`, `sweep`.
"""
