"""The history: every field change on either side, and what became of it. Appends and settles; decides nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.lead import Fields, Value
from bridge.core.mapping import SheetMapping
from bridge.models import Change, Link

LAG = timedelta(seconds=10)
"""How long a read of the sheet may still show what was replaced (GOOGLE.md section 8: no read-your-write)."""

_SHEET_ACTORS = ("delivery:", "sweep:", "flush:")


@dataclass(frozen=True)
class By:
    """Who or what made a change, and when. ``actor``: a token, a delivery, a sweep or a flush, with its name."""

    actor: str
    at: datetime


def from_sheet(actor: str) -> bool:
    """True when the change came out of the sheet, where `note_sheet_change` records it in the lead's words."""
    return actor.startswith(_SHEET_ACTORS)


def note_sheet_change(
    session: Session, link: Link, name: str, old: Value, new: Value, by: By, *, beaten: bool = False
) -> None:
    """A field a person changed in the sheet; ``beaten``: a conflict went against it, so it did not reach the task."""
    change = _change(link, "sheet", name, old, new, by)
    if beaten:
        change.state, change.reason = "lost", "the task changed too, and its value stays"
    else:
        change.state, change.reached_at = "applied", by.at
    session.add(change)


def note_lost_task_value(session: Session, link: Link, name: str, kept: Value, lost: Value, by: By) -> None:
    """The value a conflict took from the task; kept, so that it can be put back. The change that brought it is
    marked lost.
    """
    brought = list(session.scalars(_waiting(link.id).where(Change.field == name)))
    for change in brought:
        change.state = "superseded"
    newest = brought[0] if brought else _change(link, "task", name, kept, lost, by)
    newest.state, newest.reason = "lost", "the sheet changed too, and its value stays"
    session.add(newest)


def note_refused(session: Session, link: Link, name: str, new: Value, by: By, reason: str) -> None:
    """A change that could not reach the sheet, and why; said once, however often it is tried."""
    mine = select(Change).where(Change.link_id == link.id, Change.field == name).order_by(Change.id.desc())
    last = session.scalars(mine).first()
    if last is not None and (last.state, last.new, last.reason) == ("refused", new, reason):
        return
    change = (
        last
        if last is not None and last.state == "waiting"
        else _change(link, "task", name, link.base.get(name), new, by)
    )
    change.state, change.reason = "refused", reason
    session.add(change)


def note_task_change(
    session: Session,
    link: Link,
    mapping: SheetMapping,
    said: Fields,
    changes: Mapping[str, tuple[Any, Any]],
    by: By,
) -> None:
    """Fields changed through the API: waiting, in the lead's words, where the sheet must hear of them; else in the
    task's.
    """
    columns = {column.task_field: column.field for column in mapping.columns if column.task_field}
    for task_field, (old, new) in changes.items():
        name = columns.get(task_field, task_field)
        if name in said and name in link.base and link.base[name] != said[name]:
            session.add(_change(link, "task", name, link.base[name], said[name], by))
        else:
            change = _change(link, "task", task_field, _plain(old), _plain(new), by)
            change.state, change.reached_at = "applied", by.at
            session.add(change)


def settle_waiting(session: Session, reached: Mapping[int, Iterable[str]], at: datetime) -> None:
    """These fields of these links stand in the sheet: the newest waiting change of each was applied, older ones
    superseded.
    """
    newest: set[tuple[int | None, str]] = set()
    for change in session.scalars(_waiting(*reached)):
        key = (change.link_id, change.field)
        if change.link_id is not None and change.field in reached[change.link_id]:
            change.state = "superseded" if key in newest else "applied"
            change.reached_at = at
            newest.add(key)


def replaced_lately(session: Session, links: Iterable[Link], now: datetime) -> dict[int, dict[str, set[Value]]]:
    """link id → field → values replaced within the lag window, by a person or us: a read that shows one may be old."""
    since = now - LAG
    fresh = {link.id: link for link in links if link.agreed_at > since}
    found: dict[int, dict[str, set[Value]]] = {link_id: {} for link_id in fresh}
    edits = select(Change.link_id, Change.field, Change.old).where(
        Change.link_id.in_(fresh), Change.side == "sheet", Change.at > since
    )
    for link_id, name, old in session.execute(edits) if fresh else ():
        found[link_id or 0].setdefault(name, set()).add(old)
    for link in fresh.values():
        for sent in link.own_writes:
            if datetime.fromisoformat(sent["at"]) > since:
                found[link.id].setdefault(sent["field"], set()).add(sent["before"])
    return found


def _waiting(*link_ids: int) -> Any:
    return select(Change).where(Change.link_id.in_(link_ids), Change.state == "waiting").order_by(Change.id.desc())


def _change(link: Link, side: str, name: str, old: Any, new: Any, by: By) -> Change:
    return Change(
        at=by.at,
        actor=by.actor,
        side=side,
        link_id=link.id,
        task_id=link.task_id,
        field=name,
        old=old,
        new=new,
        state="waiting",
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
