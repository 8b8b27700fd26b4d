"""The task API as part of an app, or as an app of its own. An app around it may name itself by these settings."""

from flask import Flask
from sqlalchemy import Engine

from task_api.db import init_sessions, open_engine
from task_api.errors import init_errors
from task_api.openapi import docs
from task_api.routes import api

SETTINGS = {
    "TASK_API_ABOUT": "Tasks.",  # description of the OpenAPI document
    "TASK_API_COOKIE": "tasks",  # name of the session cookie
    "TASK_API_HEADER": "X-Tasks",  # header that the page must send with every write
    "TASK_API_RIGHTS": "grant it",  # what to do if the database's user lacks a right
    "TASK_API_ID_FORM": str.strip,  # callers' own ids that it makes equal are one id
}
"""Default values of the app's settings."""


def init_task_api(app: Flask, database: Engine) -> None:
    """Add database (of `open_engine`), routes, errors and documentation to the app."""
    for name, word in SETTINGS.items():
        app.config.setdefault(name, word)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    init_sessions(app, database)
    init_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(docs)


def create_task_api(database_url: str) -> Flask:
    """The task API alone; the caller has migrated the database."""
    app = Flask("task_api", static_folder=None)
    init_task_api(app, open_engine(database_url))
    return app
