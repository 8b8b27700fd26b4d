"""One sheet's job: take the lease, read, decide, write, verify, settle. Refuses to retry by itself: what fails
is postponed.

Read `run`, `job`, `flush`, `send`, `locate`, `sweep`; `compare`, `append`, `clear_misdirected` and `unlinked` are
parts of the last two; `parts`, `put_back` and `restore_ids` mend a write that Google refuses or that went astray.
`start` is no job: it prepares the queues before an engine works on them.
"""
