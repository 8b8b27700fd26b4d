"""Lead ids that a misdirected write took: which row had which, so that each gets its own back.

A row whose id cell shows a missing write is nobody's until it is known whose it is: the lead's whose task it names,
else that of the lead which stood there under this name. No row gets an id that another row shows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_
from sqlalchemy.orm import Session

from bridge.core.values import Row
from bridge.store import in_flight_writes
from bridge.store.history import By
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite, Link
from bridge.sync.load import named_task


@dataclass
class Owners:
    """Rows whose id may be a write of ours. ``lost``: leads with the row that shows another id than theirs;
    ``certain``: rows that show their own id, or are new. The others wait.
    """

    lost: list[tuple[Link, Row]] = field(default_factory=list)
    certain: list[Row] = field(default_factory=list)


def may_be_ours(row: Row, last_row: int | None, missing: Iterable[InFlightWrite]) -> bool:
    """True when the row's id may be a write of ours. A lead that stands where it stood, ``last_row``, keeps its own."""
    if row.blank or last_row == row.number or "id" not in row.cells:
        return False
    return any(shows(row.cells["id"], write) for write in missing)


def owners(session: Session, sheet: str, places: Collection[str], rows: Sequence[Row], by: By) -> Owners:
    """Whose rows these are. ``places``: the ids that all other rows show."""
    found = Owners()
    named = {task_id for row in rows if (task_id := named_task(row)) is not None}
    either = or_(Link.task_id.in_(named), Link.row.in_([row.number for row in rows]))
    links = in_flight_writes.links(session, by.at, Link.sheet == sheet, either) if rows else []
    by_task, by_row = {link.task_id: link for link in links}, {link.row: link for link in links}
    for row in rows:
        link = by_task.get(named_task(row) or 0) or by_row.get(row.number)
        if link is None or link.lead_id == row.lead_id:
            found.certain.append(row)
        elif link.lead_id not in places and _is_its_row(link, row):
            found.lost.append((link, row))
    return found


def _is_its_row(link: Link, row: Row) -> bool:
    named = named_task(row)
    return named == link.task_id if named is not None else row.values.get("name") == link.base.get("name")
