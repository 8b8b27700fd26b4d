"""Decide about values that a person typed into a cell where the script then read something else.

`bridge.sync.edits.events` keeps them. A sweep that read late enough to show the edit decides. If some row shows the
value, the ordinary merge has taken it. If none does, and a write of ours into its lead's own row is known to have
replaced it, that lead gets it back. Otherwise the history of every lead that may be meant offers it, also where a write
went into another lead's row: rows moved then. The place alone never decides.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.clock import is_future
from bridge.core.mapping import SheetMapping
from bridge.core.typed import as_typed, perhaps_day
from bridge.core.values import EMPTY, Cell, Refusal, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import READ_LAG, By, note_unread
from bridge.store.misdirected_history import note_covered
from bridge.store.models import ActorKind, Change, ChangeState, InFlightWrite, Link, OverwrittenEdit, Rule
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
STARTS_LATE = timedelta(minutes=1)
"""An event is dated when its script starts, which may be so long after the edit."""
BRIDGE_READS = frozenset({ActorKind.SWEEP, ActorKind.FLUSH})
"""Actors that read the sheet by themselves."""
Verdict = Literal["later", "found", "back", "offered"]
_KEPT = select(OverwrittenEdit).where(OverwrittenEdit.sheet == bindparam("sheet"))


def word_of(mapping: SheetMapping, name: str, typed: str, present: Cell) -> Value:
    """What was typed into this cell, in canonical form; raises `Refusal` when it is no value of the field."""
    value = mapping.read(name, as_typed(typed, present))
    longest = mapping.longest(name)
    if longest is not None and len(str(value or "")) > longest:
        raise Refusal(f"longer than {longest} characters")
    return value


def settle_overwritten(context: SyncContext, row_at: Callable[[int], Row]) -> None:
    """Decide about the words that are kept, after a sweep has merged its rows; an edit that is too recent for its
    reading waits for the next sweep. ``row_at``: the row with this number, as the sweep read it.
    """
    found = sorted(context.session.scalars(_KEPT, {"sheet": context.sheet.key}), key=_order)
    last = {(one.link_id, one.field): one for one in found}
    for one in found:
        if _settle(context, one, row_at, overtyped=last[one.link_id, one.field] is not one):
            context.session.delete(one)


def _order(one: OverwrittenEdit) -> tuple[datetime, int]:
    """As they were typed; within a second as they were heard of: an event's time is when its script started."""
    return one.edited_at.replace(microsecond=0), one.id


def _settle(context: SyncContext, one: OverwrittenEdit, row_at: Callable[[int], Row], *, overtyped: bool) -> bool:
    """True when it is decided."""
    session, typed = context.session, one.value or ""
    link = session.get(Link, one.link_id) if one.link_id else None
    cell = row_at(one.row if link is None or link.row is None else link.row).cells.get(one.field, EMPTY)
    if one.field not in context.sheet.mapping.rules:
        return True
    try:
        value = word_of(context.sheet.mapping, one.field, typed, cell)
    except Refusal as why:
        day = perhaps_day(typed) if context.sheet.mapping.by_field[one.field].kind == "date" else None
        if day is not None and not one.covered:
            _offer(context, one, day)
        else:
            _name_refused(context, one, link, str(why))
        return True
    found = news(session, one.sheet, one.field, one.edited_at - READ_LAG, context.by.at)
    verdict = _verdict(context, one, value, found, overtyped=overtyped)
    if verdict == "later":
        log.info("edit_postponed", sheet=one.sheet, edit=one.id, why="the sheet was read too soon after it")
        ask_for_sweep(session, one.sheet, one.edited_at + READ_LAG)
    elif verdict == "back":
        _restore(context, one, value)
    elif verdict == "offered":
        _offer(context, one, value)
    return verdict != "later"


def news(session: Session, sheet: str, field: str, since: datetime, now: datetime) -> list[Change]:
    """Changes of this field that rows showed since then; not those of a clock that was ahead."""
    write_down(session)
    mine = select(Change).join(Link, Link.id == Change.link_id).where(Link.sheet == sheet, Change.side == "sheet")
    found = mine.where(Change.field == field, Change.id > _latest(), Change.at.between(since, now))
    return [change for change in session.scalars(found) if change.rule not in {Rule.MISDIRECTED, Rule.COVERED}]


def _verdict(
    context: SyncContext, one: OverwrittenEdit, value: Value, found: Collection[Change], *, overtyped: bool
) -> Verdict:
    """Only words prove by themselves: that a row shows the same status, date, number, tick or nothing may be chance."""
    same = [change for change in found if change.new == value]
    is_word = context.sheet.mapping.by_field[one.field].kind == "text" and any(map(str.isalpha, str(value or "")))
    read = any(Actor.read(change.actor).kind in BRIDGE_READS for change in same)
    if read and (is_word or not (one.covered or _may_be_covered(context, one))):
        return "found"
    ahead = is_future(one.edited_at, context.by.at)  # the clock was set back since: no time proves anything
    if context.reading.began < one.edited_at + READ_LAG and not ahead:
        return "later"
    newer = any(change.link_id == one.link_id and change.at > one.heard_at for change in found)
    if one.covered and not (ahead or same or newer or overtyped) and _stands(context.session, one):
        return "back"
    return "offered"


def _may_be_covered(context: SyncContext, one: OverwrittenEdit) -> bool:
    """True when a write of ours may have replaced it, however late its script started: one that went to its place or,
    when none to that lead or place is remembered, one to the lead that was read there; or one that went astray.
    """
    since = one.edited_at - STARTS_LATE
    astray = select(Change.id).join(Link, Link.id == Change.link_id).where(Change.id > _latest(), Change.at > since)
    mine = Link.sheet == one.sheet, Change.field == one.field, Change.rule == Rule.MISDIRECTED
    if context.session.scalars(astray.where(*mine)).first():
        return True
    rows = {row for _, row in _lately(context, one)}
    return one.row in rows if rows else one.link_id in _written(context, one)


def _stands(session: Session, one: OverwrittenEdit) -> bool:
    """True when the lead has a row that shows the field, and an active task."""
    link = session.get_one(Link, one.link_id)
    return link.gone_at is None and one.field in link.base and task_of(session, link).archived_at is None


def _restore(context: SyncContext, one: OverwrittenEdit, value: Value) -> None:
    """Apply the value as an edit of the lead's row, and queue its write: the sheet still shows ours."""
    link = context.session.get_one(Link, one.link_id)
    task, shown = task_of(context.session, link), link.base[one.field]
    by = By(Actor.read(one.actor), context.by.at)
    as_edit = replace(context, reading=Reading((), context.by.at, latest="task"), by=by)
    merged = merge_values(as_edit, link, task, link.base, {one.field: value})
    link.base = link.base | {one.field: shown}
    if one.field not in merged.sheet:
        link.overrides = link.overrides | {one.field: value}
    mark_pending(context.session, link, context.by.at)


def _name_refused(context: SyncContext, one: OverwrittenEdit, link: Link | None, why: str) -> None:
    """Name a word that no field takes, unless a row shows it: to the lead whose write covered it, or all that may be
    meant.
    """
    session, typed, by = context.session, (one.value or "")[:1000], replace(context.by, actor=Actor.read(one.actor))
    found = news(session, one.sheet, one.field, one.edited_at - READ_LAG, context.by.at)
    if not one.covered and any(change.new == typed for change in found):
        return
    for meant in [link] if link is not None and one.covered else _meant(context, one)[:MOST_OFFERED]:
        note_unread(session, meant, one.field, typed, by, why)


def _offer(context: SyncContext, one: OverwrittenEdit, value: Value) -> None:
    by = replace(context.by, actor=Actor.read(one.actor))
    for link in _meant(context, one)[:MOST_OFFERED]:
        if link.base.get(one.field) != value:
            note_covered(context.session, link, one.field, value, by, one.row)


def _meant(context: SyncContext, one: OverwrittenEdit) -> Sequence[Link]:
    """Leads into whose cell of this field a write of ours went about the time of the edit, and the lead that was read
    at that place; then those whose write went there, and the nearest rows. None when nothing was written: then a
    person took the word away.
    """
    ids = _written(context, one)
    if one.link_id and (ids or one.covered):
        ids.add(one.link_id)
    found = context.session.scalars(select(Link).where(Link.id.in_(ids))).all()
    there = {link_id for link_id, row in _lately(context, one) if row == one.row}
    return sorted(
        found, key=lambda link: (link.id != one.link_id, link.id not in there, abs((link.row or 0) - one.row))
    )


def _lately(context: SyncContext, one: OverwrittenEdit) -> list[tuple[int, int | None]]:
    """Lead and row of the writes to this field, at this place or of this lead, about the time of the edit, as far as
    they are remembered.
    """
    cell = InFlightWrite.sheet == one.sheet, InFlightWrite.field == one.field
    place = or_(InFlightWrite.link_id == one.link_id, InFlightWrite.row == one.row)
    about = InFlightWrite.sent_at > one.edited_at - STARTS_LATE
    found = context.session.execute(select(InFlightWrite.link_id, InFlightWrite.row).where(*cell, place, about))
    return [(link_id, row) for link_id, row in found]


def _written(context: SyncContext, one: OverwrittenEdit) -> set[int]:
    """Ids of the links into whose cell of this field a write of ours went about the time of the edit. What is dated in
    the future is of a moment ago: the clock was set back.
    """
    since = one.edited_at - STARTS_LATE
    late = or_(Change.state == ChangeState.WAITING, Change.reached_at > since)
    before = or_(Change.at <= one.heard_at, Change.at > context.by.at)
    ours = and_(Change.side == "task", before, late)
    theirs = and_(Change.rule == Rule.MISDIRECTED, Change.at > since)
    newest = (
        select(Link.id).join(Change, Change.link_id == Link.id).where(Change.id > _latest(), Link.sheet == one.sheet)
    )
    return set(context.session.scalars(newest.where(Change.field == one.field, or_(ours, theirs))))


def _latest() -> ColumnElement[int]:
    return select(func.max(Change.id)).scalar_subquery() - LATEST
