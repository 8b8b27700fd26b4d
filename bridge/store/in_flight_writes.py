"""What we sent to the sheet and have not seen again: the memory that tells our own writes from a person's.

A write may land although no answer came, land late, or land in a row that has just moved (GOOGLE.md sections 1
and 4). The note is saved before the write leaves, so that a crash at any instruction finds it. Pure bookkeeping on
the link's list of entries: field, canonical value, the value before, row, column, when, and whether its fate is known
or looked after elsewhere (``settled``).

An entry may also be ``alien``: a value of another lead that a write of ours left in this lead's row. It is no edit;
the row gets its own value back.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bridge.core.values import Fields, Value
from bridge.store.models import Link

KEPT = timedelta(seconds=60)
"""How long a confirmed write is remembered: it may land late, and an older delivery may be on its way."""

Entry = dict[str, Any]


def note(link: Link, row: int, column: int, name: str, value: Value, before: Value, at: datetime) -> None:
    """Remember a write that is about to leave."""
    place = {"field": name, "value": value, "before": before, "row": row, "column": column}
    link.own_writes = [*link.own_writes, place | {"at": at.isoformat(), "settled": False}]


def unseen(link: Link) -> dict[str, set[Value]]:
    """field → values of ours that may yet land: a cell that shows one says nothing new."""
    return _by_field(entry for entry in link.own_writes if not entry.get("alien") and not entry.get("landed"))


def values(link: Link) -> dict[str, set[Value]]:
    """field → values of ours that a cell may show in a row read some time ago."""
    return _by_field(entry for entry in link.own_writes if not entry.get("alien"))


def aliens(link: Link) -> dict[str, set[Value]]:
    """field → values of other leads that the cell may show by our fault."""
    return _by_field(entry for entry in link.own_writes if entry.get("alien"))


def blame(victim: Link, entries: Iterable[Entry], at: datetime) -> None:
    """These writes, meant for another lead, went into this lead's row."""
    left = [entry | {"settled": True, "alien": True, "at": at.isoformat()} for entry in entries]
    victim.own_writes = [*victim.own_writes, *left]


def restored(link: Link, names: Collection[str]) -> None:
    """These fields show the lead's own values again."""
    if any(entry.get("alien") and entry["field"] in names for entry in link.own_writes):
        link.own_writes = [e for e in link.own_writes if not (e.get("alien") and e["field"] in names)]


def settled(link: Link, names: Collection[str], row: int, *, landed: bool = True) -> None:
    """Nothing is open about these fields in this row: the sheet confirmed them, or (not ``landed``) never will.

    The entries stay for `KEPT`: a write without an answer may still land, and a delivery read earlier may still come.
    """
    link.own_writes = [
        entry | {"settled": True, "landed": landed} if entry["row"] == row and entry["field"] in names else entry
        for entry in link.own_writes
    ]


def seen(link: Link, shown: Fields) -> None:
    """The lead's row was read: what it shows has landed."""
    link.own_writes = [
        entry | {"settled": True, "landed": True} if shown.get(entry["field"]) == entry["value"] else entry
        for entry in link.own_writes
    ]


def forget_old(link: Link, now: datetime) -> None:
    """Drop confirmed entries that nobody can still hold an older reading of."""
    kept = [
        entry
        for entry in link.own_writes
        if not entry["settled"] or entry.get("alien") or datetime.fromisoformat(entry["at"]) > now - KEPT
    ]
    if len(kept) != len(link.own_writes):
        link.own_writes = kept


def unconfirmed(link: Link) -> list[Entry]:
    """What left and was neither confirmed nor seen since."""
    return [entry for entry in link.own_writes if not entry["settled"]]


def never_left(link: Link) -> None:
    """Google turned the write away: it stands nowhere and never will."""
    link.own_writes = [entry for entry in link.own_writes if entry["settled"]]


def left_to_others(link: Link) -> None:
    """Whoever looks for what was not confirmed now knows of it."""
    link.own_writes = [entry if entry["settled"] else entry | {"settled": True} for entry in link.own_writes]


def younger(entries: Iterable[Mapping[str, Any]], moment: datetime) -> bool:
    """True when any of these left after that moment."""
    return any(datetime.fromisoformat(entry["at"]) >= moment for entry in entries)


def _by_field(entries: Iterable[Entry]) -> dict[str, set[Value]]:
    found: dict[str, set[Value]] = {}
    for entry in entries:
        found.setdefault(entry["field"], set()).add(entry["value"])
    return found
