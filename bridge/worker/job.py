"""What one turn on one queue holds in its hands: the lease, the sheet, and rows as one read showed them. Decides
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.values import Value
from bridge.errors import Permanent
from bridge.google.sheet import RowWrite, Sheet
from bridge.google.snapshot import SheetView
from bridge.queue import lease
from bridge.queue.lease import Lease
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.store.models import Link
from bridge.store.unit_of_work import lock_queue
from task_api.db import UnitOfWork


@dataclass
class Job:
    """The right to work on one sheet's queue, and with what.

    ``at_work``: links whose write is being decided or sent. ``used_before``: calls to the sheet before it began.
    ``sure_until``: nobody else can have the queue before (None: a look that needs no lease). ``sweep_due``: the sheet
    is to be compared as a whole. ``troubled``: the queue has failures behind it. ``claimed``: the links that were due
    when it began, None once they were taken up. ``ended``: the queue has been given back.
    """

    runtime: Runtime
    lease: Lease
    at_work: set[int] = field(default_factory=set)
    used_before: tuple[int, int] = (0, 0)
    sure_until: datetime | None = None
    sweep_due: bool = False
    troubled: bool = False
    claimed: list[Link] | None = None
    ended: bool = False
    _recorded: int = 0

    @property
    def config(self) -> SheetConfig:
        """The sheet's configuration."""
        return self.runtime.config.sheets[self.lease.sheet]

    @property
    def sheet(self) -> Sheet:
        """The opened sheet, for one call. A process that slept over its lease asks first whether the queue is still its
        own; raises `LostLease` when another worker has it.
        """
        if self.sure_until is not None and self.runtime.now() >= self.sure_until:
            with self.writing() as session:
                session.commit()
        return self.runtime.sheet(self.lease.sheet)

    def trying(self) -> UnitOfWork:
        """A transaction that is to be rolled back: it holds the queue for itself and needs no lease."""
        session = self.runtime.writing()
        lock_queue(session, self.lease.sheet)
        return session

    def writing(self) -> UnitOfWork:
        """A writing transaction under the lease; raises `LostLease` when another worker has the queue."""
        session = self.runtime.writing()
        try:
            queue = lease.check(session, self.lease, self.runtime.now(), self.runtime.config.lease)
            self.sure_until = queue.lease_until
        except BaseException:
            session.close()
            raise
        return session

    def end(self, session: Session) -> None:
        """Give the queue back, unless another has it, and settle what the job has used; then `commit_end`."""
        runtime, key = self.runtime, self.lease.sheet
        queue, calls = lock_queue(session, key), runtime.calls(key)
        if queue.token == self.lease.token:
            queue.lease_until = None
        reads, writes = (after - before for after, before in zip(runtime.used(key), self.used_before, strict=True))
        self._recorded = quota.record(session, queue, calls, runtime.now())
        quota.settle(session, runtime.account(key), (reads, writes))

    def commit_end(self, session: UnitOfWork) -> None:
        """Commit a transaction in which the job ended."""
        session.commit()
        quota.recorded(self.runtime.calls(self.lease.sheet), self._recorded)
        self.ended = True


@dataclass(frozen=True)
class PlannedWrite:
    """One row's write and the link it is for. ``values``: what it stands for; ``base``: what was agreed before it;
    ``cause``: of the change it brings.
    """

    link_id: int
    claimed: int
    write: RowWrite
    values: Mapping[str, Value]
    base: Mapping[str, Value]
    cause: str | None = None


def look(job: Job, rows: list[int] | None) -> SheetView:
    """Read the header and these rows (None: all). Raises `Permanent` when there is no id column."""
    began, snapshot = job.runtime.now(), job.sheet.read(rows)
    layout = job.config.mapping.locate(snapshot.header)
    if "id" not in layout.positions:
        raise Permanent("the sheet has no id column: give one column of the first row the text 'id'")
    return SheetView(job.config, snapshot, began, layout)
