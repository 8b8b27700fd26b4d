"""Which vanished rows may take their tasks along. Decides from numbers; touches nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

FEW, SHARE = 5, 0.2
"""More vanished rows at once than max(5, 20 %) of the sheet look like an accident: a person must approve."""


@dataclass(frozen=True)
class Gone:
    """A link whose lead no row carries. ``since``: its tombstone; ``handled``: its task has been archived for it."""

    link_id: int
    lead_id: str
    task_id: int
    since: datetime | None
    handled: bool = False


@dataclass(frozen=True)
class Deletions:
    """What follows from vanished rows. ``tombstones``: links that get one. ``archive``: those whose time is up.
    ``held``: how many wait for a person's approval, and ``why``, in words.
    """

    tombstones: tuple[Gone, ...] = ()
    archive: tuple[Gone, ...] = ()
    held: int = 0
    why: str = ""


def deletions(
    gone: Collection[Gone], leads: int, began: datetime, grace: timedelta, approved: datetime | None
) -> Deletions:
    """Set tombstones first and archive after the grace time; too many at once wait for approval.

    ``leads``: how many rows with an id the sheet shows: none at all is never a deletion. ``approved``: what had
    vanished by then may go, however much it is.
    """
    fresh = [one for one in gone if not one.handled]
    if leads == 0:
        why = f"the sheet shows no lead at all: that is never taken for a deletion of {len(fresh)} rows"
        return Deletions(why=why if fresh else "")
    tombstones = tuple(one for one in fresh if one.since is None)
    ripe = [one for one in fresh if one.since is not None and one.since + grace <= began]
    allowed = max(FEW, SHARE * (leads + len(fresh)))
    sure = [one for one in ripe if approved is not None and one.since is not None and one.since <= approved]
    if len(fresh) - len(sure) <= allowed:
        return Deletions(tombstones, tuple(ripe))
    held = len(fresh) - len(sure)
    why = f"{held} rows vanished at once: their tasks stay until a person approves"
    return Deletions(tombstones, tuple(sure), held, why)
