"""Create, change, archive, restore: the only place where a task changes, and where the signals are sent.

Who calls it has opened a transaction with `begin_write` and commits it. A task that was there before is theirs alone
by then: by `locked`, or by a lock of their own.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from task_api.actor import Actor
from task_api.models import Task
from task_api.signals import task_archived, task_changed, task_created, task_wanted

_EMPTY = {column.name: None for column in Task.__table__.columns if column.nullable}
"""Said, so that nobody has to read them back."""


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
    """The task, which nobody else changes before this transaction ends; None: there is none."""
    task_wanted.send(task_id, session=session)
    return session.get(Task, task_id, populate_existing=True, with_for_update=True)


def change(session: Session, task: Task, changes: Mapping[str, Any], *, actor: Actor) -> dict[str, tuple[Any, Any]]:
    """Set these fields; returns {field: (old, new)} of what really differed, and tells nobody when nothing did."""
    real = {name: (getattr(task, name), new) for name, new in changes.items() if getattr(task, name) != new}
    if real:
        for name, (_, new) in real.items():
            setattr(task, name, new)
        _touch(task)
        task_changed.send(task, session=session, changes=real, actor=actor)
    return real


def archive(session: Session, task: Task, *, actor: Actor) -> None:
    """Take the task off the board; nothing is deleted, and `restore` brings it back."""
    if task.archived_at is None:
        task.archived_at = _touch(task)
        task_archived.send(task, session=session, actor=actor)


def restore(session: Session, task: Task, *, actor: Actor) -> None:
    """Bring an archived task back."""
    if task.archived_at is not None:
        task.archived_at = None
        _touch(task)
        task_changed.send(task, session=session, changes={"archived": (True, False)}, actor=actor)


def _touch(task: Task) -> datetime:
    """One change more, now."""
    task.version, task.updated_at = task.version + 1, datetime.now(UTC)
    return task.updated_at
