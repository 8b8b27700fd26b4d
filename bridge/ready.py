"""What a bridge lacks before it can work: nothing, when traffic may be sent to it. Changes nothing, asks no Google."""

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

import task_api.schema
from bridge.engine import LaneEngine
from bridge.runtime import Runtime
from task_api.db import impatient


def lacking(runtime: Runtime, engine: LaneEngine) -> list[str]:
    """One sentence for each thing that is missing; they may be shown to anybody."""
    try:
        found, works = database_lacks(runtime.database), engine.alive  # others may do the work: the database knows
    except SQLAlchemyError:
        return ["the database cannot be read"]
    return found if works else [*found, "the engine does not run: tasks are changed, the sheet is not"]


def database_lacks(database: Engine) -> list[str]:
    """The same of the database alone."""
    here, wanted = task_api.schema.current(database), task_api.schema.head()
    if here != wanted:
        return [f"the database has schema {here}, this version needs {wanted}: leadbridge migrate"]
    return [] if _writable(database) else ["the database cannot be written"]


def _writable(database: Engine) -> bool:
    """Take the right to write and give it back. A database that another writes at this moment is writable."""
    try:
        with database.connect() as connection, impatient(connection):
            if database.dialect.name != "sqlite":
                return bool(connection.scalar(text("SHOW transaction_read_only")) == "off")
            connection.rollback()
            connection.execution_options(sqlite_begin="IMMEDIATE").begin().rollback()
    except OperationalError as error:
        return "locked" in str(error.orig)
    return True
