"""When a task changes, its link becomes pending in the same transaction. After the commit the engine is woken.

The receivers join the transaction and never commit: if one fails, so does the PATCH. Changes that come from the sheet
are ignored: who read the row records them (`bridge.sync.merge_row`).
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.errors import Permanent
from bridge.queue.pending import mark_pending
from bridge.runtime import Runtime
from bridge.store.history import By, note_task_change
from bridge.store.models import READS_SHEET, ActorKind, Link
from bridge.store.unit_of_work import effects, lock_queue, lock_queue_of_task
from bridge.sync.links.new_rows import give_row, sheet_for
from bridge.sync.load import LEADS
from bridge.sync.merge_row import as_lead, close_conflicts, needs_write
from bridge.sync.title import follow_title
from bridge.tracker import Task, earlier
from task_api.actor import Actor
from task_api.db import exclusive
from task_api.errors import Problem
from task_api.signals import task_archived, task_changed, task_created, task_to_be_locked


class TaskSignals:
    """The receivers of the task API's signals; blinker refers to them weakly, so the runtime keeps this object."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        task_to_be_locked.connect(self.on_task_to_be_locked)
        task_changed.connect(self.on_task_changed)
        task_created.connect(self.on_task_created)
        task_archived.connect(self.on_task_archived)

    def on_task_to_be_locked(self, task_id: int, *, session: Session) -> None:
        """Lock the queue before the task, as deliveries and jobs do."""
        if self._join(session) and session.get_bind().dialect.name != "sqlite":
            lock_queue_of_task(session, task_id)

    def on_task_changed(
        self, task: Task, *, session: Session, changes: dict[str, tuple[object, object]], actor: Actor
    ) -> None:
        """Note the change in the history, and mark the task's link pending when the sheet is to show it."""
        if actor.kind in READS_SHEET or (link := self._link_of(task, session)) is None:
            return
        if "lead_id" in changes:
            raise Problem(409, f"task {task.id} is lead {link.lead_id} of the sheet; its lead_id cannot be changed")
        mapping = self._runtime.config.sheets[link.sheet].mapping
        before, said = as_lead(earlier(task, changes), link, mapping), as_lead(task, link, mapping)
        note_task_change(session, link, mapping, before, said, changes, By(actor, self._runtime.now()))
        if actor.kind != ActorKind.UNDO:
            close_conflicts(link, mapping, changes)
        if "title" in changes:
            follow_title(session, link, task, mapping, By(actor, self._runtime.now()))
        if link.row_pending or needs_write(task, link, mapping):
            mark_pending(session, link, self._runtime.now())

    def on_task_created(self, task: Task, *, session: Session, actor: Actor) -> None:
        """Link a task made by the API with a new row, where configured; 409 when its lead has a task already."""
        if not self._join(session) or actor.kind in READS_SHEET:
            return
        if (sheet := sheet_for(self._runtime)) is not None:
            lock_queue(session, sheet.key)
        if task.lead_id is not None:
            exclusive(session, LEADS, task.lead_id)
        taken = select(Link.task_id).where(Link.sheet.in_(self._runtime.config.sheets), Link.lead_id == task.lead_id)
        if task.lead_id is not None and (other := session.scalars(taken).first()) is not None:
            raise Problem(409, f"lead {task.lead_id} of the sheet has task {other} already; change that one")
        try:
            if sheet is not None:
                give_row(session, self._runtime, sheet, task, actor)
        except Permanent as error:
            raise Problem(422, str(error)) from error

    def on_task_archived(self, task: Task, *, session: Session, actor: Actor) -> None:
        """The row stays; the history says why its task is gone."""
        if actor.kind in READS_SHEET or (link := self._link_of(task, session)) is None:
            return
        mapping = self._runtime.config.sheets[link.sheet].mapping
        note_task_change(session, link, mapping, {}, {}, {"archived": (False, True)}, By(actor, self._runtime.now()))
        if needs_write(task, link, mapping):
            mark_pending(session, link, self._runtime.now())

    def _join(self, session: Session) -> bool:
        """Join a transaction on this bridge's database; False for another's."""
        ours = session.get_bind().engine is self._runtime.database
        if ours:
            self._runtime.join(session)
        return ours

    def _link_of(self, task: Task, session: Session) -> Link | None:
        """The task's link with a configured sheet, None without one; 503 while it is being made, as its queue is not
        locked then.
        """
        if not self._join(session):
            return None
        link = session.scalars(select(Link).where(Link.task_id == task.id)).one_or_none()
        if link is None or link.sheet not in self._runtime.config.sheets:
            return None
        if link.sheet not in effects(session).locked and session.get_bind().dialect.name != "sqlite":
            raise Problem(503, "the task is getting its row at this moment; repeat", headers={"Retry-After": "1"})
        return link
