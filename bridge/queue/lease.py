"""The lease of a sheet queue: one worker at a time, by compare-and-set; the fencing token says who."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bridge.store.models import Lane

_LANE = select(Lane).where(Lane.sheet == bindparam("sheet")).with_for_update()
LEASE = timedelta(seconds=90)


class LostLease(Exception):
    """Another worker has taken the lane since; nothing more may be written under this lease."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one lane until it ends or another takes it."""

    sheet: str
    token: int


def hold(session: Session, sheet: str) -> Lane:
    """The lane, which nobody else changes before this transaction ends, nor anything of its leads. Comes before
    anything of them is read; with several lanes, in the order of their keys.
    """
    held: dict[str, Lane] = session.info.setdefault("held", {})
    if sheet not in held:
        held[sheet] = session.scalars(_LANE, {"sheet": sheet}, execution_options={"populate_existing": True}).one()
    return held[sheet]


def acquire(session: Session, sheet: str, now: datetime, lasts: timedelta = LEASE) -> Lease | None:
    """Take the lane by compare-and-set; None while another holds it."""
    free = (Lane.lease_until.is_(None)) | (Lane.lease_until <= now)
    taken = update(Lane).where(Lane.sheet == sheet, free).values(token=Lane.token + 1, lease_until=now + lasts)
    token = session.execute(taken.returning(Lane.token)).scalar_one_or_none()
    return None if token is None else Lease(sheet, token)


def check(session: Session, lease: Lease, now: datetime, lasts: timedelta = LEASE) -> Lane:
    """The lane, its lease prolonged; raises `LostLease` when a newer token was given out."""
    lane = hold(session, lease.sheet)
    if lane.token != lease.token:
        raise LostLease(lease.sheet)
    lane.lease_until = now + lasts
    return lane


def release(session: Session, lease: Lease) -> None:
    """Give the lane back, unless another has it."""
    session.execute(update(Lane).where(Lane.sheet == lease.sheet, Lane.token == lease.token).values(lease_until=None))
