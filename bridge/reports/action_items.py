"""What waits for a person: conflicts, refusals, dead letters, deletions, sheets without contact, paused queues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from bridge.core.outcome import RefusedWrite
from bridge.store import notices as noted
from bridge.store.models import Change, ChangeState, Link, SheetHealth, SheetQueue, UnlinkedRow
from bridge.sync.columns.agreed import held_columns

SILENT = timedelta(minutes=15)
"""Three missed reports: the script sends one every five minutes, with some jitter."""
GONE_TRIGGER = "the trigger may be gone: open the sheet and choose Bridge → Install"
UNSIGNED = (
    "deliveries have a wrong signature: the sheet may have an old connection string; "
    "paste what `leadbridge connection` prints into Bridge → Install"
)
MOST_ITEMS = 200


@dataclass(frozen=True)
class ActionItem:
    """One decision to make. ``kind``: conflict, refused, dead_letter, deletions, column, silent, unsigned, header,
    twice, paused, row, or one of `bridge.store.notices`. ``id``: the change of a conflict, the link of a refusal or
    dead letter.
    """

    kind: str
    sheet: str
    why: str
    id: int | None = None
    lead_id: str | None = None
    task_id: int | None = None
    row: int | None = None
    field: str | None = None
    value: object = None


@dataclass(frozen=True)
class Counts:
    """How many links of a sheet are in which state."""

    pending: int = 0
    buried: int = 0
    conflicts: int = 0
    refused: int = 0
    gone: int = 0


def action_items(session: Session, sheets: Sequence[str], now: datetime) -> list[ActionItem]:
    """Everything that waits, the most urgent first; at most 200 of each kind."""
    queues = list(session.scalars(select(SheetQueue).where(SheetQueue.sheet.in_(sheets)).order_by(SheetQueue.sheet)))
    found = [item for queue in queues for item in _of_queue(queue, now)]
    return [*found, *_conflicts(session, sheets), *_of_links(session, sheets), *_of_rows(session, sheets)]


def silence(health: SheetHealth, now: datetime) -> str | None:
    """What to do about a script without contact; None if it has contact."""
    if health.heard_at is None:
        return "the sheet's script is not installed yet: open the sheet and choose Bridge → Install"
    if now - health.heard_at <= SILENT:
        return None
    return f"not heard of since {health.heard_at:%Y-%m-%d %H:%M} UTC: {GONE_TRIGGER}"


def missing_columns(health: SheetHealth) -> str:
    """What to do about missing headers; empty if none is missing."""
    named = " and ".join(f"'{name}'" for name in health.missing)
    return f"the first row has no column {named}: its edits are not synced until a header names it" if named else ""


def counts(session: Session, sheets: Sequence[str]) -> dict[str, Counts]:
    """sheet key → its counts, in one statement."""
    columns = (
        func.count().filter(Link.wanted > Link.written),
        func.count().filter(Link.failed_at.is_not(None)),
        func.count().filter(Link.conflicts.is_not(None)),
        func.count().filter(or_(Link.refused.is_not(None), Link.unread.is_not(None))),
        func.count().filter(and_(Link.gone_at.is_not(None), Link.archived_at.is_(None))),
    )
    rows = session.execute(select(Link.sheet, *columns).where(Link.sheet.in_(sheets)).group_by(Link.sheet))
    return dict.fromkeys(sheets, Counts()) | {row[0]: Counts(*row[1:]) for row in rows}


def _of_queue(queue: SheetQueue, now: datetime) -> list[ActionItem]:
    found, health = [], queue.health
    if queue.problem:
        found.append(ActionItem("paused", queue.sheet, queue.problem))
    if health.held_why:
        found.append(ActionItem("deletions", queue.sheet, health.held_why, value=health.held))
    elif lacking := missing_columns(health):
        found.append(ActionItem("header", queue.sheet, lacking))
    found += [
        ActionItem("column", queue.sheet, one.why, field=name, value=one.rows)
        for name, one in sorted(held_columns(health).items())
    ]
    found += [ActionItem("twice", queue.sheet, told) for told in health.doubled or ()]
    if (why := silence(health, now)) is not None:
        found.append(ActionItem("silent", queue.sheet, why))
    if health.unsigned_at is not None and now - health.unsigned_at <= SILENT:
        found.append(ActionItem("unsigned", queue.sheet, UNSIGNED))
    return found + [ActionItem(kind, queue.sheet, why) for kind, why in noted.notices(health, now)]


def _conflicts(session: Session, sheets: Sequence[str]) -> list[ActionItem]:
    """The values lost in open conflicts, newest first; a conflict is open until its field changes again."""
    lost = select(Change, Link).join(Link, Link.id == Change.link_id)
    mine = lost.where(Change.state == ChangeState.LOST, Link.sheet.in_(sheets), Link.conflicts.is_not(None))
    found: dict[tuple[int, str], ActionItem] = {}
    for change, link in session.execute(mine.order_by(Change.id.desc()).limit(MOST_ITEMS)):
        if change.field in link.conflicts:
            why = f"{change.field}: {link.conflicts[change.field]}"
            item = _of_lead("conflict", link, why, id=change.id, field=change.field, value=change.new)
            found.setdefault((link.id, change.field), item)
    return list(found.values())


def _of_links(session: Session, sheets: Sequence[str]) -> list[ActionItem]:
    troubled = or_(Link.failed_at.is_not(None), Link.refused.is_not(None), Link.unread.is_not(None))
    mine = select(Link).where(Link.sheet.in_(sheets), troubled).order_by(Link.sheet, Link.row).limit(MOST_ITEMS)
    return [item for link in session.scalars(mine) for item in _of_link(link)]


def _of_link(link: Link) -> list[ActionItem]:
    if link.failed_at is not None:
        return [_of_lead("dead_letter", link, link.error or "", id=link.id)]
    unread = [_of_lead("refused", link, why, id=link.id, field=name) for name, why in link.unread.items()]
    refused = [(name, RefusedWrite(*said)) for name, said in link.refused.items()]
    return unread + [_of_lead("refused", link, it.why, id=link.id, field=name, value=it.value) for name, it in refused]


def _of_lead(kind: str, link: Link, why: str, **more: Any) -> ActionItem:
    return ActionItem(kind, link.sheet, why, lead_id=link.lead_id, task_id=link.task_id, row=link.row, **more)


def _of_rows(session: Session, sheets: Sequence[str]) -> list[ActionItem]:
    """Rows without a task in the last sweep."""
    mine = select(UnlinkedRow).where(UnlinkedRow.sheet.in_(sheets)).order_by(UnlinkedRow.sheet, UnlinkedRow.row)
    return [ActionItem("row", one.sheet, one.why, row=one.row, lead_id=one.lead_id) for one in session.scalars(mine)]
