"""What the bridge knows of itself, over HTTP: health, every queue, what waits for a person and the button for each."""

from flask import Blueprint, Response, current_app, jsonify

from bridge.reports.readiness import lacking
from bridge.reports.sheet_status import report
from bridge.runtime import Runtime
from task_api import db
from task_api.operation import JsonObject, Operation

status = Blueprint("status", __name__)


@status.get("/healthz")
def healthz() -> Response:
    """200 while the process answers."""
    return jsonify({"status": "ok"})


@status.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when work can be done; 503 with what is missing, in words."""
    missing = lacking(_runtime().database, lambda: _runtime().engine.alive)
    return jsonify({"status": "not ready" if missing else "ok", "missing": missing}), 503 if missing else 200


@status.get("/status")
@Operation("tasks:read", answer=list[JsonObject])
def list_sheets() -> Response:
    """Every sheet: its numbers, when it was last heard of and swept, and what is wrong, in words."""
    return jsonify(report(db.session(), _runtime()))


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["bridge"]
    return runtime
