"""The lease of a sheet queue: one worker at a time, by compare-and-set; the fencing token says who."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bridge.store.models import SheetQueue
from bridge.store.unit_of_work import lock_queue

LEASE = timedelta(seconds=90)


class LostLease(Exception):
    """Another worker has taken the queue since; nothing more may be written under this lease."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one queue until it ends or another takes it."""

    sheet: str
    token: int

    @classmethod
    def of(cls, queue: SheetQueue) -> "Lease":
        """The newest lease of a queue."""
        return cls(queue.sheet, queue.token)


def acquire(session: Session, sheet: str, now: datetime, lasts: timedelta = LEASE) -> SheetQueue | None:
    """Take the queue by compare-and-set; None while another holds it. Its ``token`` is the new lease's."""
    free = (SheetQueue.lease_until.is_(None)) | (SheetQueue.lease_until <= now)
    taken = (
        update(SheetQueue)
        .where(SheetQueue.sheet == sheet, free)
        .values(token=SheetQueue.token + 1, lease_until=now + lasts)
    )
    return session.scalars(taken.returning(SheetQueue)).one_or_none()


def check(session: Session, lease: Lease, now: datetime, lasts: timedelta = LEASE) -> SheetQueue:
    """The queue, its lease prolonged once half of it is over; raises `LostLease` when a newer token was given out."""
    queue = lock_queue(session, lease.sheet)
    if queue.token != lease.token:
        raise LostLease(lease.sheet)
    if queue.lease_until is None or queue.lease_until < now + lasts / 2:
        queue.lease_until = now + lasts
    return queue
