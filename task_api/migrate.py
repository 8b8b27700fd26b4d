"""``python -m task_api.migrate URL``: bring a database to the newest schema. One process at a time."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from task_api import schema
from task_api.db import db, prepare_engine


def migration_app(database_url: str) -> Flask:
    """An app that knows the database and the migrations, nothing else."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    db.init_app(app)
    Migrate(app, db, directory=str(schema.VERSIONS.parent), render_as_batch=True)
    with app.app_context():
        prepare_engine(db.engine)
    return app


def main(database_url: str) -> None:
    """Upgrade under a lock; a database newer than the code is refused."""
    app = migration_app(database_url)
    with _alone(database_url), app.app_context():
        try:
            _upgrade()
        except SQLAlchemyError as error:
            sys.exit(f"the migration failed and changed nothing: {schema.reason(error)}")
        finally:
            db.engine.dispose()


def _upgrade() -> None:
    found, wanted = schema.current(db.engine), schema.head()
    if found is not None and found > wanted:
        sys.exit(
            f"the database has schema {found}, this version only knows {wanted}: "
            "run the newer version again, or restore a backup made before it"
        )
    if found != wanted:
        upgrade()


@contextmanager
def _alone(database_url: str) -> Iterator[None]:
    """Two processes starting at once must not migrate at once; on PostgreSQL migrations/env.py takes a lock there."""
    file = make_url(database_url).database
    if not database_url.startswith("sqlite") or not file:
        yield
        return
    with Path(file).with_suffix(".migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    main(sys.argv[1])
