"""A task, seen by the bridge: its fields as canonical values, and canonical values as task fields. Changes nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bridge.core.cells import canonical_text
from bridge.core.lead import Fields, Value
from bridge.core.mapping import SheetMapping
from bridge.models import Link
from task_api.models import Task


def task_fields(task: Task) -> dict[str, Value]:
    """The task's synced fields in canonical form."""
    return {
        "id": str(task.id),
        "status": task.status,
        "notes": canonical_text(task.notes),
        "assignee": canonical_text(task.assignee or ""),
        "due": task.due.isoformat() if task.due else None,
    }


def as_lead(task: Task, link: Link, mapping: SheetMapping, shown: Fields | None = None) -> dict[str, Value]:
    """The task in the lead's words; ``shown``: what the row says now, when it was read."""
    present = (shown or link.base, link.base)
    return mapping.task_as_lead(task_fields(task), present, link.recall)


def differs(said: Fields, base: Fields) -> bool:
    """True when the sheet, last seen saying ``base``, owes a write. Fields without a column are not in the base."""
    return any(name in base and base[name] != value for name, value in said.items())


def task_arguments(changes: Mapping[str, Value]) -> dict[str, Any]:
    """Canonical values as `task_api.tasks` takes them: dates as dates, an empty text as ""."""
    arguments: dict[str, Any] = dict(changes)
    if isinstance(due := arguments.get("due"), str):
        arguments["due"] = date.fromisoformat(due)
    if "notes" in arguments:
        arguments["notes"] = arguments["notes"] or ""
    return arguments
