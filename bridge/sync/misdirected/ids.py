"""Lead ids that a misdirected write took: which row had which, so that each gets its own back.

A row whose id cell shows a missing write, which an id given back may be too, is nobody's until it is known whose it is:
the lead's whose task it names, else that of the lead whom it is most like, if no other is as like. Cells that show a
write of ours are no witnesses. No row gets an id that another row shows.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.text import same_text
from bridge.core.values import Row
from bridge.store import in_flight_writes
from bridge.store.history import By
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite, Link
from bridge.sync.misdirected.cells import Misplaced, misplaced

CERTAIN = 1000
"""How like a row is to the lead whose task it names."""
MOST_AT_ONCE = 500
"""A statement takes a limited number of values."""


@dataclass
class Owners:
    """Rows whose id may be a write of ours. ``lost``: leads with the row that shows another id than theirs;
    ``certain``: rows that show their own id, or are new; ``unknown``: the others, which wait.
    """

    lost: list[tuple[Link, Row]] = field(default_factory=list)
    certain: list[Row] = field(default_factory=list)
    unknown: list[Row] = field(default_factory=list)


def may_be_ours(row: Row, last_row: int | None, missing: Iterable[InFlightWrite]) -> bool:
    """True when the row's id may be a write of ours. A lead that stands where it stood, ``last_row``, keeps its own,
    unless that very id was given back: then rows may have moved once more, and it may stand in any.
    """
    if row.blank or "id" not in row.cells:
        return False
    stays = last_row == row.number
    return any(shows(row.cells["id"], write) for write in missing if write.field == "id" or not stays)


def owners(session: Session, sheet: str, places: Collection[str], rows: Sequence[Row], by: By) -> Owners:
    """Whose rows these are. ``places``: the ids that all other rows show."""
    found = Owners()
    links = _without_row(session, sheet, places, by) if rows else []
    strays = misplaced(session, sheet) if links else Misplaced(())
    alike = [(_likeness(strays, link, row), link, row) for row in rows for link in links]
    taken: set[int] = set()
    for _, link, row in _surest(alike):
        taken.add(row.number)
        if link.lead_id == row.lead_id:
            found.certain.append(row)
        else:
            found.lost.append((link, row))
    left = (
        {link.lead_id for link in links}
        - {row.lead_id for row in found.certain}
        - {link.lead_id for link, _ in found.lost}
    )
    every = {link.lead_id for link in links}
    for row in rows:
        if row.number not in taken:
            filled = _may_be_one(strays, row)
            its_own = filled and row.lead_id in left
            is_new = row.lead_id not in every and not (filled and left)
            (found.certain if its_own or is_new else found.unknown).append(row)
    return found


def without_owner(row: Row) -> RowOutcome:
    """What people are told of a row that is in doubt, until it is known whose it is or an id is typed there."""
    why = f"row {row.number} shows what the bridge wrote while columns moved in place of its id: give it its own id"
    return RowOutcome(row.number, None, Outcome.REFUSED, reasons=(why,))


def _without_row(session: Session, sheet: str, places: Collection[str], by: By) -> list[Link]:
    """The links whose lead is in no row, but in those that are in doubt."""
    mine = select(Link.id, Link.lead_id).where(Link.sheet == sheet, Link.row_pending.is_(False))
    ids = [link_id for link_id, lead_id in session.execute(mine) if lead_id not in places]
    parts = (ids[start : start + MOST_AT_ONCE] for start in range(0, len(ids), MOST_AT_ONCE))
    return [link for part in parts for link in in_flight_writes.links(session, by.at, Link.id.in_(part))]


def _likeness(strays: Misplaced, link: Link, row: Row) -> int:
    """How many more cells of the row are the lead's than another's; 0 or less: it is not its row."""
    values = strays.without(row, link.id)
    named = row.named_task if "task_id" in values else None
    if named is not None:
        return CERTAIN if named == link.task_id else 0
    told = {name: value for name, value in values.items() if name not in {"sync", "task_id"} and value is not None}
    equal = sum(value == link.base.get(name) or same_text(value, link.base.get(name)) for name, value in told.items())
    return int(2 * equal) - len(told)


def _surest(alike: Iterable[tuple[int, Link, Row]]) -> list[tuple[int, Link, Row]]:
    """Pairs of a lead and a row, the most alike first; not where another pair is as alike."""
    left, pairs = [one for one in alike if one[0] > 0], list[tuple[int, Link, Row]]()
    while left:
        most = [one for one in left if one[0] == max(like for like, _, _ in left)]
        pairs += [one for one in most if sum(_rivals(one, other) for other in most) == 1]
        left = [one for one in left if not any(_rivals(one, other) for other in most)]
    return pairs


def _rivals(one: tuple[int, Link, Row], other: tuple[int, Link, Row]) -> bool:
    return one[1] is other[1] or one[2] is other[2]


def _may_be_one(strays: Misplaced, row: Row) -> bool:
    return any(value is not None for name, value in strays.without(row).items() if name != "sync")
