"""The bridge as a process of its own, on a sheet and a database that were filled before its first start."""

from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from bridge.local_google.api.quota import Limits
from tests.benchmarks import fill
from tests.benchmarks.databases import SQLITE, Database
from tests.process.process import Process
from tests.stack import eventually

STATUS_COLUMN = 3


class Filled(Process):
    """The bridge on so many leads that agree already, and Google without a limit of calls."""

    def __init__(self, folder: Path, rows: int, database: Database = SQLITE) -> None:
        super().__init__(folder)
        self._rows = rows
        self._url = database.url(folder / "home")
        self._database = database
        self.sent = 0
        """Bytes of Google's answers so far."""

    def environ(self) -> dict[str, str]:
        """With the address of the database."""
        return super().environ() | {"DATABASE_URL": self._url}

    def google_wsgi(self, environ: Any, start_response: Any) -> Any:
        """No witness: it would keep every answer of 10,000 rows."""
        answer = b"".join(self._google_app(environ, start_response))
        self.sent += len(answer)
        return [answer]

    def start(self) -> None:
        """Fill the sheet and the database before the first start."""
        if self.process is None:
            self.google.quota.limits = Limits(10**9, 10**9)
            fill.grid(self.google.book.tab("Leads"), self._rows)
            engine = fill.opened(self._database, self.folder / "home")
            fill.leads(engine, self._rows)
            engine.dispose()
        super().start()

    def calls(self) -> int:
        """Reads and writes so far."""
        return int(self.google.calls.reads + self.google.calls.writes)

    def word(self, lead: int) -> Any:
        """What the lead's status cell says."""
        return self.google.book.tab("Leads").values(lead + 1, STATUS_COLUMN)[0][0]

    def swept(self) -> bool:
        """True when no sweep is wanted or at work, and nothing is owed."""
        with create_engine(self._url).connect() as database:
            rest = "SELECT swept_at IS NOT NULL AND sweep_at IS NULL AND lease_until IS NULL FROM sheet_queues"
            owed = "SELECT count(*) FROM links WHERE wanted > written"
            return bool(database.exec_driver_sql(rest).scalar_one()) and not database.exec_driver_sql(owed).scalar_one()

    def settle(self) -> None:
        """Wait until all is quiet."""
        eventually(self.swept, "quiet", 120)
