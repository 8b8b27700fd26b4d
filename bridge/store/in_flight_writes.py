"""In-flight writes: cells sent to the sheet, kept to tell our own writes from a person's edits.

A write may arrive although no answer came, arrive late, or in a row that has just moved (GOOGLE.md sections 1 and 4).
So each cell is recorded before it is sent, and is found after a crash. `links` loads the writes of a link with it;
`bridge.sync.misdirected.rows` decides about those in other rows.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, bindparam, delete, exists, or_, select
from sqlalchemy.orm import Session, contains_eager

from bridge.core.values import Cell, Day, Fields, Value
from bridge.store.models import InFlightWrite, Link, WriteState

KEPT = timedelta(seconds=60)
"""How long a settled write is kept: it may arrive late, and an older delivery may be on its way."""
OPEN = (WriteState.SENT, WriteState.UNSEEN)
SETTLED = (WriteState.UNSEEN, WriteState.CONFIRMED)
TO_ITS_ROW = (*OPEN, WriteState.CONFIRMED)
Selected = TypeVarTuple("Selected")
_LOADED = or_(InFlightWrite.state.not_in(SETTLED), InFlightWrite.sent_at > bindparam("kept_since"))


def with_writes(query: Select[*Selected]) -> Select[*Selected]:
    """The query with its links' writes, in one statement; ``kept_since``: now less `KEPT`. It may name a link twice."""
    return query.outerjoin(Link.in_flight_writes.and_(_LOADED)).options(contains_eager(Link.in_flight_writes))


def links(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> list[Link]:
    """Links with their writes."""
    return list(session.scalars(with_writes(select(Link).where(*conditions)), {"kept_since": now - KEPT}).unique())


def record(link: Link, name: str, value: Value, at: datetime, state: WriteState = WriteState.SENT, **more: Any) -> None:
    """Record one cell of a write, before it is sent; ``more``: columns of `InFlightWrite`."""
    link.in_flight_writes.append(
        InFlightWrite(sheet=link.sheet, field=name, value=value, sent_at=at, state=state, **more)
    )


def values(link: Link, *states: WriteState) -> dict[str, set[Value]]:
    """field → values of the link's writes in these states."""
    found: dict[str, set[Value]] = {}
    for write in in_states(link, *states):
        found.setdefault(write.field, set()).add(write.value)
    return found


def settle(
    link: Link, names: Collection[str], row: int | None, state: WriteState, columns: Collection[int] | None = None
) -> None:
    """Set the state of open writes to these fields (in these columns) of this row."""
    for write in in_states(link, *OPEN):
        if write.row == row and write.field in names and (columns is None or write.position in columns):
            write.state = state


def shows(cell: Cell, write: InFlightWrite) -> bool:
    """True when the cell holds what this write put somewhere. The script sends a date as a day, of which a number was
    entered.
    """
    if isinstance(cell.value, Day):
        return cell.value.iso == write.value and isinstance(write.entered, int | float)
    value = "" if cell.value is None else cell.value
    alike = value == write.entered and isinstance(value, bool) is isinstance(write.entered, bool)  # True == 1
    return write.entered is not None and alike and not cell.formula


def is_foreign(link: Link, name: str, cell: Cell) -> bool:
    """True when the cell of this field holds what was sent to another field of the link, or is misdirected there."""
    elsewhere = (
        write for write in link.in_flight_writes if write.field != name or write.state is WriteState.MISDIRECTED
    )
    return any(shows(cell, write) for write in elsewhere)


def may_be_misplaced(session: Session, sheet: str) -> bool:
    """True while a write to this sheet may stand in a wrong cell."""
    known = InFlightWrite.state.in_([WriteState.SENT, WriteState.MISSING, WriteState.MISDIRECTED])
    return bool(session.scalar(select(exists().where(InFlightWrite.sheet == sheet, known))))


def confirm_shown(link: Link, shown: Fields) -> None:
    """Confirm the open writes that the lead's row shows."""
    for write in in_states(link, *OPEN):
        if shown.get(write.field) == write.value:
            write.state = WriteState.CONFIRMED


def forget(
    link: Link, state: WriteState, names: Collection[str] | None = None, columns: Collection[int] | None = None
) -> None:
    """Drop the writes in this state (to these fields, in these columns): never sent, or misdirected and replaced."""
    for write in in_states(link, state):
        if (names is None or write.field in names) and (columns is None or write.position in columns):
            link.in_flight_writes.remove(write)


def forget_settled(session: Session, sheet: str, now: datetime) -> None:
    """Delete settled writes so old that no read or delivery can still precede them."""
    old = delete(InFlightWrite).where(InFlightWrite.sheet == sheet, InFlightWrite.state.in_(SETTLED))
    session.execute(old.where(InFlightWrite.sent_at <= now - KEPT))


def copied(writes: Iterable[InFlightWrite], state: WriteState, **changes: Any) -> list[InFlightWrite]:
    """The same cells once more, in another state."""
    names = (
        "sheet",
        "field",
        "value",
        "before",
        "row",
        "sent_at",
        "header",
        "position",
        "entered",
        "row_before",
        "stood_there",
    )
    return [InFlightWrite(state=state, **{name: getattr(write, name) for name in names} | changes) for write in writes]


def in_states(link: Link, *states: WriteState) -> list[InFlightWrite]:
    """The link's writes in these states."""
    return [write for write in link.in_flight_writes if write.state in states]


def late(link: Link, base: Fields) -> dict[str, Value]:
    """Fields that show a write which got no answer, though a person has changed the cell since: either it landed late,
    or the person typed the same. Field → what it was changed to. ``base``: with what the row shows of these writes.
    """
    agreed = link.base
    shown = [one for one in in_states(link, *OPEN) if base.get(one.field) == one.value != agreed.get(one.field)]
    names = {one.field for one in shown if one.before != agreed.get(one.field)} - {"sync", "task_id"}
    return {name: agreed.get(name) for name in names}


def went_astray_since(link: Link, row: int, positions: Mapping[str, int], since: datetime) -> bool:
    """True when a misdirected write of ours has hit this row since then, as Google itself has said: a read that shows
    the lead there is older than what moved. ``positions``: field → its column.
    """
    return any(
        write.row == row and write.position == positions.get(write.field)
        for write in in_states(link, WriteState.UNSEEN)
        if write.stood_there is not None and write.sent_at > since
    )
