"""What the bridge asks of the tracker. The only module that imports the task API's models and functions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bridge.config.fields import COLUMNS
from bridge.core.cells import canonical_text
from bridge.core.text import likeness
from bridge.core.values import Value
from bridge.store.in_flight_writes import KEPT, with_writes
from bridge.store.models import Link
from task_api.models import Task
from task_api.tasks import archive, change, create, restore

__all__ = ["Task", "archive", "change", "create", "restore"]  # as the task API has them

UNUSUAL = "[^ -~]|^ | $|  "
"""A text with other signs than ASCII's printable ones, or with blanks that nobody sees."""
SYNCED = tuple(one.task_field for one in COLUMNS if one.task_field and one.direction != "to_task")
"""Fields of a task that a sheet shows."""

_LINKED = with_writes(
    select(Link, Task)
    .join(Task, Task.id == Link.task_id)
    .where(Link.sheet == bindparam("sheet"), Link.lead_id.in_(bindparam("lead_ids", expanding=True)))
)
"""Built once: building it costs as much as running it."""


def task(session: Session, task_id: int) -> Task | None:
    """The task as the database has it now; None: there is none."""
    return session.get(Task, task_id, populate_existing=True) if 0 < task_id < 2**63 else None


def task_of(session: Session, link: Link) -> Task:
    """The task of this link as the database has it now."""
    return session.get_one(Task, link.task_id, populate_existing=True)


def tasks_of(session: Session, links: Iterable[Link]) -> list[Task]:
    """The tasks of these links, in one statement."""
    return list(session.scalars(select(Task).where(Task.id.in_([link.task_id for link in links]))))


def linked(session: Session, sheet: str, lead_ids: Collection[str], now: datetime) -> Sequence[Row[Link, Task]]:
    """Links of these leads with their writes, each with its task."""
    return session.execute(_LINKED, {"sheet": sheet, "lead_ids": lead_ids} | {"kept_since": now - KEPT}).unique().all()


def columns_of_linked(
    session: Session,
    columns: Sequence[InstrumentedAttribute[Any] | ColumnElement[Any]],
    *conditions: ColumnElement[bool],
) -> Iterable[Row[Any]]:
    """Plain columns of links and their tasks' ``id``, synced fields and ``archived_at``: for very many of them."""
    fields = [getattr(Task, name) for name in (*SYNCED, "archived_at")]
    return session.execute(select(*columns, *fields).join(Task, Task.id == Link.task_id).where(*conditions))


def existing(session: Session, ids: Collection[int]) -> set[int]:
    """Which of these tasks there are; locks none."""
    return set(session.scalars(select(Task.id).where(Task.id.in_(ids)))) if ids else set()


def locked(session: Session, ids: Collection[int]) -> dict[int, Task]:
    """These tasks, locked until this transaction ends; locks are taken in the order of their ids."""
    if not ids:
        return {}
    found = select(Task).where(Task.id.in_(ids)).order_by(Task.id).with_for_update(key_share=True)
    return {task.id: task for task in session.scalars(found)}


def without_row(session: Session, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Task]:
    """Active tasks without a link; their rows are locked, since no sheet queue protects them."""
    linked = select(Link.id).where(Link.task_id == Task.id).exists()
    found = select(Task).where(*conditions, Task.archived_at.is_(None), ~linked).order_by(Task.id).limit(limit)
    return list(session.scalars(found.with_for_update(of=Task, key_share=True)))


def with_lead_id(session: Session, lead_ids: Collection[str]) -> list[Task]:
    """Active tasks without a row that have one of these lead ids. An index finds them, so that a new row costs the
    same however many tasks there are.
    """
    return without_row(session, Task.lead_id.in_(lead_ids)) if lead_ids else []


def with_value(session: Session, name: str, texts: Collection[str]) -> list[Task]:
    """Active tasks without row and lead id whose field is like one of these texts, by `likeness`. The databases pick
    out those that are equal in lower case, and those with signs that each of them would compare in its own way.
    """
    column = getattr(Task, name)
    near = func.lower(column).in_(texts) | column.regexp_match(UNUSUAL)
    free = select(Task.id, column).where(Task.archived_at.is_(None), Task.lead_id.is_(None), near)
    ids = [task_id for task_id, text in session.execute(free) if likeness(text) in texts]
    return without_row(session, Task.id.in_(ids)) if ids else []


def task_fields(task: Task) -> dict[str, Value]:
    """The task's synced fields in canonical form."""
    return {name: _canonical(getattr(task, name)) for name in SYNCED}


def earlier(task: Task, changes: Mapping[str, tuple[Any, Any]]) -> Task:
    """The task as it was before these changes, as far as the sheet shows it; a copy that belongs to no session."""
    now = {name: getattr(task, name) for name in SYNCED}
    return Task(**now | {name: old for name, (old, _) in changes.items() if name in SYNCED})


def task_arguments(changes: Mapping[str, Value]) -> dict[str, Any]:
    """Canonical values as `task_api.tasks` takes them: dates as dates; None as \"\" if not nullable."""
    return {name: _to_column_type(Task.__table__.c[name], value) for name, value in changes.items()}


def _canonical(value: Any) -> Value:
    if isinstance(value, str | None):
        return canonical_text(value or "")
    return value.isoformat() if isinstance(value, date) else str(value)


def _to_column_type(column: ColumnElement[Any], value: Value) -> Any:
    if value is None:
        return None if column.nullable else ""
    return date.fromisoformat(str(value)) if column.type.python_type is date else value
