"""Wires the bridge: configuration → database → runtime with its engine → app. Starts nothing.

Server, worker, commands and doctor all use this module, each the parts it needs.
"""

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from bridge.api.answers import init_answers
from bridge.api.changes import changes
from bridge.api.events import events
from bridge.api.metrics import metrics
from bridge.api.needs import needs
from bridge.api.session import session
from bridge.api.status import status
from bridge.api.task_states import states
from bridge.config.home import make_home
from bridge.config.model import Config
from bridge.core.text import as_seen
from bridge.engine.choose import make_engine
from bridge.errors import Permanent
from bridge.inbound.task_signals import TaskSignals
from bridge.inbound.webhook import hooks
from bridge.runtime import Runtime
from bridge.store.clock import clock_of
from bridge.web.page import web
from bridge.worker.start import prepare
from task_api import schema
from task_api.app import init_task_api
from task_api.db import open_engine

PROGRAM = "leadbridge"
SETTINGS = {
    "TASK_API_ABOUT": "Tasks, linked with leads in a Google Sheet.",
    "TASK_API_COOKIE": "leadbridge",
    "TASK_API_HEADER": "X-Leadbridge",
    "TASK_API_RIGHTS": "leadbridge doctor says what to grant",
    "TASK_API_ID_FORM": as_seen,
}
"""How the task API names the product, and compares the ids of leads."""


def find_database(config: Config) -> Engine:
    """The configured database, without a migration."""
    make_home(config.home)
    return open_engine(config.database, PROGRAM)


def existing_database(config: Config) -> Engine:
    """The configured database, which a bridge has made, whatever its schema; makes nothing. Raises `Permanent`."""
    database = open_engine(config.database, PROGRAM)
    file = database.url.database if database.dialect.name == "sqlite" else None
    if file is not None and not Path(file).is_file():
        raise Permanent(
            f"no bridge has ever run with its data in {config.home}",
            "start it once (make run), or set LEADBRIDGE_HOME to the folder that is meant",
        )
    return database


def current_database(config: Config) -> Engine:
    """The same, at this version's schema; migrates nothing, since a bridge of another version may be at work."""
    database = existing_database(config)
    here, wanted = schema.current(database), schema.head()
    schema.refuse_newer(here)
    if here != wanted:
        raise Permanent(f"the database has schema {here}, this version needs {wanted}", "leadbridge migrate")
    return database


def open_database(config: Config) -> Engine:
    """The configured database, migrated to this version's schema if needed; raises `SchemaError` if that fails."""
    database = find_database(config)
    if schema.current(database) != schema.head():
        schema.upgrade(config.database)
    return database


def make_runtime(config: Config, database: Engine) -> Runtime:
    """The bridge on an open database. ``runtime.engine.start()`` starts its work: call it once, after any fork."""
    runtime = Runtime(config, database, make_engine, TaskSignals, clock_of(database))
    prepare(runtime)
    return runtime


def create_app(config: Config) -> Flask:
    """The task API, the webhook and the page on one database."""
    runtime = make_runtime(config, open_database(config))
    app = Flask("bridge", static_folder=None)
    app.config.from_mapping(SETTINGS)
    init_answers(app)
    init_task_api(app, runtime.database)
    app.extensions["bridge"] = runtime
    for blueprint in (hooks, status, needs, changes, metrics, states, session, events, web):
        app.register_blueprint(blueprint)
    if proxies := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]
    return app
