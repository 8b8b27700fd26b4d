"""Processes: the server, the worker, gunicorn's settings and the systemd unit. Starts and stops; decides
nothing.

Read `serve`, `worker`, `gunicorn_conf`, `shutdown`.
"""
