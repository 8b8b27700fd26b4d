"""Rows that vanished: a tombstone, a grace time, then the task is archived. Never deletes; `bridge.core.deletions`
decides.

No event of Google's names a deleted row (GOOGLE.md section 2), so only a reading of the whole sheet finds them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, or_, select, update
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge import tracker
from bridge.config.model import SheetConfig
from bridge.core.chunks import chunks
from bridge.core.clock import is_newer
from bridge.core.deletions import Deletions, Gone, deletions
from bridge.core.reconcile import Step, SweepStep
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import By, give_up_waiting, note_life
from bridge.store.models import Change, ChangeState, Link, Rule, SheetHealth
from bridge.store.unit_of_work import lock_queue

log = get_logger(__name__)
NEW_ROW = timedelta(seconds=30)
"""A row that is newer than this may not be readable yet."""


def absent(session: Session, sheet: SheetConfig, places: Collection[str], named: Collection[str]) -> list[int]:
    """Links whose lead is in no row. ``named``: tasks named by rows that lost their id: those have not vanished.
    Passes over all links, and locks none.
    """
    mine = Link.sheet == sheet.key, Link.row_pending.is_(False)
    links = session.execute(select(Link.id, Link.lead_id, Link.task_id).where(*mine))
    return [one.id for one in links if one.lead_id not in places and str(one.task_id) not in named]


def vanished(session: Session, sheet: SheetConfig, links: Sequence[int], present: int, began: datetime) -> Deletions:
    """What follows from these links, whose lead is in no row; ``present``: how many are in one. Another sweep looks
    again for rows that are too new.
    """
    found = [one for part in chunks(links) for one in _found(session, part)]
    recent = {one.link_id for one in found if is_newer(one.agreed_at, began - NEW_ROW, began)}
    gone = [_gone(one) for one in found if one.link_id not in recent]
    new = [one.agreed_at for one in found if one.link_id in recent and not _gone(one).handled]
    if new:
        ask_for_sweep(session, sheet.key, max(new) + NEW_ROW)
    health = session.get_one(SheetHealth, sheet.key)
    return deletions(gone, present, began, timedelta(seconds=sheet.grace), health.approved_at)


def _found(session: Session, links: Sequence[int]) -> Iterable[Row[Any]]:
    columns = (Link.id.label("link_id"), Link.lead_id, Link.gone_at, Link.archived_at.label("archived_for_it"))
    mine = Link.id.in_(links), Link.row_pending.is_(False)
    return tracker.columns_of_linked(session, (*columns, Link.agreed_at), *mine)


def _gone(one: Row[Any]) -> Gone:
    handled = one.archived_for_it is not None or one.archived_at is not None
    return Gone(one.link_id, one.lead_id, one.id, one.gone_at, handled)


def settle_vanished(session: Session, sheet: SheetConfig, found: Deletions, began: datetime, by: By) -> None:
    """Set tombstones, archive the tasks whose grace time is over, and record what waits for a person."""
    health = session.get_one(SheetHealth, sheet.key)
    if found.why and found.why != health.held_why:
        log.info("deletions_held", sheet=sheet.key, why=found.why)
    health.held, health.held_why = found.held, found.why or None
    if found.tombstones:
        session.execute(update(Link), [{"id": one.link_id, "gone_at": began} for one in found.tombstones])
        ask_for_sweep(session, sheet.key, began + timedelta(seconds=sheet.grace))
    _end_hopeless(session, sheet.key)
    for one in found.archive:
        link = session.get_one(Link, one.link_id)
        task = tracker.task_of(session, link)
        link.archived_at, link.written = by.at, link.wanted
        give_up_waiting(session, link, "the row was deleted")
        note_life(session, link, "archived", False, True, by, Rule.ROW_DELETED)
        tracker.archive(session, task, actor=by.actor)


def _end_hopeless(session: Session, sheet: str) -> None:
    """No change waits for the row of an archived task that is gone, or of one that was restored without its row."""
    waits = exists().where(Change.link_id == Link.id, Change.state == ChangeState.WAITING)
    at_rest = or_(Link.gone_at.is_not(None), Link.wanted <= Link.written)
    waiting = session.scalars(select(Link).where(Link.sheet == sheet, at_rest, waits)).all()
    archived = {task.id for task in tracker.tasks_of(session, waiting) if task.archived_at is not None}
    for link in waiting:
        if link.task_id in archived:
            give_up_waiting(session, link, "the task was archived and its row is gone")
        elif link.gone_at is not None and link.archived_at is not None:
            give_up_waiting(session, link, "the row was deleted, and the task restored without it")


def steps(found: Deletions) -> list[Step]:
    """The same as lines of a plan."""
    gone = [Step(SweepStep.ROW_GONE, one.lead_id, task_id=one.task_id) for one in found.tombstones]
    archived = [Step(SweepStep.TASK_ARCHIVED, one.lead_id, task_id=one.task_id) for one in found.archive]
    held = [Step(SweepStep.HELD, None, reasons=(found.why,))] if found.why else []
    return [*gone, *archived, *held]


def approve(session: Session, sheet: str, now: datetime) -> int:
    """A person agrees: tasks of the rows that have vanished by now may be archived. Returns how many rows that is."""
    health = lock_queue(session, sheet).health
    count, health.approved_at, health.held, health.held_why = health.held, now, 0, None
    ask_for_sweep(session, sheet, now)
    return count
