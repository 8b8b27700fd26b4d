"""Put a value back: undo a change, or take the value that a conflict lost. Each is a new change under the same rules.

Works in the caller's transaction. The value goes to the task at once and to the sheet through the outbox; a person who
types there meanwhile is a conflict like any other.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.core.values import Value
from bridge.errors import Permanent
from bridge.queue.pending import mark_pending
from bridge.runtime import Runtime
from bridge.store.history import By, note_override
from bridge.store.models import ActorKind, Change, ChangeState, Link
from bridge.store.unit_of_work import lock_queue, write_down
from bridge.sync.title import keep_replaced_title
from bridge.tracker import Task, task_arguments
from task_api.actor import Actor

IN_FORCE = (ChangeState.APPLIED, ChangeState.WAITING)


class CannotUndo(Permanent):
    """Why not, and what to do instead."""


class NoSuchChange(CannotUndo):
    """There is no such change of a lead."""


class ChangedSince(CannotUndo):
    """The field has a newer value; ``force`` undoes all the same."""


def undo(session: Session, runtime: Runtime, change_id: int, who: str, *, force: bool = False) -> str:
    """Set the field back to what it was before this change; returns what was done, in a sentence.

    Raises `CannotUndo` when the change never took effect, or when the field has changed since, unless ``force``.
    """
    change, link, task = _found(session, runtime, change_id)
    if change.state not in IN_FORCE:
        raise CannotUndo(f"change {change.id} is {change.state}: it never took effect" + _instead(change))
    if change.field == "archived":
        return _turn_life(session, runtime, change, link, task)
    _only_values(change)
    write_down(session)
    later = select(Change.id).where(Change.link_id == link.id, Change.field == change.field, Change.id > change.id)
    newest = session.scalars(later.where(Change.state.in_(IN_FORCE)).order_by(Change.id.desc())).first()
    if newest is not None and not force:
        raise ChangedSince(
            f"{change.field} has changed since, last by change {newest}: undo that one first, or force it"
        )
    return _set(session, runtime, link, task, change, change.old, _actor(change, who))


def take(session: Session, runtime: Runtime, change_id: int, who: str) -> str:
    """Take the value that a conflict lost; the value that won is in the history and can be put back the same way."""
    change, link, task = _found(session, runtime, change_id)
    if change.state is not ChangeState.LOST:
        raise CannotUndo(f"change {change.id} is {change.state}: only a value that a conflict lost can be taken")
    change.state = ChangeState.TAKEN
    return _set(session, runtime, link, task, change, change.new, _actor(change, who))


def _found(session: Session, runtime: Runtime, change_id: int) -> tuple[Change, Link, Task]:
    change = session.get(Change, change_id) if 0 < change_id < 2**63 else None
    link = session.get(Link, change.link_id) if change is not None and change.link_id is not None else None
    if change is None or link is None or link.sheet not in runtime.config.sheets:
        raise NoSuchChange(f"there is no change {change_id} of a lead")
    lock_queue(session, link.sheet)
    for one in (change, link):  # as they stand now that nobody else changes them
        session.refresh(one)
    return change, link, tracker.task_of(session, link)


def _actor(change: Change, who: str) -> Actor:
    return Actor(ActorKind.UNDO, f"{change.id} {who}")


def _instead(change: Change) -> str:
    return "; take its value instead" if change.state is ChangeState.LOST else ""


def _only_values(change: Change) -> None:
    if change.field == "task":
        raise CannotUndo(f"change {change.id} made or linked the task: archive the task instead")
    if change.field in {"id", "lead_id"}:
        raise CannotUndo(f"change {change.id} is about the lead's id: edit the id in the sheet instead")


def _turn_life(session: Session, runtime: Runtime, change: Change, link: Link, task: Task) -> str:
    """Archive or restore; the restored task of a deleted row stays active."""
    archived, actor = bool(change.new), Actor(ActorKind.UNDO, str(change.id))
    if (task.archived_at is not None) != archived:
        raise CannotUndo(f"task {task.id} is {'active' if archived else 'archived'} already")
    if archived and (link.gone_at is not None or link.row is None):
        link.archived_at = link.archived_at or runtime.now()  # its row was missing already: that archives it no more
    (tracker.restore if archived else tracker.archive)(session, task, actor=actor)
    return f"task {task.id} is {'active again' if archived else 'archived again'}"


def _set(session: Session, runtime: Runtime, link: Link, task: Task, change: Change, value: Value, actor: Actor) -> str:
    mapping, name, now = runtime.config.sheets[link.sheet].mapping, change.field, runtime.now()
    by = By(actor, now)
    column = mapping.by_field.get(name)
    if column is not None and column.direction == "to_sheet":
        raise CannotUndo(f"{name} is kept by the bridge itself")
    if column is None or name not in link.base:  # the sheet has never shown it
        link.overrides = {other: put for other, put in link.overrides.items() if other != name}
        link.conflicts = {field: what for field, what in link.conflicts.items() if field != name}
        field = column.task_field or name if column else name
        tracker.change(session, task, task_arguments({field: value}), actor=actor)
        return f"{field} of task {task.id} is '{'' if value is None else value}' again"
    if column.kind == "status" and value is not None and value not in mapping.statuses.to_task:
        raise CannotUndo(f"'{value}' is not among this sheet's status words: change the status itself")
    link.overrides = link.overrides | {name: value}
    link.conflicts = {field: what for field, what in link.conflicts.items() if field != name}
    note_override(session, link, name, value, by)
    if name == "name" and task.title not in {mapping.title_of(link.base["name"]), mapping.title_of(value)}:
        keep_replaced_title(session, link, task, mapping.title_of(value), by)
    tracker.change(session, task, task_arguments(mapping.task_changes({name: value})), actor=actor)
    mark_pending(session, link, now)
    return f"{name} of lead {link.lead_id} is '{'' if value is None else value}' again"
