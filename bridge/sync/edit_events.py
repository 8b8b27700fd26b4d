"""Compare an edit event with the rows that the script read some time later.

The event counts for a row only where the row shows the typed word. Where it shows something else, either the rows moved
meanwhile and the word is in another row, or a write of ours replaced it: Google has no conditional write (GOOGLE.md
section 4). No lead takes such a word here: it is kept as an `OverwrittenEdit`, and a sweep is asked for
(`bridge.sync.overwritten_edits`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.core.cells import SERIAL_EPOCH
from bridge.core.values import Cell, Day, Row, Value
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import LAG
from bridge.store.models import InFlightWrite, Link, OverwrittenEdit, WriteState
from bridge.sync.context import SyncContext
from bridge.sync.misdirected_writes import missing_writes

LANDS = timedelta(seconds=20)
"""A write without an answer may replace what is typed up to so long after it was recorded."""
Places = frozenset[tuple[int, str]]
"""Cells: row numbers and fields."""


def check_event(context: SyncContext) -> SyncContext:
    """For an event whose cell does not show the typed word: keep the word, and return the context without the cells for
    which the event does not count.
    """
    reading = context.reading
    if reading.typed is None:
        unclear = _misdirected_into(context)
    elif _is_bare(reading.rows[0].cells[reading.edited[0]], str(reading.typed)):
        unclear = frozenset()
    else:
        unclear = frozenset({(reading.rows[0].number, reading.edited[0])})
        _keep(context, reading.rows[0], reading.edited[0], reading.typed)
    fields = {
        number: [name for name in names if (number, name) not in unclear]
        for number, names in reading.event_fields.items()
    }
    return replace(context, reading=replace(reading, event_fields=fields))


def _is_bare(cell: Cell, typed: str) -> bool:
    """True when the cell holds the number, date or tick that the event gives as text."""
    if isinstance(cell.value, bool):
        return typed.lower() == str(cell.value).lower()
    try:
        number = float(typed)
        day = SERIAL_EPOCH + timedelta(days=int(number))
    except (ValueError, OverflowError):
        return False
    return cell.value == (Day(day.isoformat()) if isinstance(cell.value, Day) else number)


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
        if any(_shows(row, name, write) for write in _misdirected(link, missing))
    )


def _keep(context: SyncContext, row: Row, name: str, value: Value) -> None:
    """Remember the word until a sweep has looked for it; not one that was typed over at once."""
    link = _links(context, [row]).get(row.lead_id or "")
    missing = missing_writes(context.session, context.sheet.key)
    if link is not None and _typed_over(row, name, link, missing):
        return
    reading = context.reading
    edited = min(reading.edited_at or reading.signed or context.by.at, context.by.at)
    covered = link is not None and _is_covered(row, name, link, missing, edited)
    context.session.add(
        OverwrittenEdit(
            sheet=context.sheet.key, field=name, value=value, row=row.number, link_id=link.id if link else None,
            covered=covered, actor=str(context.by.actor), edited_at=edited, heard_at=context.by.at,
        )
    )  # fmt: skip
    ask_for_sweep(context.session, context.sheet.key, context.by.at)


def _typed_over(row: Row, name: str, link: Link, missing: Sequence[InFlightWrite]) -> bool:
    """True when the row is where it was, and its cell shows something new that no write of ours brought."""
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
    at = context.reading.edited_at or context.reading.signed or context.by.at
    found = in_flight_writes.links(context.session, min(at, context.by.at), *mine) if ids else ()
    return {link.lead_id: link for link in found}
