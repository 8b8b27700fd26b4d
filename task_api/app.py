"""The task API as part of an app, or as an app of its own. Knows nothing of the app around it but these words."""

from flask import Flask
from sqlalchemy import Engine

from task_api.db import close_session, open_engine
from task_api.errors import init_errors
from task_api.openapi import docs
from task_api.routes import api

WORDS = {
    "TASK_API_ABOUT": "Tasks.",  # in the OpenAPI document
    "TASK_API_COOKIE": "tasks",  # of whoever is signed in to the app's page
    "TASK_API_HEADER": "X-Tasks",  # which that page sends with all that it writes
    "TASK_API_RIGHTS": "see what it was granted",  # when the database's user lacks a right
}
"""Settings of the app, where it has none of its own."""


def init_task_api(app: Flask, database: Engine) -> None:
    """Database (of `open_engine`), routes, errors and documentation."""
    for name, word in WORDS.items():
        app.config.setdefault(name, word)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["database"] = database
    app.teardown_appcontext(close_session)
    init_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(docs)


def create_task_api(database_url: str) -> Flask:
    """The task API alone; its database is migrated by the caller."""
    app = Flask("task_api", static_folder=None)
    init_task_api(app, open_engine(database_url))
    return app
