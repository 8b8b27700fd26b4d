"""create_app(config): the only place that wires things together. Starts nothing; `bridge.server.serve` does."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import task_api.schema
from bridge.api import openapi
from bridge.api.changes import changes
from bridge.api.events import events
from bridge.api.metrics import metrics
from bridge.api.needs import needs
from bridge.api.request_log import init_logs
from bridge.api.session import sign_in
from bridge.api.status import status
from bridge.api.task_states import states
from bridge.config import logs
from bridge.config.model import Config
from bridge.engine.port import make_engine
from bridge.inbound import task_signals
from bridge.inbound.webhook import hooks
from bridge.runtime import Runtime
from bridge.web.page import web
from bridge.worker.schedule import prepare
from task_api.app import init_task_api
from task_api.db import db, engine_options


def create_app(config: Config) -> Flask:
    """The task API, the webhook and the page on one database, migrated if it was behind.

    The engine is made but not started: ``app.extensions["engine"].start()``, once, after any fork.
    """
    logs.configure()
    config.home.mkdir(parents=True, exist_ok=True)
    app = Flask("bridge", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.database)
    init_logs(app)
    init_task_api(app)
    with app.app_context():
        database = db.engine
    if task_api.schema.current(database) != task_api.schema.head():
        task_api.schema.upgrade(config.database)
    runtime = Runtime(config, database)
    prepare(runtime)
    task_signals.attach(runtime)
    engine = make_engine(runtime)
    runtime.wake, runtime.defer = engine.wake, engine.defer
    app.extensions["bridge"], app.extensions["engine"] = runtime, engine
    app.extensions["openapi_paths"] = openapi.paths()
    for blueprint in (hooks, status, needs, changes, metrics, states, sign_in, events, web):
        app.register_blueprint(blueprint)
    if proxies := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies, proxies)  # type: ignore[method-assign]
    return app
