"""The outbox: links that owe the sheet a write. Marks, claims, settles, postpones, buries; talks to no network.

One lane has one worker at a time: the lease says until when, the fencing token says who (a worker that overslept its
lease finds a newer token and stops before it writes).
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from bridge.core.retry import backoff
from bridge.history import give_up_waiting
from bridge.logs import TURN, cause
from bridge.models import Lane, Link

log = logging.getLogger(__name__)
_LANE = select(Lane).where(Lane.sheet == bindparam("sheet")).with_for_update()

LEASE = timedelta(seconds=90)
CLAIM = 500
MOST_WISHES = 100
MOST_ATTEMPTS, LONGEST_FAILING = 12, timedelta(hours=1)
"""A write that Google fails this often and this long, all by itself, is buried."""
SWEEP_SOON = timedelta(seconds=3)
"""From the last sign that the sheet may have moved under us to the sweep that makes sure."""


class LostLease(Exception):
    """Another worker has taken the lane since; nothing more may be written under this lease."""


@dataclass(frozen=True)
class Lease:
    """The right to work on one lane until it ends or another takes it."""

    sheet: str
    token: int


def mark_pending(session: Session, link: Link, at: datetime) -> None:
    """The sheet owes this link a write, due at ``at``; the engine wakes once this transaction has committed."""
    found = cause() or ""
    if link.wanted == link.written or not found.startswith(TURN):  # a turn that looks again is not what caused it
        link.cause = found or None
    link.wanted = link.wanted + 1
    link.next_try = at
    link.attempts, link.failing_since, link.buried_at = 0, None, None
    wake_after_commit(session, link.sheet, at)


def ensure_pending(session: Session, link: Link, at: datetime) -> None:
    """The sheet still owes this link a write, and nothing new is the matter: one that waits goes on waiting, one that
    was buried stays so.
    """
    if link.wanted == link.written and link.buried_at is None:
        mark_pending(session, link, at)


def hold(session: Session, sheet: str) -> Lane:
    """The lane, which nobody else changes before this transaction ends, nor anything of its leads. Comes before
    anything of them is read; with several lanes, in the order of their keys.
    """
    held: dict[str, Lane] = session.info.setdefault("held", {})
    if sheet not in held:
        held[sheet] = session.scalars(_LANE, {"sheet": sheet}, execution_options={"populate_existing": True}).one()
    return held[sheet]


def wake_after_commit(session: Session, sheet: str, at: datetime | None = None) -> None:
    """Remember that the lane may have work then, or (None) at once; forgotten when the transaction rolls back."""
    lanes: dict[str, datetime | None] = session.info.setdefault("lanes", {})
    before = lanes.get(sheet, at)
    lanes[sheet] = None if at is None or before is None else min(at, before)


def ask_for_sweep(session: Session, sheet: str, at: datetime) -> None:
    """Compare everything at ``at``. A wish stays until a sweep has begun after it; the wishes of a burst are one."""
    lane, moment = hold(session, sheet), at.timestamp()
    soon = SWEEP_SOON.total_seconds()
    kept = sorted([*(one for one in lane.sweeps if not moment - soon < one < moment), moment])
    _wish(lane, kept[: MOST_WISHES // 2] + kept[MOST_WISHES // 2 :][-MOST_WISHES // 2 :])
    wake_after_commit(session, sheet, at)


def look_now(session: Session, sheet: str) -> datetime | None:
    """A person has mended what paused the lane: look now. What passes by itself keeps its time, which is returned."""
    lane = hold(session, sheet)
    if lane.attempts:
        return lane.not_before
    lane.not_before = None
    wake_after_commit(session, sheet)
    return None


def swept(lane: Lane, began: datetime) -> None:
    """A sweep that began then has fulfilled every wish that was due."""
    lane.swept_at = began
    _wish(lane, [one for one in lane.sweeps if one > began.timestamp()])


def _wish(lane: Lane, moments: list[float]) -> None:
    lane.sweeps = moments
    lane.sweep_at = datetime.fromtimestamp(moments[0], UTC) if moments else None


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


def claim(session: Session, sheet: str, now: datetime) -> list[Link]:
    """Up to 500 links that owe a write and are due, the longest waiting first.

    Those that failed come after the others and in ever smaller company, half of those that failed as often, until the
    one at fault stands alone: a poison row holds nobody up.
    """
    due = select(Link).where(Link.sheet == sheet, Link.wanted > Link.written, Link.next_try <= now)
    links = list(session.scalars(due.order_by(Link.attempts, Link.next_try, Link.id).limit(CLAIM)))
    alike = [link for link in links if link.attempts == links[0].attempts]
    return alike[: (len(alike) + 1) // 2] if alike and alike[0].attempts else alike


def settle(link: Link, claimed: int) -> None:
    """Done, as of the state that was claimed; a change that came meanwhile keeps the link pending."""
    link.written = max(link.written, claimed)
    link.attempts, link.failing_since, link.error, link.buried_at = 0, None, None, None


def postpone(link: Link, until: datetime, why: str) -> None:
    """Later, by no fault of the write: the link stays pending."""
    link.next_try, link.error = until, why


def failed(session: Session, link_ids: Collection[int], now: datetime, why: str, chance: float) -> bool:
    """A write of these links did not succeed: each tries again later; one that fails alone, often and long is
    buried. True when it had failed before.
    """
    again = False
    for link in session.scalars(select(Link).where(Link.id.in_(link_ids))):
        link.attempts, link.failing_since = link.attempts + 1, link.failing_since or now
        if link.attempts >= MOST_ATTEMPTS and now - link.failing_since >= LONGEST_FAILING and len(link_ids) == 1:
            bury(session, link, link.wanted, now, why)
            continue
        again |= link.attempts > 1
        wait = backoff(link.attempts, chance) if link.attempts > 1 else 0.0
        postpone(link, now + timedelta(seconds=wait), why)
    return again


def bury(session: Session, link: Link, claimed: int, now: datetime, why: str) -> None:
    """Given up: kept as a dead letter with its reason; a retry or the next change of the lead tries again."""
    link.written, link.error, link.buried_at = max(link.written, claimed), why, now
    link.attempts, link.failing_since = 0, None
    give_up_waiting(session, link, why)
    log.warning("write_buried sheet=%s link=%d cause=%s", link.sheet, link.id, link.cause)


def retry(session: Session, link: Link, at: datetime) -> None:
    """Put a dead letter back into the outbox, with everything that was refused on the way."""
    link.refused = {}
    mark_pending(session, link, at)


def next_due(session: Session) -> dict[str, datetime]:
    """When each lane with pending links wants to be flushed."""
    rows = session.execute(
        select(Link.sheet, func.min(Link.next_try)).where(Link.wanted > Link.written).group_by(Link.sheet)
    )
    return {row[0]: row[1] for row in rows}
