"""What a person approves: that the tasks of vanished rows are archived, that a field's column is another one now.

Refuses to guess which of several is meant.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.text import likeness
from bridge.errors import Permanent
from bridge.store.unit_of_work import lock_queue
from bridge.sync.columns import agreed as columns
from bridge.sync.links import vanished_rows

NOTHING = "nothing awaits approval"


class NoField(Permanent):
    """There is no such field in these sheets."""


class SeveralAwait(Permanent):
    """More than one thing awaits approval: name the one that is meant."""


@dataclass(frozen=True)
class Approved:
    """``rows``: how many rows it is about; ``column``: the field, empty for vanished rows; ``done``: in words."""

    rows: int
    column: str
    done: str


def approve(session: Session, sheet: str, now: datetime) -> Approved:
    """Approve the one thing that awaits it; raises `SeveralAwait`."""
    health = lock_queue(session, sheet).health
    names = sorted(columns.held_columns(health))
    if len(names) + bool(health.held) > 1:
        rows = ["the vanished rows (--rows)"] if health.held else []
        named = ", ".join(rows + [f"the column of {name} (--column {name})" for name in names])
        raise SeveralAwait(f"several things await approval: {named}", "name the one that you mean")
    return approve_column(session, sheet, names[0], now) if names else approve_rows(session, sheet, now)


def with_field(sheets: Collection[SheetConfig], name: str) -> tuple[str, list[str]]:
    """The field as bridge.toml spells it, and the keys of the sheets that have it; raises `NoField`."""
    fields = {likeness(field): field for sheet in sheets for field in sheet.mapping.by_field}
    if (field := fields.get(likeness(name))) is None:
        raise NoField(f"there is no field '{name}'; there is {', '.join(fields.values())}")
    return field, [sheet.key for sheet in sheets if field in sheet.mapping.by_field]


def approve_rows(session: Session, sheet: str, now: datetime) -> Approved:
    """Approve that the tasks of the rows that have vanished by now are archived."""
    count = vanished_rows.approve(session, sheet, now)
    return Approved(count, "", f"the tasks of {count} rows will be archived" if count else NOTHING)


def approve_column(session: Session, sheet: str, name: str, now: datetime) -> Approved:
    """Approve the column that fits this field now."""
    place = columns.approve(session, sheet, name, now)
    if place is None:
        return Approved(0, name, f"{NOTHING} for {name}")
    return Approved(place.rows, name, f"the column '{place.other}' is {name} from now on, in {place.rows} rows")
