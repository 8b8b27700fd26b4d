"""What the bridge knows of itself, over HTTP: health, every lane, what waits for a person and the button for each."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import spent
from bridge.lag import Lag, lags
from bridge.models import Lane, Link
from bridge.needs import Counts, counts, needs, silence
from bridge.outbox import hold, look_now, retry
from bridge.places import place, tabs
from bridge.ready import lacking
from bridge.runtime import Runtime
from bridge.tombstones import approve
from task_api.db import begin_write, db
from task_api.errors import Problem
from task_api.tokens import requires

status = Blueprint("status", __name__)


@status.get("/healthz")
def healthz() -> Response:
    """200 while the process answers."""
    return jsonify({"status": "ok"})


@status.get("/readyz")
def readyz() -> tuple[Response, int]:
    """200 when work can be done; 503 with what is missing, in words."""
    missing = lacking(_runtime(), current_app.extensions["engine"])
    return jsonify({"status": "not ready" if missing else "ok", "missing": missing}), 503 if missing else 200


@status.get("/status")
@requires("tasks:read")
def lanes() -> Response:
    """Every sheet: its numbers, when it was last heard of and swept, and what is wrong, in words."""
    return jsonify(report(db.session(), _runtime()))


@status.get("/needs")
@requires("tasks:read")
def waiting_for_a_person() -> Response:
    """What waits for a person: conflicts, refusals, dead letters, held deletions, silent triggers, paused lanes; and
    where it is to be seen.
    """
    runtime, tab = _runtime(), tabs(db.session())
    found = needs(db.session(), list(runtime.config.sheets), runtime.now())
    places = [place(runtime.config, need.sheet, tab.get(need.sheet), need.row) for need in found]
    return jsonify([asdict(need) | {"link": link} for need, link in zip(found, places, strict=True)])


@status.post("/sheets/<key>/approve")
@requires("tasks:write")
def approve_deletions(key: str) -> Response:
    """Let the tasks of the rows that vanished by now be archived."""
    runtime = _serving(key)
    begin_write(db.session())
    count = approve(db.session(), key, runtime.now())
    db.session.commit()
    return jsonify({"done": f"{count} rows may take their tasks along"})


@status.post("/sheets/<key>/look")
@requires("tasks:write")
def look_again(key: str) -> Response:
    """Look at a paused sheet now, and not when it is time; what passes by itself is waited out all the same."""
    _serving(key)
    begin_write(db.session())
    at = look_now(db.session(), key)
    db.session.commit()
    done = f"it passes by itself; tried again at {at:%H:%M:%S} UTC" if at else "the bridge looks at the sheet now"
    return jsonify({"done": done})


@status.post("/dead-letters/retry")
@requires("tasks:write")
def retry_all() -> Response:
    """Put every dead letter back into the outbox."""
    return jsonify({"done": f"{len(_retried(None))} writes are tried again"})


@status.post("/dead-letters/<int:link_id>/retry")
@requires("tasks:write")
def retry_one(link_id: int) -> Response:
    """Put one dead letter back into the outbox, or one refused cell."""
    if not _retried(link_id):
        raise Problem(404, f"there is no dead letter {link_id}")
    return jsonify({"done": "the write is tried again"})


def report(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """The state of every lane as JSON."""
    sheets, now, budget = list(runtime.config.sheets), runtime.now(), runtime.config.calls_per_minute
    numbers, lag = counts(session, sheets), lags(session, sheets, now)
    found = session.scalars(select(Lane).where(Lane.sheet.in_(runtime.config.sheets)).order_by(Lane.sheet)).all()
    left = spent.left(runtime.config, found, now)
    return [
        _lane(lane, numbers.get(lane.sheet, Counts()), lag[lane.sheet], left[lane.sheet], budget, now) for lane in found
    ]


def put_back(session: Session, runtime: Runtime, link_id: int | None) -> list[Link]:
    """Dead letters back into the outbox: this one, or (None) all; a refused cell is one too when it is named."""
    if link_id is not None and not 0 < link_id < 2**63:
        return []
    for sheet in sorted(runtime.config.sheets):
        hold(session, sheet)
    mine = select(Link).where(Link.sheet.in_(runtime.config.sheets))
    wanted = mine.where(Link.buried_at.is_not(None)) if link_id is None else mine.where(Link.id == link_id)
    found = [link for link in session.scalars(wanted) if link.buried_at is not None or link.refused]
    for link in found:
        retry(session, link, runtime.now())
    return found


def _retried(link_id: int | None) -> list[Link]:
    begin_write(db.session())
    found = put_back(db.session(), _runtime(), link_id)
    db.session.commit()
    return found


def _serving(key: str) -> Runtime:
    runtime = _runtime()
    if key not in runtime.config.sheets:
        raise Problem(404, f"there is no sheet '{key}'; there is {', '.join(runtime.config.sheets)}")
    return runtime


def _lane(lane: Lane, numbers: Counts, lag: Lag, left: Mapping[str, int], budget: int, now: datetime) -> dict[str, Any]:
    times = {
        "heard_at": lane.heard_at, "swept_at": lane.swept_at, "not_before": lane.not_before,
        "approved_at": lane.approved_at,
    }  # fmt: skip
    return {
        "sheet": lane.sheet,
        "spreadsheet": lane.spreadsheet,
        "owner": lane.owner,
        **asdict(numbers),
        "lag": asdict(lag),
        "calls": {
            **spent.last_minute(lane, now),
            "by": spent.by_purpose(lane, now),
            "budget": budget,
            "left": left,
        },
        "problem": lane.problem,
        "held": lane.held,
        "held_why": lane.held_why,
        "silence": silence(lane, now),
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["bridge"]
    return runtime
