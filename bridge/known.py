"""Links and their tasks as a sweep compares them: plain columns, because a hundred thousand of them pass through."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bridge.config import SheetConfig
from bridge.core.plan import Known
from bridge.models import Link
from bridge.tasks import as_lead
from task_api.models import Task

_LINK = (
    Link.id.label("link_id"), Link.lead_id, Link.task_id, Link.row, Link.base, Link.recall, Link.own_writes, Link.puts,
    Link.unread, Link.refused, Link.conflicts, Link.buried_at, Link.error, Link.has_rivals, Link.unborn, Link.gone_at,
)  # fmt: skip
_TASK = (Task.id, Task.status, Task.notes, Task.assignee, Task.due, Task.archived_at)


def known_leads(session: Session, sheet: SheetConfig, lead_ids: Collection[str]) -> Mapping[str, Known]:
    """lead id → what is known of it, for the ids that have a link."""
    pairs = select(*_LINK, *_TASK).join(Task, Task.id == Link.task_id)
    mine = pairs.where(Link.sheet == sheet.key, Link.lead_id.in_(lead_ids))
    return {pair.lead_id: _known(sheet, pair) for pair in session.execute(mine)}


def _known(sheet: SheetConfig, pair: Row[Any]) -> Known:
    said = as_lead(cast(Task, pair), cast(Link, pair), sheet.mapping)  # it has the names that either would have
    if pair.archived_at is not None:
        said = {"sync": said["sync"]}
    open_writes = any(not entry["settled"] for entry in pair.own_writes)
    restless = bool(open_writes or pair.has_rivals or pair.unborn or pair.gone_at or pair.refused or pair.unread)
    return Known(pair.link_id, pair.row, pair.base, said, restless)
