"""The history over HTTP, and the way back: every change, filtered and in pages; undo; take what a conflict lost.

A page costs the same however long the history is: where no index leads to what is asked for, it looks through a
portion and says where the next one begins.
"""

from collections.abc import Callable, Sequence

from flask import Blueprint, Response, current_app, g, jsonify, request, url_for
from pydantic import BaseModel
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.reports.change_list import ChangeQuery, selected, to_json
from bridge.runtime import Runtime
from bridge.store.models import Change, Link
from bridge.sync.undo import CannotUndo, ChangedSince, NoSuchChange, take, undo
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

changes = Blueprint("changes", __name__)
LOOK = 20_000
"""So many changes one page looks through, the newest first, unless a task or a lead says where they are."""


class UndoQuery(BaseModel):
    """What an undo may be told."""

    force: bool = False


@changes.get("/changes")
@Operation("tasks:read", query=ChangeQuery, answer=list[JsonObject], response_headers=("Link",))
def list_changes(query: ChangeQuery) -> Response:
    """Every change, newest first, page by page.

    A page may hold less than was asked for, or nothing, and name a next one: it looked through 20,000 changes.
    """
    page, following = _page(db.session(), query)
    response = jsonify([to_json(change, link) for change, link in page])
    if following is not None:
        arguments = request.args.to_dict() | {"before": str(following)}
        response.headers["Link"] = f'<{url_for("changes.list_changes", _external=True, **arguments)}>; rel="next"'
    return response


@changes.get("/tasks/<int:task_id>/changes")
@Operation("tasks:read", answer=list[JsonObject])
def list_changes_of_task(task_id: int) -> Response:
    """The whole story of one task, newest first.

    At most 1,000 changes; older ones: `GET /changes?task_id=…&before=…`.
    """
    if tracker.task(db.session(), task_id) is None:
        raise Problem(404, f"there is no task {task_id}")
    found = db.session().execute(selected(ChangeQuery(task_id=task_id)).limit(1000))
    return jsonify([to_json(change, link) for change, link in found])


@changes.post("/changes/<int:change_id>/undo")
@Operation("tasks:write", query=UndoQuery, others=(409,))
def undo_change(change_id: int, query: UndoQuery) -> Response:
    """Put the old value back on both sides; with `force` also when the field has changed since."""
    return _back(lambda runtime, session: undo(session, runtime, change_id, str(g.actor), force=query.force))


@changes.post("/changes/<int:change_id>/take")
@Operation("tasks:write", others=(409,))
def take_change(change_id: int) -> Response:
    """Take the value that a conflict lost."""
    return _back(lambda runtime, session: take(session, runtime, change_id, str(g.actor)))


def _page(session: Session, query: ChangeQuery) -> tuple[Sequence[Row[Change, Link]], int | None]:
    """The page, and before which change the next one begins; None when there is none."""
    oldest = _oldest(session, query)
    found = session.execute(selected(query).where(Change.id >= oldest).limit(query.limit + 1)).all()
    if len(found) > query.limit:
        return found[: query.limit], found[query.limit - 1][0].id
    older = session.scalar(select(Change.at).where(Change.id < oldest).order_by(Change.id.desc()).limit(1))
    return found, None if older is None or (query.since is not None and older < query.since) else oldest


def _oldest(session: Session, query: ChangeQuery) -> int:
    """The oldest change this page looks at; 0 when an index leads to the right ones."""
    if query.task_id is not None or query.lead_id is not None:
        return 0
    newest = session.scalar(select(func.max(Change.id))) or 0
    return max(0, min(query.before or newest + 1, newest + 1) - LOOK)


def _back(act: Callable[[Runtime, Session], str]) -> Response:
    runtime: Runtime = current_app.extensions["bridge"]
    with runtime.writing() as session:
        try:
            done = act(runtime, session)
        except CannotUndo as error:
            kind = "changed_since" if isinstance(error, ChangedSince) else ""
            raise Problem(404 if isinstance(error, NoSuchChange) else 409, str(error), kind=kind) from error
        session.commit()
    return jsonify({"done": done})
