"""Decide about values that a person typed into a cell where the script then read something else.

`bridge.sync.edit_events` keeps them. A sweep that read late enough to show the edit decides. If some row shows the
value, the ordinary merge has taken it. If none does, and a write of ours is known to have replaced it, the lead whose
row was read there gets it back. Otherwise the history of every lead that may be meant offers it. The place alone never
decides.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import LAG, By
from bridge.store.misdirected_history import note_covered
from bridge.store.models import ActorKind, Change, ChangeState, Link, OverwrittenEdit, Rule
from bridge.store.unit_of_work import write_down
from bridge.sync.context import Reading, SyncContext
from bridge.sync.merge_row import merge_values
from bridge.tracker import task_of
from task_api.actor import Actor

log = get_logger(__name__)
LATEST = 1000
"""Number of newest changes that are searched."""
MOST_OFFERED = 3
"""At most so many leads are offered the value in their history: those in the nearest rows."""
OWN_READS = frozenset({ActorKind.SWEEP, ActorKind.FLUSH})
"""Actors that read the sheet by themselves."""
Verdict = Literal["later", "found", "back", "offered"]
_KEPT = (
    select(OverwrittenEdit)
    .where(OverwrittenEdit.sheet == bindparam("sheet"))
    .order_by(OverwrittenEdit.edited_at, OverwrittenEdit.id)
)


def settle_overwritten(context: SyncContext) -> None:
    """Decide about the words that are kept, after a sweep has merged its rows; an edit that is too recent for its
    reading waits for the next sweep.
    """
    found = list(context.session.scalars(_KEPT, {"sheet": context.sheet.key}))
    last = {(one.link_id, one.field): one for one in found}
    for one in found:
        news = _news(context.session, one, context.by.at)
        verdict = _verdict(context, one, news, overtyped=last[one.link_id, one.field] is not one)
        if verdict == "later":
            log.info("edit_postponed", sheet=one.sheet, edit=one.id, why="the sheet was read too soon after it")
            ask_for_sweep(context.session, one.sheet, one.heard_at + LAG)
            continue
        if verdict == "back":
            _restore(context, one)
        elif verdict == "offered":
            _offer(context, one)
        context.session.delete(one)


def _news(session: Session, one: OverwrittenEdit, now: datetime) -> list[Change]:
    """Changes of this field that rows showed since about the time of the edit; not those of a clock that was ahead."""
    write_down(session)
    mine = select(Change).join(Link, Link.id == Change.link_id).where(Link.sheet == one.sheet, Change.side == "sheet")
    since = mine.where(Change.field == one.field, Change.id > _latest(), Change.at.between(one.edited_at - LAG, now))
    return [change for change in session.scalars(since) if change.rule not in {Rule.MISDIRECTED, Rule.COVERED}]


def _verdict(context: SyncContext, one: OverwrittenEdit, news: Collection[Change], *, overtyped: bool) -> Verdict:
    """A status is typed often: that a row shows the same one does not prove that it is this one."""
    same = [change for change in news if change.new == one.value]
    by_chance = one.covered and one.field == "status"
    if any(Actor.read(change.actor).kind in OWN_READS for change in same) and not by_chance:
        return "found"
    if context.reading.began < one.heard_at + LAG:
        return "later"
    newer = any(change.link_id == one.link_id and change.at > one.heard_at for change in news)
    if one.covered and not (same or newer or overtyped) and _stands(context.session, one):
        return "back"
    return "offered"


def _stands(session: Session, one: OverwrittenEdit) -> bool:
    """True when the lead has a row that shows the field, and an active task."""
    link = session.get_one(Link, one.link_id)
    return link.gone_at is None and one.field in link.base and task_of(session, link).archived_at is None


def _restore(context: SyncContext, one: OverwrittenEdit) -> None:
    """Apply the value as an edit of the lead's row, and queue its write: the sheet still shows ours."""
    link = context.session.get_one(Link, one.link_id)
    task, shown = task_of(context.session, link), link.base[one.field]
    by = By(Actor.read(one.actor), context.by.at)
    as_edit = replace(context, reading=Reading((), context.by.at, latest="task"), by=by)
    merged = merge_values(as_edit, link, task, link.base, {one.field: one.value})
    link.base = link.base | {one.field: shown}
    if one.field not in merged.sheet:
        link.overrides = link.overrides | {one.field: one.value}
    mark_pending(context.session, link, context.by.at)


def _offer(context: SyncContext, one: OverwrittenEdit) -> None:
    by = replace(context.by, actor=Actor.read(one.actor))
    for link in _meant(context.session, one)[:MOST_OFFERED]:
        if link.base.get(one.field) != one.value:
            note_covered(context.session, link, one.field, one.value, by, one.row)


def _meant(session: Session, one: OverwrittenEdit) -> Sequence[Link]:
    """Leads into whose cell of this field a write of ours went about the time of the edit, and the lead that was read
    at that place; the nearest rows first. None when nothing was written: then a person took the word away.
    """
    since = one.edited_at - LAG
    late = or_(Change.state == ChangeState.WAITING, Change.reached_at > since)
    ours = and_(Change.side == "task", Change.at <= one.heard_at, late)
    theirs = and_(Change.rule == Rule.MISDIRECTED, Change.at.between(since, one.heard_at + LAG))
    newest = (
        select(Link.id).join(Change, Change.link_id == Link.id).where(Change.id > _latest(), Link.sheet == one.sheet)
    )
    ids = set(session.scalars(newest.where(Change.field == one.field, or_(ours, theirs))))
    if one.link_id and (ids or one.covered):
        ids.add(one.link_id)
    found = session.scalars(select(Link).where(Link.id.in_(ids))).all()
    return sorted(found, key=lambda link: abs((link.row or 0) - one.row))


def _latest() -> ColumnElement[int]:
    return select(func.max(Change.id)).scalar_subquery() - LATEST
