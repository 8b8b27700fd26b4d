"""Decides which vanished rows archive their tasks, from their number. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

ALLOWED_ROWS, ALLOWED_SHARE = 5, 0.2
"""If more than max(5, 20 %) of the rows vanish at once, a person must approve: it looks like an accident."""


@dataclass(frozen=True)
class Gone:
    """A link whose row is missing. ``since``: its tombstone; ``handled``: its task has been archived for it."""

    link_id: int
    lead_id: str
    task_id: int
    since: datetime | None
    handled: bool = False


@dataclass(frozen=True)
class Deletions:
    """What follows from vanished rows. ``tombstones``: links that get one, also those
    whose task is archived already. ``archive``: links past the grace time.
    ``held``: how many await approval; ``why``: the reason, for people.
    """

    tombstones: tuple[Gone, ...] = ()
    archive: tuple[Gone, ...] = ()
    held: int = 0
    why: str = ""


def allowed(rows: int) -> float:
    """So many of these rows may change at once without a person's word."""
    return max(ALLOWED_ROWS, ALLOWED_SHARE * rows)


def deletions(
    gone: Collection[Gone], leads: int, began: datetime, grace: timedelta, approved: datetime | None
) -> Deletions:
    """Set tombstones first and archive after the grace time; too many at once wait for approval.

    ``leads``: how many rows with an id the sheet shows; if there are none, nothing counts as deleted. ``approved``:
    rows missing at that time are approved, whatever their number.
    """
    open_rows = [one for one in gone if not one.handled]
    if leads == 0:
        why = f"the sheet shows no lead at all: that is never taken for a deletion of {len(open_rows)} rows"
        return Deletions(why=why if open_rows else "")
    tombstones = tuple(one for one in gone if one.since is None)
    overdue = [one for one in open_rows if one.since is not None and one.since + grace <= began]
    approved_rows = [one for one in overdue if approved is not None and one.since is not None and one.since <= approved]
    if len(open_rows) - len(approved_rows) <= allowed(leads + len(open_rows)):
        return Deletions(tombstones, tuple(overdue))
    held = len(open_rows) - len(approved_rows)
    why = f"{held} rows vanished at once: their tasks stay until a person approves"
    return Deletions(tombstones, tuple(approved_rows), held, why)
