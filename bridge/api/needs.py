"""What waits for a person, over HTTP, and the action that resolves each."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from bridge.api.current import runtime, runtime_with
from bridge.queue.pending import retry_dead_letters
from bridge.queue.sweep_requests import look_now
from bridge.reports import action_items
from bridge.reports.links import SheetLinks
from bridge.sync.vanished_rows import approve
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

needs = Blueprint("needs", __name__)


@needs.get("/needs")
@Operation("tasks:read", answer=list[JsonObject])
def list_needs() -> Response:
    """What waits for a person, each with its reason and its place in the sheet.

    Conflicts, refusals, dead letters, deletions that await approval, sheets without contact, paused queues.
    """
    bridge, links = runtime(), SheetLinks(db.session(), runtime().config)
    found = action_items.action_items(db.session(), list(bridge.config.sheets), bridge.now())
    return jsonify([asdict(item) | {"link": links.address(item.sheet, item.row)} for item in found])


@needs.post("/sheets/<key>/approve")
@Operation("tasks:write")
def approve_deletions(key: str) -> Response:
    """Approve that the tasks of the rows that have vanished by now are archived."""
    bridge = runtime_with(key)
    with bridge.writing() as session:
        count = approve(session, key, bridge.now())
        session.commit()
    return jsonify({"done": f"{count} tasks without a row will be archived"})


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


def _retried(link_id: int | None) -> int:
    with runtime().writing() as session:
        found = retry_dead_letters(session, runtime(), link_id)
        session.commit()
    return len(found)
