"""The state that the bridge's parts share: configuration, database, clock and engine. Decides nothing."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.config.model import Config
from bridge.errors import Permanent
from bridge.google.calls import Calls
from bridge.google.client import Google
from bridge.google.credentials import account_of
from bridge.google.sheet import Sheet
from bridge.store.quota import Pace
from bridge.store.unit_of_work import Effects, WakeUps
from task_api.db import UnitOfWork

log = get_logger(__name__)


class SheetEngine(Protocol):
    """Runs the outbox. Knows when a sheet's job runs, not what it does (`bridge.worker.run`). Due work is stored in
    links and queues: a lost wake-up delays it and loses nothing.
    """

    def start(self) -> None:
        """Start the work; call it after any fork."""

    def defer(self, session: Session, wake_ups: WakeUps) -> None:
        """Schedule jobs for these sheets at these times (None: at once) inside this open transaction."""

    def wake(self, sheet: str, at: datetime | None) -> None:
        """Wake the engine for one sheet after the commit."""

    def stop(self) -> None:
        """Finish the jobs under way."""

    @property
    def alive(self) -> bool:
        """True while it works or waits to take over."""

    @property
    def stopping(self) -> bool:
        """True as soon as `stop` was called."""

    @property
    def trouble(self) -> str:
        """What keeps the elected process from its work, and what to do; empty if nothing is known to."""


@dataclass
class Runtime:
    """One bridge. ``engine_for`` makes its engine; ``listener_for`` the receivers of the tracker's signals, which this
    object keeps alive.
    ``pace``: how fast each Google account may be used. ``key_files``: sheet key → the service account's key.
    """

    config: Config
    database: Engine
    engine_for: InitVar[Callable[["Runtime"], SheetEngine]]
    listener_for: InitVar[Callable[["Runtime"], object]] = lambda _runtime: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pace: Pace = field(init=False)
    key_files: dict[str, Path] = field(init=False)
    engine: SheetEngine = field(init=False)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    _googles: dict[Path, Google] = field(init=False, default_factory=dict)
    _opening: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(
        self, engine_for: Callable[["Runtime"], SheetEngine], listener_for: Callable[["Runtime"], object]
    ) -> None:
        self.pace = Pace.of(self.config.calls_per_minute)
        self.key_files = {key: self.config.key_file(key) for key in self.config.sheets}
        self.engine = engine_for(self)
        self._listener = listener_for(self)

    @property
    def stopping(self) -> bool:
        """True as soon as the engine was told to stop: code that waits must return."""
        return self.engine.stopping

    def sheet(self, key: str) -> Sheet:
        """The open sheet of a queue, signed in with the current key file."""
        with self._opening:
            if (sheet := self.sheets.get(key)) is None:
                sheet = self.sheets[key] = Sheet(self._google(self.key_files[key]), self.config.sheets[key])
            elif sheet.google.outdated:
                sheet.google = self._google(self.key_files[key])
            return sheet

    def _google(self, file: Path) -> Google:
        """The account's connection with its current key file; keeps the old connection while a new file is unusable."""
        known = self._googles.get(file)
        if known is not None and not known.outdated:
            return known
        try:
            fresh = Google(self.config.google_url, file)
        except Permanent as error:
            if known is None:
                raise
            log.warning("key_unusable", why=str(error))
            return known
        self._googles[file] = fresh
        account_of.cache_clear()  # it may be another account's
        if known is not None:
            known.close()
        return fresh

    def lease_file(self, key: str) -> Path:
        """What the jobs of this home on a sheet leave behind (`bridge.store.unit_of_work.hold_file`): a file for each
        database, whose jobs have numbers of their own. The home may be moved with the database in it.
        """
        digest = hashlib.blake2b(self.config.database_url.encode(), digest_size=4).hexdigest()
        return self.config.home / f"{key}.{digest}.lease"

    def account(self, key: str) -> str:
        """The Google account that a queue's calls count for."""
        return account_of(self.key_files[key])

    def calls(self, key: str) -> Calls | None:
        """The calls that this process has made for a sheet; None before the first."""
        sheet = self.sheets.get(key)
        return sheet.calls if sheet else None

    def used(self, key: str) -> tuple[int, int]:
        """Reads and writes this process has made for a sheet."""
        sheet = self.sheets.get(key)
        return (sheet.calls.begun["read"], sheet.calls.begun["write"]) if sheet else (0, 0)

    def close(self) -> None:
        """Close the connections; further work opens new ones."""
        with self._opening:
            for google in self._googles.values():
                google.close()
            self._googles.clear()
            self.sheets.clear()
        self.database.dispose()

    def session(self) -> UnitOfWork:
        """A session of the bridge's own, outside any request."""
        return UnitOfWork(self.database, joined=self._effects())

    def writing(self) -> UnitOfWork:
        """A session whose transaction already holds the right to write; use as a context manager and commit."""
        session = self.session()
        session.begin_write()
        return session

    def join(self, session: Session) -> None:
        """Take part in a transaction that the task API opened."""
        if isinstance(session, UnitOfWork) and session.joined is None:
            session.joined = self._effects()

    def _effects(self) -> Effects:
        return Effects(self.engine.wake, self.engine.defer)
