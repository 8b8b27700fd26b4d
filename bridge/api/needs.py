"""What waits for a person, over HTTP, and the action that resolves each."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from flask import Blueprint, Response, jsonify
from sqlalchemy.orm import Session

from bridge.api.current import runtime, runtime_with
from bridge.queue.pending import retry_dead_letters
from bridge.queue.sweep_requests import look_now
from bridge.reports import action_items
from bridge.reports.links import SheetLinks
from bridge.sync import approval
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

needs = Blueprint("needs", __name__)


@needs.get("/needs")
@Operation("tasks:read", answer=list[JsonObject])
def list_needs() -> Response:
    """What waits for a person, each with its reason and its place in the sheet.

    By `kind`: `conflict`, `refused`, `dead_letter`; `deletions` and `column` await approval; `header` (columns that
    are missing), `twice` (several columns fit one field), `row` (a row without a task); `paused`, `silent` (no
    contact), `unsigned`; `copied_tab`, `other_tab`, `other_spreadsheet`, `other_bridge`; `older_database`.
    """
    bridge, links = runtime(), SheetLinks(db.session(), runtime().config)
    found = action_items.action_items(db.session(), list(bridge.config.sheets), bridge.now())
    return jsonify([asdict(item) | {"link": links.address(item.sheet, item.row)} for item in found])


@needs.post("/sheets/<key>/approve")
@Operation("tasks:write")
def approve_held(key: str) -> Response:
    """Approve what is held: vanished rows or a changed column. 409 when several things are: name one of them."""
    return _approved(key, approval.approve)


@needs.post("/sheets/<key>/rows/approve")
@Operation("tasks:write")
def approve_rows(key: str) -> Response:
    """Approve that the tasks of the rows that have vanished by now are archived."""
    return _approved(key, approval.approve_rows)


@needs.post("/sheets/<key>/columns/<name>/approve")
@Operation("tasks:write")
def approve_column(key: str, name: str) -> Response:
    """Approve that the column of a field is the one that fits it now. 404 names the fields that there are."""
    try:
        field, _ = approval.with_field([runtime_with(key).config.sheets[key]], name)
    except approval.NoField as error:
        raise Problem(404, str(error)) from error
    return _approved(key, lambda session, sheet, now: approval.approve_column(session, sheet, field, now))


@needs.post("/sheets/<key>/look")
@Operation("tasks:write")
def look_again(key: str) -> Response:
    """Read a paused sheet now; a pause that ends by itself is waited for."""
    with runtime_with(key).writing() as session:
        at = look_now(session, key)
        session.commit()
    done = (
        f"the pause ends by itself; the next try is at {at:%H:%M:%S} UTC" if at else "the bridge looks at the sheet now"
    )
    return jsonify({"done": done})


@needs.post("/dead-letters/retry")
@Operation("tasks:write")
def retry_all() -> Response:
    """Retry all dead letters."""
    return jsonify({"done": f"{_retried(None)} writes are tried again"})


@needs.post("/dead-letters/<int:link_id>/retry")
@Operation("tasks:write")
def retry_one(link_id: int) -> Response:
    """Retry one dead letter or refused cell."""
    if not _retried(link_id):
        raise Problem(404, f"there is no dead letter {link_id}")
    return jsonify({"done": "the write is tried again"})


def _approved(key: str, approve: Callable[[Session, str, datetime], approval.Approved]) -> Response:
    bridge = runtime_with(key)
    with bridge.writing() as session:
        try:
            approved = approve(session, key, bridge.now())
        except approval.SeveralAwait as error:
            raise Problem(409, str(error), kind="several_await") from error
        session.commit()
    return jsonify({"done": approved.done})


def _retried(link_id: int | None) -> int:
    with runtime().writing() as session:
        found = retry_dead_letters(session, runtime(), link_id)
        session.commit()
    return len(found)
