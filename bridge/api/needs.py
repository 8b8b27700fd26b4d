"""What waits for a person, over HTTP, and the action that resolves each."""

from dataclasses import asdict

from flask import Blueprint, Response, current_app, jsonify

from bridge.queue.pending import put_back
from bridge.queue.sweep_requests import look_now
from bridge.reports import action_items
from bridge.reports.links import place, tabs
from bridge.runtime import Runtime
from bridge.store.models import Link
from bridge.sync.vanished_rows import approve
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

needs = Blueprint("needs", __name__)


@needs.get("/needs")
@Operation("tasks:read", answer=list[JsonObject])
def list_needs() -> Response:
    """What waits for a person, each with what resolves it and where it is to be seen.

    Conflicts, refusals, dead letters, held deletions, silent triggers, paused queues.
    """
    runtime, tab = _runtime(), tabs(db.session())
    found = action_items.needs(db.session(), list(runtime.config.sheets), runtime.now())
    places = [place(runtime.config, need.sheet, tab.get(need.sheet), need.row) for need in found]
    return jsonify([asdict(need) | {"link": link} for need, link in zip(found, places, strict=True)])


@needs.post("/sheets/<key>/approve")
@Operation("tasks:write")
def approve_deletions(key: str) -> Response:
    """Let the tasks of the rows that vanished by now be archived."""
    runtime = _serving(key)
    with runtime.writing() as session:
        count = approve(session, key, runtime.now())
        session.commit()
    return jsonify({"done": f"{count} rows may take their tasks along"})


@needs.post("/sheets/<key>/look")
@Operation("tasks:write")
def look_again(key: str) -> Response:
    """Look at a paused sheet now; what passes by itself is waited out all the same."""
    with _serving(key).writing() as session:
        at = look_now(session, key)
        session.commit()
    done = f"it passes by itself; tried again at {at:%H:%M:%S} UTC" if at else "the bridge looks at the sheet now"
    return jsonify({"done": done})


@needs.post("/dead-letters/retry")
@Operation("tasks:write")
def retry_all() -> Response:
    """Try every dead letter again."""
    return jsonify({"done": f"{len(_retried(None))} writes are tried again"})


@needs.post("/dead-letters/<int:link_id>/retry")
@Operation("tasks:write")
def retry_one(link_id: int) -> Response:
    """Try one dead letter or refused cell again."""
    if not _retried(link_id):
        raise Problem(404, f"there is no dead letter {link_id}")
    return jsonify({"done": "the write is tried again"})


def _retried(link_id: int | None) -> list[Link]:
    with _runtime().writing() as session:
        found = put_back(session, _runtime(), link_id)
        session.commit()
    return found


def _serving(key: str) -> Runtime:
    runtime = _runtime()
    if key not in runtime.config.sheets:
        raise Problem(404, f"there is no sheet '{key}'; there is {', '.join(runtime.config.sheets)}")
    return runtime


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["bridge"]
    return runtime
