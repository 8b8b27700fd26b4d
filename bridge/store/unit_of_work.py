"""What a commit of the bridge also does: before it, insert history and counts and defer jobs; after it, wake the
engine. The signals' receivers join the sessions of the task API's requests.
"""

import fcntl
import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, bindparam, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, lazyload

from bridge.store.counters import BOUNDS, LABELS, SUM
from bridge.store.models import Change, Link, SheetQueue
from task_api.db import UnitOfWork

WakeUps = Mapping[str, datetime | None]
"""sheet key → when its queue may have work; None: at once."""
_INSERT = insert(Change)
_QUEUE = select(SheetQueue).where(SheetQueue.sheet == bindparam("sheet")).with_for_update()
_QUEUE_OF_TASK = (
    select(SheetQueue)
    .join(Link, Link.sheet == SheetQueue.sheet)
    .where(Link.task_id == bindparam("task"))
    .options(lazyload(SheetQueue.health))  # read in this query it might be older than the lock
    .with_for_update(of=SheetQueue)
)
_COUNT = text(
    "INSERT INTO counters (sheet, name, label, value) VALUES (:sheet, :name, :label, :value) "
    "ON CONFLICT (sheet, name, label) DO UPDATE SET value = counters.value + excluded.value"
)


@dataclass
class Effects:
    """``notes``: lines of the history, inserted in one statement. ``wakes``: sheet queues that may have work, and when.
    ``locked``: sheet queues that are locked until the end. ``counts``: (sheet, name, label) → how many more.
    ``defer(session, wakes)`` adds jobs to the transaction; ``wake`` is called for each queue after it.
    """

    wake: Callable[[str, datetime | None], None]
    defer: Callable[[Session, WakeUps], None]
    notes: list[dict[str, Any]] = field(default_factory=list)
    wakes: dict[str, datetime | None] = field(default_factory=dict)
    locked: dict[str, SheetQueue] = field(default_factory=dict)
    counts: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def before_commit(self, session: Session) -> None:
        """Insert history, counts and jobs in the same transaction."""
        self.write_down(session)
        if self.counts:
            session.connection().execute(_COUNT, [_count(*one) for one in sorted(self.counts.items())])
        if self.wakes:
            self.defer(session, self.wakes)

    def after_commit(self) -> None:
        """Wake the engine. A lost wake-up delays work and loses nothing."""
        wakes = self.wakes
        self.forget()
        for sheet, at in wakes.items():
            self.wake(sheet, at)

    def forget(self) -> None:
        """Discard the collected effects: they are done, or were rolled back."""
        self.notes, self.wakes, self.locked, self.counts = [], {}, {}, {}

    def count(self, sheet: str, name: str, labels: Mapping[str, float]) -> None:
        """Add to the counts of these labels."""
        for label, value in labels.items():
            self.counts[sheet, name, label] = self.counts.get((sheet, name, label), 0.0) + value

    def observe(self, sheet: str, name: str, seconds: Iterable[float]) -> None:
        """Count durations by their bucket; a negative one, of clocks that differ, counts as 0."""
        for one in seconds:
            took = max(0.0, one)
            self.count(sheet, name, {LABELS[bisect_left(BOUNDS, took)]: 1, SUM: took})

    def write_down(self, session: Session) -> None:
        """Insert what was noted so far."""
        notes, self.notes = self.notes, []
        if notes:
            session.connection().execute(_INSERT, notes)


def _count(key: tuple[str, str, str], value: float) -> dict[str, Any]:
    return dict(zip(("sheet", "name", "label"), key, strict=True)) | {"value": value}


def effects(session: Session) -> Effects:
    """The effects of the bridge's transaction."""
    return cast(Effects, cast(UnitOfWork, session).joined)


def write_down(session: Session) -> None:
    """Insert what this transaction has noted so far, before the history is queried."""
    effects(session).write_down(session)


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """What is done in this context is undone when it raises; the rest of the transaction stays."""
    noted = effects(session)
    noted.write_down(session)
    before = dict(noted.wakes), dict(noted.locked), dict(noted.counts)
    try:
        with session.begin_nested():
            yield
            noted.write_down(session)
    except BaseException:
        noted.notes = []
        noted.wakes, noted.locked, noted.counts = before
        raise


def lock_queue(session: Session, sheet: str) -> SheetQueue:
    """The queue, locked: nobody else changes it or its leads before this transaction ends. Lock it before anything of
    them is read, and several queues in the order of their keys.
    """
    locked = effects(session).locked
    if sheet not in locked:
        locked[sheet] = session.scalars(_QUEUE, {"sheet": sheet}, execution_options={"populate_existing": True}).one()
    return locked[sheet]


def lock_queue_of_task(session: Session, task_id: int) -> None:
    """The same for the queue of the task's lead, where it has one."""
    for queue in session.scalars(_QUEUE_OF_TASK, {"task": task_id}, execution_options={"populate_existing": True}):
        effects(session).locked[queue.sheet] = queue


def wake_after_commit(session: Session, sheet: str, at: datetime | None = None) -> None:
    """After the commit, wake the engine for work that is due then, or (None) at once."""
    wakes = effects(session).wakes
    before = wakes.get(sheet, at)
    wakes[sheet] = None if at is None or before is None else min(at, before)


def data_version(connection: Connection) -> object:
    """A value that changes whenever another connection commits; None if it cannot be read."""
    sqlite = connection.dialect.name == "sqlite"
    query = "PRAGMA data_version" if sqlite else "SELECT CAST(pg_current_snapshot() AS text)"
    try:
        version: object = connection.exec_driver_sql(query).scalar_one()
        connection.rollback()
    except SQLAlchemyError:
        return None
    return version


def hold_file(path: Path) -> int | None:
    """The file of a sheet's job (`Runtime.lease_file`), locked until `let_go`; None while another job of this home has
    it, or without such a file. In it stands the token of the job's lease. The system lets the lock go when the process
    dies: a lease with the token of a file that nobody holds is a dead job's.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return None
    return file


def let_go(file: int | None) -> None:
    """Close the file."""
    if file is not None:
        os.close(file)


def token_in(file: int | None) -> int | None:
    """The token of the last job that held this file; it has ended, or died."""
    said = b"" if file is None else os.pread(file, 20, 0)
    return int(said) if said.isdigit() else None


def put_token(file: int | None, token: int) -> None:
    """Write down whose lease it is, once the lease is committed."""
    if file is not None:
        os.ftruncate(file, 0)
        os.pwrite(file, str(token).encode(), 0)


def is_abandoned(path: Path, token: int) -> bool:
    """True if the lease with this token was a job's of this home that has died."""
    file = hold_file(path)
    try:
        return token_in(file) == token
    finally:
        let_go(file)


def last_token(path: Path) -> int:
    """The token of the last job whose file this was; 0 if none is known."""
    try:
        said = path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return 0
    return int(said) if said.isdigit() else 0
