"""The task API: an ordinary Flask API that knows nothing of the app around it. The app hears of changes by signals.

Read `routes`, `operation`, `tasks`, `signals`, `db`, then the others.
"""
