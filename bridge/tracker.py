"""What the bridge asks of the tracker. The only module that imports the task API's models and functions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.cells import canonical_text
from bridge.core.values import Value
from bridge.store.models import Link
from task_api.models import Task


def tasks_of(session: Session, links: Iterable[Link]) -> list[Task]:
    """The tasks of these links, in one statement."""
    return list(session.scalars(select(Task).where(Task.id.in_([link.task_id for link in links]))))


SYNCED = ("id", "status", "notes", "assignee", "due")


def task_fields(task: Task) -> dict[str, Value]:
    """The task's synced fields in canonical form."""
    return {
        "id": str(task.id),
        "status": task.status,
        "notes": canonical_text(task.notes),
        "assignee": canonical_text(task.assignee or ""),
        "due": task.due.isoformat() if task.due else None,
    }


def earlier(task: Task, changes: Mapping[str, tuple[Any, Any]]) -> Task:
    """The task as it was before these changes, as far as the sheet shows it; a copy that belongs to no session."""
    now = {name: getattr(task, name) for name in SYNCED}
    return Task(**now | {name: old for name, (old, _) in changes.items() if name in SYNCED})


def task_arguments(changes: Mapping[str, Value]) -> dict[str, Any]:
    """Canonical values as `task_api.tasks` takes them: dates as dates, an empty text as ""."""
    arguments: dict[str, Any] = dict(changes)
    if isinstance(due := arguments.get("due"), str):
        arguments["due"] = date.fromisoformat(due)
    if "notes" in arguments:
        arguments["notes"] = arguments["notes"] or ""
    return arguments
