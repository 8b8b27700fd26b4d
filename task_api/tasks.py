"""Create, change, archive and restore tasks: the only module that changes a task and sends the signals.

The caller opens the transaction with `begin_write`, locks an existing task by `locked` or by a lock of its own, and
commits.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from task_api.actor import Actor
from task_api.models import Task
from task_api.signals import task_archived, task_changed, task_created, task_to_be_locked

_EMPTY = {column.name: None for column in Task.__table__.columns if column.nullable}
"""Set explicitly, so that SQLAlchemy need not read them back."""


def create(session: Session, *, actor: Actor, **fields: Any) -> Task:
    """A new task; its id is known when this returns. ``fields``: columns of a task, in its own types."""
    now = datetime.now(UTC)
    task = Task(**_EMPTY | fields, created_at=now, updated_at=now)
    session.add(task)
    session.flush()
    task_created.send(task, session=session, actor=actor)
    session.flush()
    return task


def locked(session: Session, task_id: int) -> Task | None:
    """The task, locked until the transaction ends; None if there is none."""
    task_to_be_locked.send(task_id, session=session)
    return session.get(Task, task_id, populate_existing=True, with_for_update=True)


def change(session: Session, task: Task, changes: Mapping[str, Any], *, actor: Actor) -> dict[str, tuple[Any, Any]]:
    """Set these fields; returns {field: (old, new)} of those that differed, and sends no signal if none did."""
    real = {name: (getattr(task, name), new) for name, new in changes.items() if getattr(task, name) != new}
    if real:
        for name, (_, new) in real.items():
            setattr(task, name, new)
        _touch(task)
        task_changed.send(task, session=session, changes=real, actor=actor)
    return real


def archive(session: Session, task: Task, *, actor: Actor) -> None:
    """Archive the task; `restore` undoes it."""
    if task.archived_at is None:
        task.archived_at = _touch(task)
        task_archived.send(task, session=session, actor=actor)


def restore(session: Session, task: Task, *, actor: Actor) -> None:
    """Undo `archive`."""
    if task.archived_at is not None:
        task.archived_at = None
        _touch(task)
        task_changed.send(task, session=session, changes={"archived": (True, False)}, actor=actor)


def _touch(task: Task) -> datetime:
    """Count a change; returns its time."""
    task.version, task.updated_at = task.version + 1, datetime.now(UTC)
    return task.updated_at
