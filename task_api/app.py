"""The task API as part of an app, or as an app of its own. Has never heard of the bridge."""

from flask import Flask

from task_api.db import db, prepare_engine
from task_api.errors import init_errors
from task_api.openapi import docs
from task_api.routes import api


def init_task_api(app: Flask) -> None:
    """Database, routes, errors and documentation. The app's SQLALCHEMY_DATABASE_URI must be set."""
    app.json.sort_keys = False  # type: ignore[attr-defined]
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    init_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(docs)


def create_task_api(database_url: str) -> Flask:
    """The task API alone; its database is migrated by the caller."""
    app = Flask("task_api", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    init_task_api(app)
    return app
