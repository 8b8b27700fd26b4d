"""Misdirected writes: those that went into another column than was meant, because columns moved under the write.

Google addresses cells by their place (GOOGLE.md section 4). The answer shows the header as it stood at that moment, so
each wrong cell is known: of a synced field, which gets back what its lead has agreed; or of a column of the people's
own, which gets back what the row held when it was read. Where no answer came, `find_misdirected` looks for the values.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.moved_columns import Standing, column_before, place_then, same, stood
from bridge.core.values import Entered, Raw, Row
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN, By
from bridge.store.in_flight_writes import shows
from bridge.store.misdirected_history import note_misdirected, note_unsynced_hit
from bridge.store.models import InFlightWrite, Link, WriteState
from bridge.sync.misdirected.rows import lead_id_of, misdirected

log = get_logger(__name__)
UNSYNCED = ""
"""The field of what stands in a column that is not synced."""


@dataclass(frozen=True)
class Shift:
    """The columns under a write: the ``header`` and the fields' ``positions`` as they were read, and what the header
    was ``then``, as far as Google's answer shows it. ``named``: the fields that its headers mean.
    """

    header: Sequence[str]
    positions: Mapping[str, int]
    then: Mapping[int, str]
    named: Mapping[str, int]

    @property
    def id_place(self) -> int | None:
        """Where the id column is then."""
        return place_then(self.header, self.then, self.positions["id"])

    def field_at(self, column: int) -> str:
        """The synced field in whose column this is then."""
        before = column_before(self.header, self.then.get(column, ""))
        places, place = (self.named, column) if before is None else (self.positions, before)
        return next((name for name, at in places.items() if at == place), UNSYNCED)


def columns_moved(
    session: Session, link: Link, names: Collection[str], shift: Shift, row: Mapping[int, Raw], by: By
) -> None:
    """Mark what these fields' cells wrote into wrong columns. ``row``: what stood in it right after the write. Where
    that does not show whose row it is, the next reading of the row does.
    """
    sent = [write for write in in_flight_writes.in_states(link, WriteState.SENT) if write.field in names]
    wrong = [one for one in sent if not same(shift.then.get(one.position or 0, ""), one.header or "")]
    overwritten = shift.id_place in {write.position for write in sent}
    fields = ",".join(one.field for one in wrong)
    log.warning("column_moved_under_write", sheet=link.sheet, link=link.id, fields=fields)
    if not overwritten and shift.id_place not in row:
        for write in wrong:
            write.stood_there = ""
        return
    lead_id = None if overwritten else lead_id_of(row.get(shift.id_place or 0))
    victims = in_flight_writes.links(session, by.at, Link.sheet == link.sheet, Link.lead_id == lead_id)
    if lead_id != link.lead_id:
        misdirected(session, link, lead_id, {write.field for write in sent if write not in wrong}, by)
    for write in wrong:
        name = shift.field_at(write.position or 0)
        if victims and name != "id":
            _mark(session, victims[0], write, name, shift, by, mine=victims[0] is link)
        else:
            missing = in_flight_writes.copied([write], WriteState.MISSING, stood_there=lead_id or "")
            link.in_flight_writes.extend(missing)
            ask_for_sweep(session, link.sheet, by.at)
        write.stood_there = lead_id or ""
    for write in sent:
        write.state = WriteState.UNSEEN


def appended_elsewhere(session: Session, link: Link, shift: Shift, by: By) -> None:
    """Columns moved under the row that was appended for this lead, and no reading shows it as it was sent: mark what it
    has in wrong columns. Without its id in the right one it is not this lead's.
    """
    for write in in_flight_writes.in_states(link, WriteState.UNSEEN) if shift.id_place == shift.positions["id"] else ():
        header, name = shift.then.get(write.position or 0, ""), shift.field_at(write.position or 0)
        if name != write.field:
            note_wrong_column(session, link, write, name, header, [], by)


def _mark(session: Session, victim: Link, write: InFlightWrite, name: str, shift: Shift, by: By, *, mine: bool) -> None:
    """Note that the value stands in this field, or own column, of the victim. ``mine``: its row is the one read; what
    another's held is known if it was written lately.
    """
    if name and victim.base.get(name) == write.value:
        return
    before = [Standing(*one) for one in (write.row_before if mine else _read_lately(victim)) or ()]
    known = stood(before, shift.then, write.position or 0) if before else None
    header = shift.then.get(write.position or 0, "")
    note_wrong_column(session, victim, write, name, header, known, by)


def _read_lately(link: Link) -> list[Any] | None:
    """The lead's row as it was read before a write to it, if that is remembered."""
    own = (one.row_before for one in link.in_flight_writes if one.state is not WriteState.MISDIRECTED)
    return next((row for row in reversed([*own]) if row), None)


def note_wrong_column(
    session: Session, victim: Link, write: InFlightWrite, name: str, header: str, known: list[Standing] | None, by: By
) -> None:
    """Record it as a misdirected write of the victim, to be replaced by what stood there, and tell."""
    changes = {"field": name, "header": header, "row_before": known, "sent_at": by.at}
    victim.in_flight_writes.extend(in_flight_writes.copied([write], WriteState.MISDIRECTED, **changes))
    mark_pending(session, victim, by.at + READ_AGAIN)  # a read at once may show the columns as they stood before
    if name and name != "sync":
        note_misdirected(session, victim, name, write.value, by)
    elif not name:
        lost = known[0].entered if known else None
        note_unsynced_hit(session, victim, header, write.value, lost, by, known=known is not None)


def find_misdirected(
    session: Session, sheet: str, missing: Sequence[InFlightWrite], rows: Collection[Row], by: By
) -> None:
    """Mark the cells of other fields that show a missing write instead of their lead's own value."""
    looked = {row.lead_id: row for row in rows if row.lead_id} if missing else {}
    if not looked:
        return
    for link in in_flight_writes.links(session, by.at, Link.sheet == sheet, Link.lead_id.in_(looked)):
        row = looked[link.lead_id]
        known = {(one.field, one.value) for one in in_flight_writes.in_states(link, WriteState.MISDIRECTED)}
        for name, cell in row.cells.items():
            if name == "id" or row.values.get(name, ...) == link.base.get(name):
                continue
            for write in missing:
                if (
                    write.field != name
                    and shows(cell, write)
                    and _credible(write, link)
                    and (name, write.value) not in known
                ):
                    known.add((name, write.value))
                    note_wrong_column(session, link, write, name, "", None, by)


def _credible(write: InFlightWrite, link: Link) -> bool:
    """A cell may be empty by itself; only of the lead's own row is that doubted."""
    return write.entered != "" or write.link_id == link.id


def find_in_unsynced(
    session: Session,
    sheet: str,
    missing: Sequence[InFlightWrite],
    leads: Collection[str],
    standing: Callable[[str], Sequence[Standing]],
    synced: Collection[int],
    by: By,
) -> None:
    """Mark what missing writes left in columns that are not synced, of the row that they were meant for; of any other,
    of these ``leads``, only in columns without a header, and if Google said that they went elsewhere. ``standing``:
    what stands in the row of a lead id; ``synced``: columns of fields.
    """
    mine = {write.link_id for write in missing if write.row_before}
    for link in in_flight_writes.links(session, by.at, Link.id.in_(mine)) if mine else ():
        row = standing(link.lead_id)
        for write in (one for one in missing if one.link_id == link.id):
            for header, known in _unsynced(write, row, synced):
                note_wrong_column(session, link, write, UNSYNCED, header, known, by)
    told = {write.entered: write for write in missing if write.stood_there is not None}
    found = {lead_id: hit for lead_id in leads if told and (hit := _bare(standing(lead_id), synced, told))}
    for link in in_flight_writes.links(session, by.at, Link.sheet == sheet, Link.lead_id.in_(found)) if found else ():
        for write in found[link.lead_id]:
            if write.link_id != link.id:
                note_wrong_column(session, link, write, UNSYNCED, "", None, by)


def _bare(
    row: Sequence[Standing], synced: Collection[int], told: Mapping[Entered, InFlightWrite]
) -> list[InFlightWrite]:
    """The writes that stand in columns which are not synced and have no header."""
    bare = [one for column, one in enumerate(row) if column not in synced and not one.header and not one.is_formula]
    return [
        told[one.entered] for one in bare if not isinstance(one.entered, bool) and one.entered in told and one.entered
    ]


def look_in_row(
    session: Session, link: Link, row: Row, now: Sequence[Standing], synced: Collection[int], by: By
) -> None:
    """Look in the lead's own row for what was sent to it, has no answer, and is not where it was meant to be."""
    for write in in_flight_writes.in_states(link, WriteState.SENT):
        if write.entered in {None, ""} or row.values.get(write.field) == write.value:
            continue
        fields = [
            name
            for name, cell in row.cells.items()
            if name not in {"id", write.field}
            and shows(cell, write)
            and row.values.get(name, ...) != link.base.get(name)
        ]
        for name in fields:
            note_wrong_column(session, link, write, name, "", None, by)
        own = list(_unsynced(write, now, synced))
        for header, known in own:
            note_wrong_column(session, link, write, UNSYNCED, header, known, by)
        if fields or own:
            write.state = WriteState.UNSEEN


def _unsynced(
    write: InFlightWrite, row: Sequence[Standing], synced: Collection[int]
) -> Iterator[tuple[str, list[Standing]]]:
    """Columns that are not synced and show the write: their header, and what may have stood there."""
    then = {column: one.header for column, one in enumerate(row)}
    before = [Standing(*one) for one in write.row_before or ()]
    for column, cell in enumerate(row if before else ()):
        known = stood(before, then, column)
        if column not in synced and _is_misdirected(cell, write, known):
            yield cell.header, known


def _is_misdirected(cell: Standing, write: InFlightWrite, known: Sequence[Standing]) -> bool:
    """True when the cell shows the write and did not before it."""
    if cell.is_formula or cell.entered != write.entered:
        return False
    if not isinstance(cell.entered, bool) and cell.entered == "":
        return bool(known)
    return all(one.entered != cell.entered for one in known)
