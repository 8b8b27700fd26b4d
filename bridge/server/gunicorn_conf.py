"""gunicorn's settings: ``gunicorn -c python:bridge.server.gunicorn_conf``. Address, port and sheets are bridge.toml's.

Several worker processes serve one database; each starts its engine after the fork, and one of them is elected.
``WEB_CONCURRENCY`` says how many (2), ``LOG_FORMAT`` how they log. Refuses to serve the local Google, which lives in
one process.
"""

import os
import sys
from typing import Any

from bridge.config.file import load
from bridge.config.logs import settings
from bridge.config.model import Config, ConfigError
from bridge.server import gc
from bridge.server.serve import THREADS
from task_api import schema


def _environment() -> tuple[int, dict[str, Any]]:
    try:
        return int(os.environ.get("WEB_CONCURRENCY", "2")), settings(os.environ.get("LOG_FORMAT", "text"), "INFO")
    except ValueError as error:
        sys.exit(f"Error: WEB_CONCURRENCY or LOG_FORMAT is wrong: {error}")


def _configured() -> Config:
    try:
        config = load()
    except ConfigError as error:
        sys.exit(f"Error: the configuration has faults:\n{error}")
    if config.local:
        sys.exit("Error: there is no bridge.toml here, and the local Google needs one process: leadbridge run")
    return config


_config = _configured()
wsgi_app = "bridge.server.wsgi:create()"
bind = f"{_config.host}:{_config.port}"
worker_class = "gthread"
workers, _logging = _environment()
threads = THREADS
graceful_timeout = 30
control_socket_disable = True
secure_scheme_headers: dict[str, str] = {}  # which proxies are believed is said once, by trusted_proxies in bridge.toml
logconfig_dict = _logging | {
    "loggers": {
        "gunicorn.error": {"handlers": [], "propagate": True},  # one style for all lines
        "gunicorn.access": {"level": "CRITICAL", "propagate": False},  # it would print addresses; ours are events
    }
}


def on_starting(_arbiter: Any) -> None:
    """Bring the database to this version's schema, before any worker; one that is newer stops the start."""
    _config.home.mkdir(parents=True, exist_ok=True)
    try:
        schema.upgrade(_config.database)
    except schema.SchemaError as error:
        sys.exit(f"Error: {error}")


def post_worker_init(worker: Any) -> None:
    """The fork is done: threads may start."""
    if _config.engine:
        worker.wsgi.extensions["engine"].start()
    gc.freeze()


def worker_exit(_arbiter: Any, worker: Any) -> None:
    """The last request is answered: finish the job under way."""
    if (app := getattr(worker, "wsgi", None)) is not None:
        app.extensions["engine"].stop()
        app.extensions["bridge"].close()
