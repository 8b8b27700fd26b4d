"""A task, seen by the bridge: its fields as canonical values, and canonical values as task fields. Changes nothing."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bridge.core.cells import canonical_text
from bridge.core.lead import Fields, Value
from bridge.core.mapping import SheetMapping
from bridge.models import Link
from bridge.sync_cell import link_text
from task_api.models import Task

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


def as_lead(task: Task, link: Link, mapping: SheetMapping, *present: Fields) -> dict[str, Value]:
    """What the sheet is to show: the task in the lead's words, what an undo puts, and how the row stands.

    ``present``: what the row says now, when it was read; the base counts last.
    """
    said = mapping.task_as_lead(task_fields(task), (*present, link.base), link.recall)
    return said | link.puts | {"sync": link_text(link, archived=task.archived_at is not None)}


def owes(task: Task, link: Link, mapping: SheetMapping) -> bool:
    """True when the sheet owes a write: it was last seen saying something else than it is to show.

    Fields without a column are not in the base; what was refused is not owed until it changes. Of an archived task
    only the row's state is told.
    """
    said = as_lead(task, link, mapping)
    if task.archived_at is not None:
        said = {"sync": said["sync"]}
    owed = {name: value for name, value in said.items() if name in link.base and link.base[name] != value}
    return any(name not in link.refused or link.refused[name][0] != value for name, value in owed.items())


def close_conflicts(link: Link, mapping: SheetMapping, changed: Iterable[str]) -> None:
    """A conflict is open, and an undo under way, until its field changes again: here by these task fields."""
    fields = {"name" if field == "title" else field for field in changed}
    names = {column.field for column in mapping.columns if {column.field, column.task_field} & fields}
    if names & (link.conflicts.keys() | link.puts.keys()):
        link.conflicts = {name: what for name, what in link.conflicts.items() if name not in names}
        link.puts = {name: value for name, value in link.puts.items() if name not in names}


def task_arguments(changes: Mapping[str, Value]) -> dict[str, Any]:
    """Canonical values as `task_api.tasks` takes them: dates as dates, an empty text as ""."""
    arguments: dict[str, Any] = dict(changes)
    if isinstance(due := arguments.get("due"), str):
        arguments["due"] = date.fromisoformat(due)
    if "notes" in arguments:
        arguments["notes"] = arguments["notes"] or ""
    return arguments
