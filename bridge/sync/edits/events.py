"""Compare an edit event with the rows that the script read some time later.

The event counts for a row only where the row shows what was typed, or nothing where a cell was cleared. Where it shows
something else, either the rows moved meanwhile and the word is in another row, or a write of ours replaced it: Google
has no conditional write (GOOGLE.md section 4). No lead takes such a word here: it is kept as an `OverwrittenEdit`, and
a sweep is asked for (`bridge.sync.edits.overwritten`). A paste tells no word: where a write of ours covered it, the
history says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from bridge.core.clock import SKEW
from bridge.core.typed import stands_in
from bridge.core.values import Refusal, Row, Value
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import READ_LAG
from bridge.store.misdirected_history import note_unknown
from bridge.store.models import InFlightWrite, Link, OverwrittenEdit, WriteState
from bridge.sync.context import Reading, SyncContext
from bridge.sync.edits.overwritten import STARTS_LATE, news, word_of
from bridge.sync.misdirected.rows import missing_writes

LANDS = timedelta(seconds=20)
"""A write without an answer may replace what is typed up to so long after it was recorded."""
Places = frozenset[tuple[int, str]]
"""Cells: row numbers and fields."""


def check_event(context: SyncContext) -> SyncContext:
    """For an event whose cell does not show what was typed: keep that, and return the context without the cells for
    which the event does not count.
    """
    reading = context.reading
    if reading.typed is None:
        unclear = _misdirected_into(context)
        _note_covered_pastes(context)
    elif reading.edited[0] not in reading.rows[0].cells or _shows_it(
        context, reading.rows[0], reading.edited[0], reading.typed
    ):
        return context
    else:
        unclear = frozenset({(reading.rows[0].number, reading.edited[0])})
        _keep(context, reading.rows[0], reading.edited[0], reading.typed)
    fields = {
        number: [name for name in names if (number, name) not in unclear]
        for number, names in reading.event_fields.items()
    }
    return replace(context, reading=replace(reading, event_fields=fields))


def _shows_it(context: SyncContext, row: Row, name: str, typed: str) -> bool:
    return stands_in(row.cells[name], typed) or _word(context, row, name, typed) == row.values.get(name, ...)


def _word(context: SyncContext, row: Row, name: str, typed: str) -> Value | Refusal:
    """What was typed, in canonical form; the `Refusal` when it is no value of this field."""
    try:
        return word_of(context.sheet.mapping, name, typed, row.cells[name])
    except Refusal as refusal:
        return refusal


def _misdirected_into(context: SyncContext) -> Places:
    """Pasted or cleared cells that show a value which we wrote for another lead and which went into this row. Our
    value may have replaced what the person pasted.
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
        if any(_came_with(reading, row, name, link, write) for write in _misdirected(link, missing))
    )


def _came_with(reading: Reading, row: Row, name: str, link: Link | None, write: InFlightWrite) -> bool:
    """True when the cell shows this write where it went; whole rows, and the lead that it hit, may have moved since."""
    mine = "id" in reading.edited or (link is not None and write.link_id == link.id) or write.row == row.number
    return mine and (write.field, write.value) == (name, row.values.get(name))


def _note_covered_pastes(context: SyncContext) -> None:
    """Pasted, filled or cleared cells that show what a write of ours brought about then: what the person put there is
    not known, but that somebody did. Moved and sorted rows are no such cells: they carry their ids along.
    """
    reading = context.reading
    if "id" in reading.edited:
        return
    links, edited = _links(context, reading.rows), _edited_at(context)
    rows = [(row, link) for row in reading.rows if (link := links.get(row.lead_id or "")) is not None]
    for row, link in rows:
        for name in reading.edited if link.in_flight_writes else ():
            ours = [write for write in _to_its_row(link) if _shows(row, name, write) and _about(write, edited)]
            if ours and ours[-1].before != ours[-1].value and not _was_read(context, link, name, ours[-1].before):
                note_unknown(context.session, link, name, ours[-1].before, context.by, row.number)


def _was_read(context: SyncContext, link: Link, name: str, value: Value) -> bool:
    """True when a reading of ours brought this value about then: it is in the history."""
    since = _edited_at(context) - READ_LAG
    found = news(context.session, context.sheet.key, name, since, context.by.at)
    return any(change.link_id == link.id and change.new == value for change in found)


def _edited_at(context: SyncContext) -> datetime:
    return min(context.reading.edited_at or context.reading.signed or context.by.at, context.by.at)


def _keep(context: SyncContext, row: Row, name: str, typed: str) -> None:
    """Remember what was typed until a sweep has looked for it; not what was typed over, or read by us before that."""
    link = _links(context, [row]).get(row.lead_id or "")
    missing = missing_writes(context.session, context.sheet.key)
    if link is not None and _typed_over(row, name, link, missing):
        return
    edited, value = _edited_at(context), _word(context, row, name, typed)
    replaced = link is not None and _is_replaced(row, name, link, value, edited)
    if replaced and link is not None and not isinstance(value, Refusal) and _was_read(context, link, name, value):
        return
    covered = replaced or (link is not None and _is_covered(row, name, link, edited))
    elsewhere = () if covered else _written_there(context, row.number, name, edited)
    context.session.add_all(
        OverwrittenEdit(
            sheet=context.sheet.key, field=field, value=typed or None, row=row.number, link_id=link_id,
            covered=covered, actor=str(context.by.actor), edited_at=edited, heard_at=context.by.at,
        )
        for field, link_id in ((name, link.id if link else None), *elsewhere)
    )  # fmt: skip
    ask_for_sweep(context.session, context.sheet.key, context.by.at)


def _written_there(context: SyncContext, row: int, name: str, edited: datetime) -> list[tuple[str, int]]:
    """Other fields, and leads, to which a write of ours went at this place lately: a script that starts late tells
    where the word was typed, and another column stands there by then.
    """
    place = InFlightWrite.row == row, InFlightWrite.position == context.reading.column, InFlightWrite.field != name
    about = InFlightWrite.sent_at.between(edited - STARTS_LATE, edited + LANDS)
    cells = select(InFlightWrite.field, InFlightWrite.link_id).where(InFlightWrite.sheet == context.sheet.key, *place)
    own = InFlightWrite.state.in_((*in_flight_writes.TO_ITS_ROW, WriteState.MISSING))
    return [(field, link) for field, link in context.session.execute(cells.where(about, own).distinct())]


def _typed_over(row: Row, name: str, link: Link, missing: Sequence[InFlightWrite]) -> bool:
    """True when the row is where it was, and its cell shows something new that no write of ours brought."""
    ours = [write for write in (*link.in_flight_writes, *missing) if write.field == name]
    brought = {value for write in ours for value in (write.value, write.before)}
    shown = row.values.get(name, ...)
    return link.row == row.number and shown not in {..., link.base.get(name), *brought}


def _is_replaced(row: Row, name: str, link: Link, value: Value | Refusal, edited: datetime) -> bool:
    """True when we read what was typed, took it for a write of ours that had got no answer, and wrote over it."""
    writes = [write for write in _to_its_row(link) if _shows(row, name, write) and write.before != write.value]
    return any(write.before == value and write.sent_at >= edited - SKEW for write in writes)


def _to_its_row(link: Link) -> list[InFlightWrite]:
    """Writes into this lead's own row."""
    return in_flight_writes.in_states(link, *in_flight_writes.TO_ITS_ROW)


def _is_covered(row: Row, name: str, link: Link, edited: datetime) -> bool:
    """True when the cell shows what a write of ours left in this lead's own row, at this place, about that time.

    A write for another lead proves that rows moved about then: the word may have been typed into any of them.
    """
    return any(_shows(row, name, write) and _about(write, edited) for write in _to_its_row(link))


def _misdirected(link: Link | None, missing: Iterable[InFlightWrite]) -> list[InFlightWrite]:
    """Writes for other leads that went, or may have gone, into this lead's row."""
    known = [write for write in link.in_flight_writes if write.state is WriteState.MISDIRECTED] if link else []
    return known + [write for write in missing if link is None or write.link_id != link.id]


def _shows(row: Row, name: str, write: InFlightWrite) -> bool:
    return (write.field, write.value, write.row) == (name, row.values.get(name), row.number)


def _about(write: InFlightWrite, edited: datetime) -> bool:
    return write.sent_at - READ_LAG <= edited <= write.sent_at + LANDS


def _links(context: SyncContext, rows: Iterable[Row]) -> Mapping[str, Link]:
    ids = {row.lead_id for row in rows if row.lead_id}
    mine = Link.sheet == context.sheet.key, Link.lead_id.in_(ids)
    found = in_flight_writes.links(context.session, _edited_at(context), *mine) if ids else ()
    return {link.lead_id: link for link in found}
