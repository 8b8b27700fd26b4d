"""Alembic's environment: every table of the project, in batches where SQLite needs them."""

from alembic import context
from sqlalchemy import Engine

import bridge.store.models  # noqa: F401 - registers its tables
import task_api.models  # noqa: F401
from task_api.db import Base, UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """A migration stands for itself: it names database types, not the project's."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    """Run the migrations on the given engine. Foreign keys rest meanwhile: batch mode rebuilds parent tables."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20261123)")  # whoever comes second finds it done
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
