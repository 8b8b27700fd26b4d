"""create_app(config): the only place that wires things together. Starts nothing; `bridge.serve` does."""

from pathlib import Path

from flask import Flask
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

import task_api.schema
from bridge import openapi, signals
from bridge.changes import changes
from bridge.config import Config
from bridge.engine.embedded import EmbeddedEngine
from bridge.lane import prepare
from bridge.logs import init_logs
from bridge.metrics import metrics
from bridge.runtime import Runtime
from bridge.status import status
from bridge.web import web
from bridge.web.events import events
from bridge.web.sign_in import sign_in
from bridge.web.states import states
from bridge.webhook import hooks
from task_api.app import init_task_api
from task_api.db import db


def create_app(config: Config) -> Flask:
    """The task API, the webhook and the page on one database, migrated if it was behind.

    The engine is made but not started: ``app.extensions["engine"].start()``, once, after any fork.
    """
    config.home.mkdir(parents=True, exist_ok=True)
    app = Flask("bridge", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}  # they are cell text, and errors are logged
    init_logs(app)
    init_task_api(app)
    with app.app_context():
        database = db.engine
    if task_api.schema.current(database) != task_api.schema.head():
        task_api.schema.upgrade(config.database)
    runtime = Runtime(config, database)
    prepare(runtime)
    signals.attach(runtime)
    engine = EmbeddedEngine(runtime, lock_file(config))
    runtime.wake = engine.wake
    app.extensions["bridge"], app.extensions["engine"] = runtime, engine
    app.extensions["openapi_paths"] = openapi.paths()
    for blueprint in (hooks, status, changes, metrics, states, sign_in, events, web):
        app.register_blueprint(blueprint)
    if proxies := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]
    return app


def lock_file(config: Config) -> Path:
    """Beside the SQLite file, so that all processes on one file elect one engine."""
    url = make_url(config.database)
    database = Path(url.database) if url.drivername.startswith("sqlite") and url.database else config.home / "engine"
    return database.with_suffix(".engine")
