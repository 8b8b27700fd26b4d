"""The state of the database's schema: which revision it has, which the code wants, and the way there.

Alembic costs 11 MB and 0.4 s to import, so nothing imports it here: the revisions are read off the file names in
migrations/versions, and the upgrade runs in a child process.
"""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import Engine, inspect, text

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


class SchemaError(Exception):
    """The database cannot be brought to the schema of this code; the message says what to do."""


def head() -> str:
    """The newest revision this code knows; file names start with it and sort in order."""
    return max(path.stem.split("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


def current(engine: Engine) -> str | None:
    """The revision of the database; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def reason(error: BaseException) -> str:
    """What the driver said, in its first line; never a value, nor the password."""
    return (str(getattr(error, "orig", error)).strip().splitlines() or ["no reason is given"])[0].rstrip(".")


def upgrade(database_url: str) -> None:
    """Bring the database to `head`; raises `SchemaError` when that fails, for instance because it is newer than the
    code.
    """
    done = subprocess.run(  # noqa: S603 - our own module and our own database address
        [sys.executable, "-m", "task_api.migrate", database_url], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SchemaError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "the migration failed")
