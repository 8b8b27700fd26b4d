"""Health, readiness and the state of every sheet, over HTTP."""

from flask import Blueprint, Response, jsonify

from bridge.api.current import runtime
from bridge.reports import sheet_status
from bridge.reports.readiness import lacking
from task_api import db
from task_api.operation import JsonObject, Operation

status = Blueprint("status", __name__)


@status.get("/healthz")
def healthz() -> Response:
    """200 while the process answers."""
    return jsonify({"status": "ok"})


@status.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 if the bridge can work; 503 with what is missing."""
    missing = lacking(runtime())
    return jsonify({"status": "not ready" if missing else "ok", "missing": missing}), 503 if missing else 200


@status.get("/status")
@Operation("tasks:read", answer=list[JsonObject])
def list_sheets() -> Response:
    """Every sheet: its numbers, the time of the last contact and of the last sweep, and its problem."""
    return jsonify(sheet_status.report(db.session(), runtime()))
