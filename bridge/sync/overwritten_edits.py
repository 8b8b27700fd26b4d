"""Words that a person typed into one cell, as the edit event tells them, where the row that the script read at that
place shows something else.

Google has no conditional write (GOOGLE.md section 4), and a script runs some time after the edit. Either the rows moved
meanwhile, and the word stands in another row; or a write of ours covered it. The event alone cannot tell. So such a
word goes to nobody: it is kept, and a sweep is asked for. A reading of the whole sheet, late enough to show the edit,
decides: the ordinary merge gives a word that stands somewhere to its lead. One that stands nowhere goes back to the
lead whose row was read there, when a write of ours is known to have covered it. Else the history of every lead that
may be meant offers it. Never decides by the place alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from bridge.core.values import Cell, Day, Refusal, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import LAG, note_covered
from bridge.store.models import ActorKind, Change, ChangeState, InFlightWrite, Link, OverwrittenEdit, Rule, WriteState
from bridge.store.unit_of_work import write_down
from bridge.sync.context import Reading, SyncContext
from bridge.sync.merge_row import merge_row
from bridge.sync.misdirected_writes import missing_writes
from bridge.tracker import task_of
from task_api.actor import Actor

LATEST = 1000
"""So many of the newest changes are looked through."""
MOST = 3
"""Of the leads that could be meant, so many are told: those in the nearest rows."""
LANDS = timedelta(seconds=20)
"""A write without an answer may cover what is typed so long after it was noted."""
OWN_READS = frozenset({ActorKind.SWEEP, ActorKind.FLUSH})
"""Who finds what no event told."""
FIRST_DAY = date(1899, 12, 30)
"""Day 0 of the numbers by which an event tells dates."""
Places = frozenset[tuple[int, str]]
"""Cells: row numbers and fields."""
Verdict = Literal["later", "found", "back", "told"]
_KEPT = (
    select(OverwrittenEdit)
    .where(OverwrittenEdit.sheet == bindparam("sheet"))
    .order_by(OverwrittenEdit.edited_at, OverwrittenEdit.id)
)


def hear(context: SyncContext) -> SyncContext:
    """Hold a delivery's event against the rows that were read after it. Returns the context with the cells for which
    the event does not speak (``unclear``); a word that its cell does not show is kept.
    """
    reading = context.reading
    if reading.seq is None or not reading.edited:
        return context
    unclear = _unlike_the_word(context) if (typed := _typed(context)) else _misdirected_into(context)
    if unclear and typed:
        _keep(context, reading.rows[0], *next(iter(typed.items())))
    return replace(context, reading=replace(reading, unclear=unclear)) if unclear else context


def settle_overwritten(context: SyncContext) -> None:
    """Decide about the words that are kept, after a sweep has merged its rows. What it read too early to show the edit
    is left to the next sweep.
    """
    found = list(context.session.scalars(_KEPT, {"sheet": context.sheet.key}))
    last = {(one.link_id, one.field): one for one in found}
    for one in found:
        news = _news(context.session, one)
        verdict = _verdict(context, one, news, overtyped=last[one.link_id, one.field] is not one)
        if verdict == "later":
            ask_for_sweep(context.session, one.sheet, one.heard_at + LAG)
            continue
        if verdict == "back":
            _put_back(context, one)
        elif verdict == "told":
            _tell(context, one)
        context.session.delete(one)


def _typed(context: SyncContext) -> dict[str, Value]:
    if not context.reading.typed:
        return {}
    name, mapping = next(iter(context.reading.edited)), context.sheet.mapping
    if name not in mapping.rules or mapping.by_field[name].kind not in {"text", "status"}:
        return {}
    try:
        return {name: mapping.read(name, Cell(context.reading.typed, context.reading.typed))}
    except Refusal:
        return {}


def _unlike_the_word(context: SyncContext) -> Places:
    row, (name, value) = context.reading.rows[0], next(iter(_typed(context).items()))
    if row.values.get(name) == value or _is_bare(row.cell(name), context.reading.typed):
        return frozenset()
    return frozenset({(row.number, name)})


def _is_bare(cell: Cell, typed: str) -> bool:
    """True when the cell holds the number, date or tick that the event tells as a bare text."""
    if isinstance(cell.value, bool):
        return typed.lower() == str(cell.value).lower()
    try:
        number = float(typed)
        day = FIRST_DAY + timedelta(days=int(number))
    except (ValueError, OverflowError):
        return False
    return cell.value == (Day(day.isoformat()) if isinstance(cell.value, Day) else number)


def _misdirected_into(context: SyncContext) -> Places:
    """Cells of an edit without a word (a paste, a cell that was cleared) which show what a write of ours for another
    lead left in this very row: a person's edit may be below it.
    """
    reading, links = context.reading, _links(context, context.reading.rows)
    changed = [
        (row, link, name)
        for row, link in ((row, links.get(row.lead_id or "")) for row in reading.rows)
        for name in reading.edited
        if name in row.values and (link is None or link.base.get(name) != row.values[name])
    ]
    missing = missing_writes(context.session, context.sheet.key) if changed else ()
    return frozenset(
        (row.number, name)
        for row, link, name in changed
        if any(_shows(row, name, write) for write in _misdirected(link, missing))
    )


def _keep(context: SyncContext, row: Row, name: str, value: Value) -> None:
    """Remember the word until a sweep has looked for it; not one that was typed over at once."""
    link = _links(context, [row]).get(row.lead_id or "")
    missing = missing_writes(context.session, context.sheet.key)
    if link is not None and _typed_over(row, name, link, missing):
        return
    reading = context.reading
    edited = min(reading.edited_at or reading.signed or context.now, context.now)
    covered = link is not None and _is_covered(row, name, link, missing, edited)
    context.session.add(
        OverwrittenEdit(
            sheet=context.sheet.key, field=name, value=value, row=row.number, link_id=link.id if link else None,
            covered=covered, actor=str(reading.actor), edited_at=edited, heard_at=context.now,
        )
    )  # fmt: skip
    ask_for_sweep(context.session, context.sheet.key, context.now)


def _typed_over(row: Row, name: str, link: Link, missing: Sequence[InFlightWrite]) -> bool:
    """True when the row stands where it was, and its cell shows something new that no write of ours brought."""
    ours = [write for write in (*link.in_flight_writes, *missing) if write.field == name]
    brought = {value for write in ours for value in (write.value, write.before)}
    shown = row.values.get(name, ...)
    return link.row == row.number and shown not in {..., link.base.get(name), *brought}


def _is_covered(row: Row, name: str, link: Link, missing: Iterable[InFlightWrite], edited: datetime) -> bool:
    """True when the cell shows what a write of ours left in this lead's row, at this place, about that time."""
    writes = [write for write in link.in_flight_writes if write.state in in_flight_writes.OWN]
    if link.base.get(name) != row.values.get(name):  # else it is the lead's own, and says nothing of other writes
        writes += _misdirected(link, missing)
    return any(_shows(row, name, write) and _about(write, edited) for write in writes)


def _misdirected(link: Link | None, missing: Iterable[InFlightWrite]) -> list[InFlightWrite]:
    """Writes for other leads that went, or may have gone, into this lead's row."""
    known = [write for write in link.in_flight_writes if write.state is WriteState.MISDIRECTED] if link else []
    return known + [write for write in missing if link is None or write.link_id != link.id]


def _shows(row: Row, name: str, write: InFlightWrite) -> bool:
    return (write.field, write.value, write.row) == (name, row.values.get(name), row.number)


def _about(write: InFlightWrite, edited: datetime) -> bool:
    return write.sent_at - LAG <= edited <= write.sent_at + LANDS


def _links(context: SyncContext, rows: Iterable[Row]) -> Mapping[str, Link]:
    ids = {row.lead_id for row in rows if row.lead_id}
    mine = Link.sheet == context.sheet.key, Link.lead_id.in_(ids)
    at = context.reading.edited_at or context.reading.signed or context.now
    found = in_flight_writes.links(context.session, min(at, context.now), *mine) if ids else ()
    return {link.lead_id: link for link in found}


def _news(session: Session, one: OverwrittenEdit) -> list[Change]:
    """What rows showed anew in this field since about the time of the edit, and what we found to be ours there."""
    write_down(session)
    newest = select(func.max(Change.id)).scalar_subquery()
    mine = select(Change).join(Link, Link.id == Change.link_id).where(Link.sheet == one.sheet, Change.side == "sheet")
    since = mine.where(Change.field == one.field, Change.id > newest - LATEST, Change.at > one.edited_at - LAG)
    return [change for change in session.scalars(since) if change.rule not in {Rule.MISDIRECTED, Rule.COVERED}]


def _verdict(context: SyncContext, one: OverwrittenEdit, news: Collection[Change], *, overtyped: bool) -> Verdict:
    """What is to become of the word. A status is typed again and again: that one stands somewhere does not show that it
    is this one.
    """
    same = [change for change in news if change.new == one.value]
    by_chance = one.covered and one.field == "status"
    if any(Actor.read(change.actor).kind in OWN_READS for change in same) and not by_chance:
        return "found"
    if context.reading.began < one.heard_at + LAG:
        return "later"
    newer = any(change.link_id == one.link_id and change.at > one.heard_at for change in news)
    if one.covered and not (same or newer or overtyped) and _stands(context.session, one):
        return "back"
    return "told"


def _stands(session: Session, one: OverwrittenEdit) -> bool:
    """True when the lead has a row that shows the field, and a live task."""
    link = session.get_one(Link, one.link_id)
    return link.gone_at is None and one.field in link.base and task_of(session, link).archived_at is None


def _put_back(context: SyncContext, one: OverwrittenEdit) -> None:
    """The lead takes the word as an edit of its row; the sheet shows ours over it and owes it."""
    link = context.session.get_one(Link, one.link_id)
    task, shown = task_of(context.session, link), link.base[one.field]
    told = replace(context, reading=Reading((), Actor.read(one.actor), context.now, latest="task"))
    merged = merge_row(told, link, task, link.base, {one.field: one.value})
    link.base = link.base | {one.field: shown}
    if one.field not in merged.sheet:
        link.overrides = link.overrides | {one.field: one.value}
    mark_pending(context.session, link, context.now)


def _tell(context: SyncContext, one: OverwrittenEdit) -> None:
    by = replace(context.by, actor=Actor.read(one.actor))
    for link in _meant(context.session, one)[:MOST]:
        if link.base.get(one.field) != one.value:
            note_covered(context.session, link, one.field, one.value, by, one.row)


def _meant(session: Session, one: OverwrittenEdit) -> Sequence[Link]:
    """Leads into whose cell of this field a write of ours went about the time of the edit, the nearest rows first."""
    newest = select(func.max(Change.id)).scalar_subquery()
    since = one.edited_at - LAG
    late = or_(Change.state == ChangeState.WAITING, Change.reached_at > since)
    ours = and_(Change.side == "task", Change.at <= one.heard_at, late)
    theirs = and_(Change.rule == Rule.MISDIRECTED, Change.at.between(since, one.heard_at + LAG))
    recent = select(Change.link_id).where(Change.id > newest - LATEST, Change.field == one.field, or_(ours, theirs))
    mine = or_(Link.id.in_(recent), Link.id == (one.link_id if one.covered else None))
    found = session.scalars(select(Link).where(Link.sheet == one.sheet, mine)).all()
    return sorted(found, key=lambda link: abs((link.row or 0) - one.row))
