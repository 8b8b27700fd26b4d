"""Misdirected writes: those that went into another row than was meant. The lead in that row, the victim, gets its own
values back.

Google has no conditional write (GOOGLE.md section 4): between locating a row and writing it, a person may insert or
sort. The answer shows which lead was there. Where no answer came and the lead does not show the write, the write is
missing: it may be in any row or in none. Then deliveries and flushes doubt a cell that
shows such a value, and the next sweep notes it on the victim's link; what went into an empty row is cleared. A value
is put back by an ordinary write: found by id, verified, and looked for when it is misdirected itself.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.cells import read_id
from bridge.core.values import Cell, Raw, Refusal, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN, READ_LAG, By
from bridge.store.in_flight_writes import shows
from bridge.store.misdirected_history import note_misdirected
from bridge.store.models import InFlightWrite, Link, WriteState

log = get_logger(__name__)


def look_for_unconfirmed(session: Session, link: Link, now: datetime) -> None:
    """Ask for a sweep that looks for what was sent to this lead and is not in its row."""
    sent = in_flight_writes.in_states(link, WriteState.SENT)
    if not sent:
        return
    link.in_flight_writes.extend(in_flight_writes.copied(sent, WriteState.MISSING))
    for write in sent:
        write.state = WriteState.UNSEEN
    if any(write.row != link.row for write in sent):
        ask_for_sweep(session, link.sheet, now)
    ask_for_sweep(session, link.sheet, max(now, *(write.sent_at + READ_LAG for write in sent)))


def missing_writes(session: Session, sheet: str) -> Sequence[InFlightWrite]:
    """Writes that may be in any row: those under way, and those not seen in their own."""
    unknown = InFlightWrite.state.in_([WriteState.SENT, WriteState.MISSING])
    return session.scalars(select(InFlightWrite).where(InFlightWrite.sheet == sheet, unknown)).all()


def doubt(
    session: Session,
    sheet: str,
    changed: Iterable[tuple[Link, Row, str]],
    doubtful: dict[int, dict[str, set[Value]]],
) -> Sequence[InFlightWrite]:
    """The missing writes. ``changed``: links, their rows, and fields whose cell differs from the base without an event.
    Such a cell may show one of these writes, also as its own column reads it: both values are added to the
    ``doubtful`` ones of its link.
    """
    missing = missing_writes(session, sheet)
    for link, row, name in changed:
        others = [write for write in missing if (write.field, write.link_id) != (name, link.id)]
        read = {row.values[name] for write in others if write.entered != "" and shows(row.cells[name], write)}
        doubtful[link.id].setdefault(name, set()).update(read, (write.value for write in others))
    return missing


def shown_misdirected(link: Link, row: Row) -> dict[str, Value]:
    """field → what its column reads of a misdirected write: a date is another text in a column of texts."""
    writes = in_flight_writes.in_states(link, WriteState.MISDIRECTED)
    return {
        one.field: row.values[one.field]
        for one in writes
        if one.field in row.values and shows(row.cells[one.field], one)
    }


def find_victims(session: Session, sheet: str, missing: Sequence[InFlightWrite], rows: Iterable[Row], by: By) -> None:
    """Mark the cells that show a missing write instead of their lead's own value, and note them in the history, in
    case a person typed that very word.
    """
    looked = {row.lead_id: row for row in rows if row.lead_id} if missing else {}
    if not looked:
        return
    for link in in_flight_writes.links(session, by.at, Link.sheet == sheet, Link.lead_id.in_(looked)):
        shown = looked[link.lead_id].values
        known = in_flight_writes.values(link, WriteState.MISDIRECTED)
        found = (write for write in missing if write.link_id != link.id and shown.get(write.field, ...) == write.value)
        _mark_misdirected(session, link, [one for one in found if one.value not in known.get(one.field, ())], by)


def forget_found(session: Session, sheet: str, began: datetime, kept: Collection[int] = ()) -> None:
    """A sweep that began then has looked for everything that left well before it; ``kept``: writes not to forget."""
    looked_for = InFlightWrite.state == WriteState.MISSING, InFlightWrite.sent_at < began - READ_LAG
    others = InFlightWrite.sheet == sheet, InFlightWrite.id.not_in(kept)
    session.execute(delete(InFlightWrite).where(*others, *looked_for))


def misdirected(session: Session, link: Link, stood_there: str | None, names: Collection[str], by: By) -> None:
    """What was sent to these fields of the link went into another lead's row: that lead gets its values back."""
    writes = [write for write in in_flight_writes.in_states(link, WriteState.SENT) if write.field in names]
    victims = in_flight_writes.links(session, by.at, Link.sheet == link.sheet, Link.lead_id == stood_there)
    log.warning("misdirected_write", sheet=link.sheet, link=link.id, victim=victims[0].id if victims else None)
    for victim in victims:
        _mark_misdirected(session, victim, writes, by)
    if not victims:
        missing = in_flight_writes.copied(writes, WriteState.MISSING, stood_there=stood_there or "")
        link.in_flight_writes.extend(missing)
        ask_for_sweep(session, link.sheet, by.at)
    for write in writes:
        write.state, write.stood_there = WriteState.UNSEEN, stood_there or ""


def is_telltale(write: InFlightWrite) -> bool:
    """True when a row without a link that shows this value must have it from us: Google said so, or it is a text. A
    status, a number or a checkbox may as well be a person's.
    """
    return write.stood_there is not None or (write.field != "status" and isinstance(write.value, str))


def is_left_by_us(row: Row, missing: Collection[InFlightWrite]) -> bool:
    """True for a row without id and name that shows nothing but missing writes, and a telltale one."""
    every = {(write.field, write.value) for write in missing}
    telltale = {(write.field, write.value) for write in missing if is_telltale(write)}
    filled = [(name, value) for name, value in row.values.items() if value is not None and name != "sync"]
    return row.lead_id is None and not row.refused and every.issuperset(filled) and not telltale.isdisjoint(filled)


def lead_id_of(raw: Raw) -> str | None:
    """The lead id that an id cell with this value stands for; None when it stands for none."""
    try:
        found = read_id(Cell(raw, "" if raw is None else str(raw)))
    except Refusal:
        return None
    return None if found is None else str(found)


def _mark_misdirected(session: Session, victim: Link, writes: Iterable[InFlightWrite], by: By) -> None:
    foreign = [write for write in writes if victim.base.get(write.field) != write.value]
    if foreign:
        changes = {"sent_at": by.at, "row_before": None}  # which is the other row's
        victim.in_flight_writes.extend(in_flight_writes.copied(foreign, WriteState.MISDIRECTED, **changes))
        mark_pending(session, victim, by.at + READ_AGAIN)  # a read at once may show it where it stood before
    for name, value in {write.field: write.value for write in foreign}.items():
        if name != "sync":
            note_misdirected(session, victim, name, value, by)
