"""The history over HTTP: list every change, filtered and in pages; undo a change; take the value a conflict lost.

A page costs the same however long the history is: where no index leads to the changes asked for, it searches a limited
number of them and says where the next page begins.
"""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, g, jsonify
from pydantic import BaseModel
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.api.current import runtime
from bridge.reports.change_list import ChangeQuery, selected, to_json
from bridge.runtime import Runtime
from bridge.store.models import Change, Link
from bridge.sync.undo import CannotUndo, ChangedSince, NoSuchChange, take, undo
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation, link_next

changes = Blueprint("changes", __name__)
SEARCHED = 20_000
"""The number of changes one page searches, the newest first, unless an index of tasks or leads leads to them."""


class UndoQuery(BaseModel):
    """The query of an undo."""

    force: bool = False


@changes.get("/changes")
@Operation("tasks:read", query=ChangeQuery, answer=list[JsonObject], response_headers=("Link",))
def list_changes(query: ChangeQuery) -> Response:
    """Every change, newest first, page by page.

    A page may hold fewer changes than asked for, or none, and name a next page: each searches 20,000 changes.
    """
    page, following = _page(db.session(), query)
    response = jsonify([to_json(change, link) for change, link in page])
    if following is not None:
        link_next(response, before=str(following))
    return response


@changes.get("/tasks/<int:task_id>/changes")
@Operation("tasks:read", answer=list[JsonObject])
def list_changes_of_task(task_id: int) -> Response:
    """The history of one task, newest first.

    At most 1,000 changes; for older ones: `GET /changes?task_id=…&before=…`.
    """
    if tracker.task(db.session(), task_id) is None:
        raise Problem(404, f"there is no task {task_id}")
    found = db.session().execute(selected(ChangeQuery(task_id=task_id)).limit(1000))
    return jsonify([to_json(change, link) for change, link in found])


@changes.post("/changes/<int:change_id>/undo")
@Operation("tasks:write", query=UndoQuery, others=(409,))
def undo_change(change_id: int, query: UndoQuery) -> Response:
    """Restore the old value on both sides; with `force` also if the field has changed since."""
    return _restored(lambda runtime, session: undo(session, runtime, change_id, str(g.actor), force=query.force))


@changes.post("/changes/<int:change_id>/take")
@Operation("tasks:write", others=(409,))
def take_change(change_id: int) -> Response:
    """Take the value that a conflict lost."""
    return _restored(lambda runtime, session: take(session, runtime, change_id, str(g.actor)))


def _page(session: Session, query: ChangeQuery) -> tuple[Sequence[Row[Change, Link]], int | None]:
    """The page, and the change before which the next page begins; None if this is the last."""
    oldest = _oldest(session, query)
    found = session.execute(selected(query).where(Change.id >= oldest).limit(query.limit + 1)).all()
    if len(found) > query.limit:
        return found[: query.limit], found[query.limit - 1][0].id
    older = session.scalar(select(Change.at).where(Change.id < oldest).order_by(Change.id.desc()).limit(1))
    return found, None if older is None or (query.since is not None and older < query.since) else oldest


def _oldest(session: Session, query: ChangeQuery) -> int:
    """The oldest change this page searches; 0 if an index leads to the right ones."""
    if query.task_id is not None or query.lead_id is not None:
        return 0
    newest = session.scalar(select(func.max(Change.id))) or 0
    return max(0, min(query.before or newest + 1, newest + 1) - SEARCHED)


def _restored(act: Callable[[Runtime, Session], str]) -> Response:
    with runtime().writing() as session:
        try:
            done = act(runtime(), session)
        except CannotUndo as error:
            kind = "changed_since" if isinstance(error, ChangedSince) else ""
            raise Problem(404 if isinstance(error, NoSuchChange) else 409, str(error), kind=kind) from error
        session.commit()
    return jsonify({"done": done})
