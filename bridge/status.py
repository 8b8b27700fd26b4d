"""What the bridge knows of itself, over HTTP: health, the state of every lane, and the history of a task. Changes
nothing.
"""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import func, select

from bridge.models import Change, Lane, Link
from bridge.runtime import Runtime
from task_api.db import db
from task_api.errors import Problem
from task_api.models import Task
from task_api.tokens import requires

status = Blueprint("status", __name__)


@status.get("/healthz")
def healthz() -> Response:
    """200 while the process answers."""
    return jsonify({"status": "ok"})


@status.get("/status")
@requires("tasks:read")
def lanes() -> Response:
    """Every sheet: pending writes, when it was last heard of and swept, and what is wrong, in words."""
    runtime: Runtime = current_app.extensions["bridge"]
    pending = select(Link.sheet, func.count()).where(Link.wanted > Link.written).group_by(Link.sheet)
    waiting = {row[0]: row[1] for row in db.session.execute(pending)}
    found = db.session.scalars(select(Lane).where(Lane.sheet.in_(runtime.config.sheets)).order_by(Lane.sheet))
    return jsonify([_lane(lane, waiting.get(lane.sheet, 0)) for lane in found])


@status.get("/tasks/<int:task_id>/changes")
@requires("tasks:read")
def changes(task_id: int) -> Response:
    """The task's history, newest first: when, who or what, which field, old, new, and what became of it."""
    if task_id >= 2**63 or db.session.get(Task, task_id) is None:
        raise Problem(404, f"there is no task {task_id}")
    found = db.session.scalars(select(Change).where(Change.task_id == task_id).order_by(Change.id.desc()).limit(1000))
    return jsonify([_change(change) for change in found])


def _lane(lane: Lane, pending: int) -> dict[str, Any]:
    times = {"heard_at": lane.heard_at, "swept_at": lane.swept_at, "not_before": lane.not_before}
    return {
        "sheet": lane.sheet,
        "spreadsheet": lane.spreadsheet,
        "pending": pending,
        "problem": lane.problem,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "at": change.at.isoformat(),
        "actor": change.actor,
        "side": change.side,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "state": change.state,
        "reason": change.reason,
        "reached_at": change.reached_at.isoformat() if change.reached_at else None,
    }
