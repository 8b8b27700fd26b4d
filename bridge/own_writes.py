"""What we sent to the sheet and have not seen again: the memory that tells our own writes from a person's.

A write may land although no answer came, land late, or land in a row that has just moved (GOOGLE.md sections 1
and 4). The note is saved before the write leaves, so that a crash at any instruction finds it. Pure bookkeeping on
the link's list of entries: field, canonical value, the value before, row, column, when, and whether it is confirmed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from bridge.core.lead import Value
from bridge.models import Link

KEPT = timedelta(seconds=60)
"""How long a confirmed write is remembered: it may land late, and an older delivery may be on its way."""


def note(link: Link, row: int, column: int, name: str, value: Value, before: Value, at: datetime) -> None:
    """Remember a write that is about to leave."""
    entry = {
        "field": name,
        "value": value,
        "before": before,
        "row": row,
        "column": column,
        "at": at.isoformat(),
        "settled": False,
    }
    link.own_writes = [*link.own_writes, entry]


def values(link: Link) -> dict[str, set[Value]]:
    """field → values of ours the cell may show."""
    found: dict[str, set[Value]] = {}
    for entry in link.own_writes:
        found.setdefault(entry["field"], set()).add(entry["value"])
    return found


def settled(link: Link, names: Iterable[str]) -> None:
    """The sheet confirmed these fields."""
    sure = set(names)
    link.own_writes = [entry | {"settled": entry["settled"] or entry["field"] in sure} for entry in link.own_writes]


def seen(link: Link, row: int, now: datetime) -> None:
    """The lead's row was read after everything we sent there: confirmed or not, nothing is open there any more.

    The entries stay for `KEPT`: a write without an answer may still land, and a delivery read earlier may still come.
    """
    link.own_writes = [entry | {"settled": entry["settled"] or entry["row"] == row} for entry in link.own_writes]
    forget_old(link, now)


def forget_old(link: Link, now: datetime) -> None:
    """Drop confirmed entries that nobody can still hold an older reading of."""
    kept = [
        entry for entry in link.own_writes if not entry["settled"] or datetime.fromisoformat(entry["at"]) > now - KEPT
    ]
    if len(kept) != len(link.own_writes):
        link.own_writes = kept


def open_rows(link: Link) -> set[int]:
    """Rows that unconfirmed writes of this link went to."""
    return {entry["row"] for entry in link.own_writes if not entry["settled"]}


def sent_to(link: Link, row: int) -> list[dict[str, Any]]:
    """The unconfirmed writes that went to this row."""
    return [entry for entry in link.own_writes if entry["row"] == row and not entry["settled"]]


def drop_row(link: Link, row: int) -> None:
    """Nothing of ours is left in that row."""
    link.own_writes = [entry for entry in link.own_writes if entry["row"] != row or entry["settled"]]
