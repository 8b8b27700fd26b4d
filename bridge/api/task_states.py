"""GET /states: the state of tasks and the place of their rows."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, Field

from bridge.api.current import runtime
from bridge.reports.links import SheetLinks
from bridge.reports.task_state import MOST_STATES, of_tasks, out_of_sync
from task_api import db
from task_api.errors import Problem
from task_api.operation import JsonObject, Operation

states = Blueprint("states", __name__)


class StateQuery(BaseModel):
    """The query of `GET /states`."""

    tasks: str | None = Field(default=None, description="task ids, separated by commas")


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
    """The state of the tasks named, or of all that are not in sync; 304 if the caller has it already."""
    session, config = db.session(), runtime().config
    links, sheets = SheetLinks(session, config), list(config.sheets)
    found = out_of_sync(session, sheets) if query.tasks is None else of_tasks(session, sheets, _ids(query.tasks))
    response = jsonify(
        [asdict(one) | {"link": links.address(one.sheet, one.row) if one.row else None} for one in found]
    )
    response.add_etag()
    response.make_conditional(request)
    return response


def _ids(text: str) -> list[int]:
    """The ids in a list such as ``1,2,3``, at most 1,000."""
    ids = [part for part in text.split(",") if part]
    if len(ids) > MOST_STATES or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in ids):
        raise Problem(
            422, f"tasks takes at most {MOST_STATES} task ids with commas between them, for instance ?tasks=1,2,3"
        )
    return [int(part) for part in ids]
