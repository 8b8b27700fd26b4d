"""The bridge for a WSGI server that forks. Starts no engine: whoever forks does, after the fork
(`bridge.server.gunicorn_conf`).
"""

from flask import Flask

from bridge.app import create_app
from bridge.config.file import load


def create() -> Flask:
    """The app on the configuration of the working folder."""
    return create_app(load())
