"""The outbox: links that owe the sheet a write. Marks, claims, settles, postpones, gives up; talks to no network."""

from collections.abc import Collection
from contextvars import ContextVar
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from structlog.contextvars import get_contextvars
from structlog.stdlib import get_logger

from bridge.core.backoff import backoff
from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.runtime import Runtime
from bridge.store.history import give_up_waiting
from bridge.store.models import Link
from bridge.store.unit_of_work import lock_queue, wake_after_commit

log = get_logger(__name__)
CLAIM = 500
IN_JOB: ContextVar[bool] = ContextVar("in_job", default=False)
"""True while a job runs. A job that marks a link pending again keeps the link's first cause."""
MOST_ATTEMPTS, LONGEST_FAILING = 12, timedelta(hours=1)
"""A write that fails this often and this long, and alone, becomes a dead letter."""
TOLD_AFTER = 3
"""Tries after which people are told that a cell or a row cannot be written; it is tried further."""
LONGEST_REFUSED = 300.0
"""Seconds between two tries of a write that Google refuses."""
DEAD_LETTER_AGAIN = timedelta(hours=1)
"""After so long a sweep tries a dead letter once more: what refused it may be gone."""


def mark_pending(session: Session, link: Link, at: datetime) -> None:
    """The sheet owes this link a write, due at ``at``; the engine wakes once this transaction has committed."""
    if link.wanted == link.written or not IN_JOB.get():  # a job that looks again is not what caused it
        link.cause = get_contextvars().get("cause")
    link.wanted = link.wanted + 1
    link.next_try = at
    link.attempts, link.failing_since, link.failed_at = 0, None, None
    wake_after_commit(session, link.sheet, at)


def ensure_pending(session: Session, link: Link, at: datetime) -> None:
    """Queue a write unless one is queued or dead-lettered."""
    if link.wanted == link.written and link.failed_at is None:
        mark_pending(session, link, at)


def claim(session: Session, sheet: str, now: datetime) -> list[Link]:
    """Up to 500 links that owe a write and are due, the longest waiting first.

    Those that failed come after the others and in ever smaller groups, half of those that failed as often, until the
    one at fault is alone: it delays no other.
    """
    due = select(Link).where(Link.sheet == sheet, Link.wanted > Link.written, Link.next_try <= now)
    links = list(session.scalars(due.order_by(Link.attempts, Link.next_try, Link.id).limit(CLAIM)))
    alike = [link for link in links if link.attempts == links[0].attempts]
    return alike[: (len(alike) + 1) // 2] if alike and alike[0].attempts else alike


def settle(link: Link, wanted: int) -> None:
    """The sheet has the state number ``wanted``. The link stays pending if ``link.wanted`` is higher by now."""
    link.written = max(link.written, wanted)
    link.attempts, link.failing_since, link.error, link.failed_at = 0, None, None, None


def postpone(link: Link, until: datetime, why: str) -> None:
    """Try again later; the link stays pending."""
    link.next_try, link.error = until, why
    log.info("write_postponed", sheet=link.sheet, link=link.id, until=until.isoformat(), why=why)


def failed(session: Session, link_ids: Collection[int], now: datetime, why: str, chance: float) -> bool:
    """A write of these links failed: each tries again later; one that fails alone, often and long becomes a dead
    letter. True when one had failed before.
    """
    again = False
    for link in session.scalars(select(Link).where(Link.id.in_(link_ids))):
        link.attempts, link.failing_since = link.attempts + 1, link.failing_since or now
        if len(link_ids) == 1 and _is_exhausted(link, now):
            give_up(session, link, link.wanted, now, why)
            continue
        again |= link.attempts > 1
        wait = backoff(link.attempts, chance) if link.attempts > 1 else 0.0
        postpone(link, now + timedelta(seconds=wait), why)
    return again


def refused(session: Session, link: Link, wanted: int, now: datetime, why: str) -> bool:
    """Google refuses this write and no other: try again later, ever more rarely. True when it is given up instead."""
    link.attempts, link.failing_since = link.attempts + 1, link.failing_since or now
    if _is_exhausted(link, now):
        give_up(session, link, wanted, now, why)
        return True
    wait = backoff(link.attempts, 0.0, longest=LONGEST_REFUSED) if link.attempts > 1 else 0.0
    postpone(link, now + timedelta(seconds=wait), why)
    return False


def keep_pending(link: Link, until: datetime, why: str) -> None:
    """A part of its write has failed: what else is on its way does not settle the link."""
    link.wanted += 1
    postpone(link, until, why)


def refuse_row(session: Session, link: Link, now: datetime, by: RefusedBy, why: str) -> bool:
    """The row cannot be written: it is tried again ever more rarely; after some tries people are told why. True when
    it is given up.
    """
    given_up = refused(session, link, link.wanted, now, why)
    if given_up or link.attempts >= TOLD_AFTER:
        link.refused = {"id": [*RefusedWrite(link.lead_id, by, why)]}
    return given_up


def try_dead_letter(session: Session, link: Link, now: datetime) -> None:
    """Try a dead letter once more, if it has rested long enough; it stays one until that succeeds."""
    if link.failed_at is None or link.wanted > link.written or link.failed_at + DEAD_LETTER_AGAIN > now:
        return
    link.wanted, link.next_try = link.wanted + 1, now
    link.attempts, link.failing_since = MOST_ATTEMPTS, link.failed_at
    log.info("dead_letter_tried", sheet=link.sheet, link=link.id)
    wake_after_commit(session, link.sheet, now)


def try_rows_again(session: Session, sheet: str, now: datetime) -> None:
    """Try once more to append the rows that were given up: no reading of their own does."""
    given_up = select(Link).where(Link.sheet == sheet, Link.row_pending, Link.failed_at <= now - DEAD_LETTER_AGAIN)
    for link in session.scalars(given_up.limit(CLAIM)):
        try_dead_letter(session, link, now)


def _is_exhausted(link: Link, now: datetime) -> bool:
    return (
        link.attempts >= MOST_ATTEMPTS
        and link.failing_since is not None
        and now - link.failing_since >= LONGEST_FAILING
    )


def give_up(session: Session, link: Link, wanted: int, now: datetime, why: str) -> None:
    """Keep the write as a dead letter with its reason; a retry or the next change of the lead tries again."""
    link.written, link.error, link.failed_at = max(link.written, wanted), why, now
    link.attempts, link.failing_since = 0, None
    give_up_waiting(session, link, why)
    log.warning("write_given_up", sheet=link.sheet, link=link.id, cause=link.cause)


def try_now(session: Session, sheet: str, now: datetime) -> None:
    """What this sheet is owed is due now: what made all of it wait is over."""
    owed = Link.sheet == sheet, Link.wanted > Link.written, Link.failed_at.is_(None)
    session.execute(update(Link).where(*owed).values(next_try=now))


def retry_dead_letters(session: Session, runtime: Runtime, link_id: int | None) -> list[Link]:
    """Put dead letters back into the outbox: this link's, also its refused cells, or (None) all."""
    if link_id is not None and not 0 < link_id < 2**63:
        return []
    for sheet in sorted(runtime.config.sheets):
        lock_queue(session, sheet)
    mine = select(Link).where(Link.sheet.in_(runtime.config.sheets))
    wanted = mine.where(Link.failed_at.is_not(None)) if link_id is None else mine.where(Link.id == link_id)
    found = [link for link in session.scalars(wanted) if link.failed_at is not None or link.refused]
    for link in found:
        link.refused = {}
        mark_pending(session, link, runtime.now())
    return found
