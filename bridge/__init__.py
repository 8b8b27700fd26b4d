"""The bridge between a Google Sheet of leads and a task tracker: both ways, change by change. Knows the tasks only by
`tracker`, and Google only by `google`.

Read what CONTRIBUTING.md names under 2, then `app`, which wires the rooms; docs/development.md lists them. `runtime` is
what they share, `errors` the two errors that decide what happens next.
"""
