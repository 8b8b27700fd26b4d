"""Processes: the server, the worker and the systemd unit. Starts and stops; decides nothing.

Read `serve`, `answering`, `limits`, `process`, `worker`.
"""
