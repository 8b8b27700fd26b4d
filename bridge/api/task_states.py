"""GET /states: how tasks stand with their rows, and where a row is to be seen. Asks the links; changes nothing."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel, Field

from bridge.config.model import Config
from bridge.reports.links import place, tabs
from bridge.reports.task_state import MOST, Standing, of_tasks, out_of_sync
from bridge.runtime import Runtime
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

states = Blueprint("states", __name__)


class StateQuery(BaseModel):
    """What `GET /states` may be asked."""

    tasks: str | None = Field(default=None, description="ids with commas between them")


@states.get("/states")
@Operation(
    "tasks:read",
    query=StateQuery,
    answer=list[JsonObject],
    request_headers=("If-None-Match",),
    response_headers=("ETag",),
    others=(304,),
)
def list_states(query: StateQuery) -> Response:
    """How tasks stand with their rows: those named, or all that are not in sync; 304 to who has it already."""
    runtime: Runtime = current_app.extensions["bridge"]
    sheets, wanted = list(runtime.config.sheets), query.tasks
    found = (
        out_of_sync(db.session(), sheets) if wanted is None else of_tasks(db.session(), sheets, task_numbers(wanted))
    )
    tab = tabs(db.session())
    response = jsonify([_told(runtime.config, tab.get(one.sheet), one) for one in found])
    response.add_etag()
    response.make_conditional(request)
    return response


def task_numbers(text: str) -> list[int]:
    """The numbers of a list such as ``1,2,3``, at most 1,000."""
    numbers = [part for part in text.split(",") if part]
    if len(numbers) > MOST or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in numbers):
        raise Problem(422, f"tasks takes at most {MOST} task ids with commas between them, for instance ?tasks=1,2,3")
    return [int(part) for part in numbers]


def _told(config: Config, tab: int | None, one: Standing) -> dict[str, Any]:
    return asdict(one) | {"link": None if one.row is None else place(config, one.sheet, tab, one.row)}
