"""Put back what stood in the cells that a misdirected write took and no merge restores: in columns of the people's own,
and formulas and unreadable texts in synced ones. Decides by what the row held when it was read before that write.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bridge.core.moved_columns import Standing, missing_of, same
from bridge.core.values import Cell, Refusal, Row
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN, READ_LAG, settle_waiting
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite, Link, WriteState
from bridge.sync.context import SyncContext
from bridge.sync.misdirected.columns import UNSYNCED
from bridge.worker.job import PlannedWrite


@dataclass(frozen=True)
class _Back:
    """``cell`` goes back into this ``column``."""

    column: int
    cell: Standing


@dataclass(frozen=True)
class Repair:
    """What is to go back into a row, also into these ``fields``; ``foreign``: fields that show a misdirected write and
    get what was agreed. ``now``: what stands in the row; ``due``: what is to stand there afterwards, which the next
    misdirected write is held against.
    """

    foreign: list[str]
    backs: list[_Back]
    fields: list[str]
    now: list[Standing]
    due: list[Standing]

    def planned(self, context: SyncContext, view: SheetView, row: Row, link: Link, wanted: int) -> list[PlannedWrite]:
        """Formulas apart from values; each cell is recorded before it leaves. The last of them settles the link."""
        parts = [[one for one in self.backs if one.cell.is_formula is typed] for typed in (False, True)]
        due = [part for part in parts if part]
        return [_planned(context, view, row, link, wanted if part is due[-1] else 0, self, part) for part in due]


def repair(view: SheetView, row: Row, link: Link) -> Repair:
    """What misdirected writes did to this row, and what undoes it."""
    foreign, now = _foreign(view, row, link), view.snapshot.standing(row.number)
    backs: dict[int, _Back] = {}
    for back in _backs(view, row, link, now):
        backs.setdefault(back.column, back)
    due = dict(enumerate(now)) | {one.column: one.cell for one in backs.values()}
    for column in (view.layout.positions[name] for name in foreign):
        due[column] = Standing(now[column].header, "", is_formula=False)
    fields = [name for name, column in view.layout.positions.items() if column in backs]
    return Repair(foreign, list(backs.values()), fields, now, [due[column] for column in sorted(due)])


def settle_unwritten(context: SyncContext, view: SheetView, link: Link, reached: set[str]) -> None:
    """Settle a link that owes nothing; one with a misdirected write is read again while the read may be too old."""
    pending.settle(link, link.wanted)
    settle_waiting(context.session, link.sheet, {link.id: reached}, context.by.at)
    misdirected = (write for write in link.in_flight_writes if write.state is WriteState.MISDIRECTED)
    if any(write.sent_at >= view.began - READ_LAG for write in misdirected):
        pending.mark_pending(context.session, link, context.by.at + READ_AGAIN)
    else:
        in_flight_writes.forget(link, WriteState.MISDIRECTED)


def is_put_back(view: SheetView, row: Row, write: InFlightWrite) -> bool:
    """True for a synced field that held what no merge restores: a formula, or what cannot be read."""
    if write.field == UNSYNCED or not write.row_before or write.field not in row.cells:
        return False
    before = Standing(*write.row_before[0])
    return before.is_formula or not _readable(view, write.field, before)


def _foreign(view: SheetView, row: Row, link: Link) -> list[str]:
    """Fields that show a misdirected write, which is no edit."""
    return [
        one.field
        for one in in_flight_writes.in_states(link, WriteState.MISDIRECTED)
        if one.field in row.cells
        and (row.values.get(one.field, ...) == one.value or shows(row.cells[one.field], one))
        and row.values.get(one.field, ...) != link.base.get(one.field)
        and not is_put_back(view, row, one)
    ]


def _backs(view: SheetView, row: Row, link: Link, now: list[Standing]) -> Iterator[_Back]:
    for write in in_flight_writes.in_states(link, WriteState.MISDIRECTED):
        if write.row_before and is_put_back(view, row, write) and shows(row.cells[write.field], write):
            yield _Back(view.layout.positions[write.field], Standing(*write.row_before[0]))
        elif write.field == UNSYNCED and (column := _column(view, write, now)) is not None:
            write.position = column  # where it is forgotten once something else stands there
            gone = missing_of([Standing(*one) for one in write.row_before or ()], now, column)
            yield _Back(column, gone[0] if gone else Standing(now[column].header, "", is_formula=False))


def _column(view: SheetView, write: InFlightWrite, now: list[Standing]) -> int | None:
    """Where the write stands now; of several columns the one where it went."""
    synced = view.layout.positions.values()
    found = [
        column
        for column, one in enumerate(now)
        if column not in synced
        and same(one.header, write.header or "")
        and one.entered == write.entered
        and not one.is_formula
    ]
    return write.position if write.position in found else next(iter(found), None)


def _readable(view: SheetView, name: str, before: Standing) -> bool:
    try:
        view.config.mapping.read(name, Cell(before.entered, str(before.entered)))
    except Refusal:
        return False
    return True


def _planned(
    context: SyncContext, view: SheetView, row: Row, link: Link, wanted: int, found: Repair, part: list[_Back]
) -> PlannedWrite:
    cells = {one.column: "" if one.cell.entered is None else one.cell.entered for one in part}
    for column, entered in cells.items():
        in_flight_writes.record(
            link, UNSYNCED, str(entered) or None, context.by.at, row=row.number,
            header=found.now[column].header, position=column, entered=entered, row_before=found.due,
        )  # fmt: skip
    typed, columns = part[0].cell.is_formula, view.layout.positions
    write = RowWrite(row.number, columns["id"], row.cells["id"].value, cells, {}, view.header, typed)
    return PlannedWrite(link.id, wanted, write, {}, {}, link.cause, header=view.header, positions=columns)
