"""One job on one sheet's queue: its lease, what it works with, and its end. Decides nothing about values.

The lease lets one worker at a time write: taken by compare-and-set, checked in each transaction. Its token is the
fencing token: a worker that overslept its lease finds a newer one and stops. The lease of a
process of this home that has died is taken at once (`hold_file`).
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.config.model import SheetConfig
from bridge.core.clock import SKEW
from bridge.core.values import Value
from bridge.errors import Permanent, Transient
from bridge.google.sheet import RowWrite, Sheet
from bridge.google.snapshot import SheetView
from bridge.queue.pending import claim
from bridge.runtime import Runtime
from bridge.store import in_flight_writes, quota
from bridge.store.future import date_anew
from bridge.store.models import Link, SheetQueue
from bridge.store.unit_of_work import hold_file, let_go, lock_queue, put_token, token_in
from bridge.sync.misdirected.columns import UNSYNCED
from task_api.db import UnitOfWork
from task_api.db_errors import UNUSABLE, reason

log = get_logger(__name__)
PATIENCE = 10.0


class LostLease(Exception):
    """Another worker has taken the queue since; nothing more may be written under this lease."""


@dataclass
class Job:
    """One job on the queue of the sheet ``key``: its lease and what it works with.

    ``token``: its lease's; 0 for a look that needs none. ``at_work``: links whose write is being decided or sent.
    ``used_before``: this process's reads and writes of the sheet when the job began. ``sure_until``: until then no
    other worker can take the queue. ``sweep_due``: the sheet is to be compared as a whole. ``troubled``: jobs before
    this one failed, ``moving``: and something of ours may stand in a wrong cell. ``moved``: a write of this job went
    wrong, as rows or columns moved under it. ``claimed``: the links that were due when it began, None once they were
    taken up. ``ended``: the queue has been given back. ``read_at``: the last reading. ``file``: see `hold_file`.
    """

    runtime: Runtime
    key: str
    token: int = 0
    at_work: set[int] = field(default_factory=set)
    used_before: tuple[int, int] = (0, 0)
    sure_until: datetime | None = None
    sweep_due: bool = False
    troubled: bool = False
    moving: bool = False
    moved: bool = False
    claimed: list[Link] | None = None
    ended: bool = False
    read_at: datetime | None = None
    file: int | None = None

    @property
    def config(self) -> SheetConfig:
        """The sheet's configuration."""
        return self.runtime.config.sheets[self.key]

    def open_sheet(self) -> Sheet:
        """The opened sheet, for one call. When the lease may have run out, a transaction prolongs it first; raises
        `LostLease` when another worker has the queue.
        """
        now = self.runtime.now()
        if self.sure_until is not None and not now < self.sure_until < now + self.runtime.config.lease + SKEW:
            with self.writing() as session:
                session.commit()
        return self.runtime.sheet(self.key)

    def trying(self) -> UnitOfWork:
        """A transaction that is to be rolled back: it locks the queue and needs no lease."""
        session = self.runtime.writing()
        try:
            lock_queue(session, self.key)
        except BaseException:
            session.close()
            raise
        return session

    def writing(self) -> UnitOfWork:
        """A writing transaction under the lease; raises `LostLease` when another worker has the queue."""
        session = self.runtime.writing()
        try:
            self._check_clock()
            self.sure_until = check(session, self.key, self.token, self.runtime.now(), self.runtime.config.lease)
        except BaseException:
            session.close()
            raise
        return session

    def _check_clock(self) -> None:
        """What was read before the clock was set back cannot be compared with what was agreed since."""
        if self.read_at is not None and self.read_at > self.runtime.now() + SKEW:
            raise Transient("the clock was set back while the sheet was read")

    def finish(self, session: UnitOfWork) -> None:
        """Give the queue back, unless another has it, settle what the job has used, and commit."""
        runtime, key = self.runtime, self.key
        queue, calls = lock_queue(session, key), runtime.calls(key)
        if queue.token == self.token:
            queue.lease_until = None
        reads, writes = (after - before for after, before in zip(runtime.used(key), self.used_before, strict=True))
        recorded = quota.record(session, key, calls, runtime.now())
        quota.settle(session, runtime.account(key), (reads, writes))
        session.commit()
        quota.recorded(calls, recorded)
        self.ended = True


@dataclass(frozen=True)
class PlannedWrite:
    """One row's write and the link it is for. ``wanted``: the number of the state that it brings the link up to;
    ``values``: what it stands for; ``base``: what was agreed before it; ``cause``: of the change it brings; ``shown``:
    fields that the row showed already as they are to be. ``header``, ``positions``: the columns as they were read.
    Without ``values`` it puts something back into columns that are not synced.
    """

    link_id: int
    wanted: int
    write: RowWrite
    values: Mapping[str, Value]
    base: Mapping[str, Value]
    cause: str | None = None
    shown: Collection[str] = ()
    header: Sequence[str] = ()
    positions: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_back(self) -> bool:
        """True when it only puts something back."""
        return not self.values

    @property
    def names(self) -> Collection[str]:
        """The fields of its in-flight writes."""
        return self.values.keys() or {UNSYNCED}


def begin(runtime: Runtime, key: str) -> Job | None:
    """Take the queue and what is due of it for a job; None while another has it, or its account's quota is used up.
    The caller gives it back with `end`.
    """
    file, job = hold_file(runtime.lease_file(key)), None
    try:
        job = _begin(runtime, key, file)
    finally:
        if job is None:
            let_go(file)
    return job


def _begin(runtime: Runtime, key: str, file: int | None) -> Job | None:
    with runtime.writing() as session:
        now = runtime.now()
        queue = acquire(session, key, now, runtime.config.lease, token_in(file))
        if queue is None or not quota.take(session, runtime.account(key), runtime.pace, now):
            log.info("job_postponed", sheet=key, why="another job has the sheet" if queue is None else "quota used up")
            return None
        job = Job(runtime, key, queue.token, used_before=runtime.used(key), sure_until=queue.lease_until, file=file)
        job.sweep_due = _sweep_due(job.config, queue, now)
        job.troubled = bool(queue.attempts or queue.problem or queue.not_before)
        job.moving = bool(queue.attempts) and in_flight_writes.may_be_misplaced(session, key)
        job.claimed = None if job.sweep_due else claim(session, key, now)
        if job.claimed == []:  # nothing was due by this clock: it may have been set back
            date_anew(session, key, now)
        session.commit()
    put_token(file, job.token)
    return job


def acquire(
    session: Session, key: str, now: datetime, lasts: timedelta, abandoned: int | None = None
) -> SheetQueue | None:
    """Take the queue by compare-and-set; None while another holds it. Its ``token`` is the new lease's. A lease that
    ends later than any can was taken before the clock was set back; that with the token ``abandoned`` has no holder.
    """
    free = (
        SheetQueue.lease_until.is_(None)
        | (SheetQueue.lease_until <= now)
        | (SheetQueue.lease_until > now + lasts + SKEW)
        | (SheetQueue.token == abandoned)
    )
    taken = update(SheetQueue).where(SheetQueue.sheet == key, free)
    taken = taken.values(token=SheetQueue.token + 1, lease_until=now + lasts)
    return session.scalars(taken.returning(SheetQueue)).one_or_none()


def check(session: Session, key: str, token: int, now: datetime, lasts: timedelta) -> datetime:
    """Until when the queue is ours; the lease is prolonged once half of it is over. Raises `LostLease` when a newer
    token was given out.
    """
    queue = lock_queue(session, key)
    if queue.token != token:
        raise LostLease(key)
    if queue.lease_until is None or queue.lease_until < now + lasts / 2 or queue.lease_until > now + lasts + SKEW:
        queue.lease_until = now + lasts
    return queue.lease_until


def _sweep_due(sheet: SheetConfig, queue: SheetQueue, now: datetime) -> bool:
    last = queue.swept_at
    asked = queue.sweep_at is not None and queue.sweep_at <= now
    return asked or last is None or last + timedelta(seconds=sheet.sweep_every) <= now or last > now + SKEW


def look(job: Job, rows: list[int] | None) -> SheetView:
    """Read the header and these rows (None: all). Raises `Permanent` when there is no id column."""
    began = job.read_at = job.runtime.now()
    snapshot = job.open_sheet().read(rows)
    layout = job.config.mapping.locate(snapshot.header)
    if "id" not in layout.positions:
        raise Permanent("the sheet has no id column: give one column of the first row the text 'id'")
    return SheetView(job.config, snapshot, began, layout)


def end(job: Job) -> None:
    """Give the queue back, unless that is done. Waits for the database as long as the lease lasts, at a stop less."""
    try:
        _give_back(job)
    finally:
        let_go(job.file)


def _give_back(job: Job) -> None:
    until, logged = time.monotonic() + PATIENCE, False
    while not job.ended:
        try:
            with job.runtime.writing() as session:
                job.finish(session)
        except UNUSABLE as error:
            over = job.sure_until is None or job.runtime.now() >= job.sure_until or job.runtime.stopping
            if over and time.monotonic() > until:
                raise
            if not logged:
                log.warning("job_waits_to_end", sheet=job.key, why=reason(error))
                logged = True
            time.sleep(0.25)
