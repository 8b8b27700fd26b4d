"""The database's schema: its revision, the revision this code needs, and the migration, in one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from task_api.db import open_engine
from task_api.db_errors import reason

if TYPE_CHECKING:
    from alembic.config import Config

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


class SchemaError(Exception):
    """The database cannot be brought to the schema of this code; the message says what to do."""


def head() -> str:
    """The newest revision of this code; the names of its files start with it and sort in order."""
    return max(path.stem.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def current(engine: Engine) -> str | None:
    """The revision of the database; None if it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def alembic(engine: Engine) -> "Config":
    """The configuration of Alembic's commands for this database."""
    from alembic.config import Config  # noqa: PLC0415 - 4 MB that only a start on an older schema needs

    config = Config(attributes={"engine": engine})
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    return config


def upgrade(database_url: str) -> None:
    """Migrate the database to `head`; raises `SchemaError` if that fails, for instance because the database is newer.

    Not thread-safe: Alembic keeps its state in module globals.
    """
    engine = open_engine(database_url)
    try:
        with _alone(engine):
            _upgrade(engine)
    except (SQLAlchemyError, OSError) as error:
        raise SchemaError(f"the migration failed and changed nothing: {reason(error)}") from error
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> None:
    found = current(engine)
    refuse_newer(found)
    if found != head():
        from alembic import command  # noqa: PLC0415 - as above

        command.upgrade(alembic(engine), "head")


def refuse_newer(found: str | None) -> None:
    """Raise `SchemaError` for a revision that is newer than this code."""
    if found is not None and found > head():
        raise SchemaError(
            f"the database has schema {found}, this version only knows {head()}: "
            "run the newer version again, or restore a backup made before it"
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Let one process migrate at a time, by a lock file; on PostgreSQL migrations/env.py takes an advisory lock."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    with Path(file).with_suffix(".migrating").open("w") if file else nullcontext() as lock:
        if lock is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
