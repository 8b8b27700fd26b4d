"""The task API as part of an app, or as an app of its own. Has never heard of the bridge."""

from flask import Flask
from sqlalchemy import Engine

from task_api.db import db, open_engine
from task_api.errors import init_errors
from task_api.openapi import docs
from task_api.routes import api


def init_task_api(app: Flask, database: Engine) -> None:
    """Database (of `open_engine`), routes, errors and documentation."""
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["SQLALCHEMY_DATABASE_URI"], app.extensions["database"] = database.url, database
    db.init_app(app)
    init_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(docs)


def create_task_api(database_url: str) -> Flask:
    """The task API alone; its database is migrated by the caller."""
    app = Flask("task_api", static_folder=None)
    init_task_api(app, open_engine(database_url))
    return app
