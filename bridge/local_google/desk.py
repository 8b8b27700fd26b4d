"""The person's desk over HTTP: the grid, what a person does to it, and the switches of trouble.

No token: it is a sheet on one's own machine. So only loopback names are served, and writes must be JSON, which no
other site's page can send without asking (CORS). Refuses to decide anything: `person` and `trouble` do.
"""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Literal, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import Forbidden, UnsupportedMediaType

from bridge.local_google import formats, wire
from bridge.local_google.call import json_response, local
from bridge.local_google.cells import Cell
from bridge.local_google.entry import Given
from bridge.local_google.errors import Invalid
from bridge.local_google.quota import Kind
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.trouble import Answer, Fault, Switches

blueprint = Blueprint("desk", __name__)
Shape = TypeVar("Shape", bound=BaseModel)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Body(BaseModel):
    """A strict JSON body, named in snake_case."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Edit(Body):
    """Values, typed or pasted at a range."""

    range: str
    values: Sequence[Sequence[str | int | float | bool | None]]
    pasted: bool = False


class Rows(Body):
    """Rows to insert before ``row``, or to delete from there on."""

    action: Literal["insert", "delete"]
    tab: str | int
    row: int
    count: int = 1


class Sort(Body):
    """A range to sort by a column of the sheet, counted from 1."""

    range: str
    column: int
    ascending: bool = True


class Menu(Body):
    """A function of the script, chosen from the menu."""

    item: str
    args: Sequence[Any] = ()


class Failing(Body):
    """A `Fault` and how many calls it meets."""

    answer: Answer
    kind: Kind | None = None
    method: str | None = None
    landed: bool = False
    retry_after: int | None = None
    times: int = 1


class Lag(Body):
    """Reads as of ``seconds`` ago, for ``lasting`` seconds."""

    seconds: float
    lasting: float


class TroubleBody(Body):
    """What is to go wrong; fields not given stay as they are."""

    reset: bool = False
    fail: Failing | None = None
    lag: Lag | None = None
    latency: float | None = None
    echo_skipped: bool | None = None
    undo_fires_edit: bool | None = None
    sort_fires_edit: bool | None = None
    replace_fires_edit: bool | None = None
    cut_fires_source: bool | None = None
    unknown_change: Literal["OTHER", "EDIT"] | None = None
    api_fires_change: bool | None = None
    edit_queue: int | None = None
    key_revoked: bool | None = None
    unshared: bool | None = None
    owner_too: bool | None = None


@blueprint.before_request
def _only_from_here() -> None:
    if request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK:
        raise Forbidden
    if request.method == "POST" and not request.is_json:
        raise UnsupportedMediaType


@blueprint.post("/edit")
def edit() -> Response:
    """Type or paste; triggers fire."""
    asked = _body(Edit)
    values: Sequence[Sequence[Given]] = asked.values
    return _revision(local().person.edit(asked.range, values, pasted=asked.pasted))


@blueprint.post("/rows")
def rows() -> Response:
    """Insert or delete rows."""
    asked, person = _body(Rows), local().person
    act = person.insert_rows if asked.action == "insert" else person.delete_rows
    return _revision(act(asked.tab, asked.row, asked.count))


@blueprint.post("/sort")
def sort() -> Response:
    """Sort a range."""
    asked = _body(Sort)
    return _revision(local().person.sort(asked.range, asked.column, ascending=asked.ascending))


@blueprint.post("/undo")
def undo() -> Response:
    """Take the last action back."""
    return _revision(local().person.undo())


@blueprint.post("/redo")
def redo() -> Response:
    """Do it again."""
    return _revision(local().person.redo())


@blueprint.post("/menu")
def menu() -> Response:
    """Run a function of the script as the person."""
    asked = _body(Menu)
    return json_response(local().scripts.run(asked.item, list(asked.args)))


@blueprint.get("/executions")
def executions() -> Response:
    """The last runs of the script, newest first."""
    return json_response({"executions": local().scripts.executions()})


@blueprint.get("/calls")
def calls() -> Response:
    """How many API calls were made."""
    return json_response(local().calls.report())


@blueprint.get("/trouble")
def trouble() -> Response:
    """The switches, and what is due."""
    return json_response(local().trouble.report())


@blueprint.post("/trouble")
def make_trouble() -> Response:
    """Set switches, order faults, or put everything back."""
    asked, trouble = _body(TroubleBody), local().trouble
    if asked.reset:
        trouble.reset()
    for name in asked.model_fields_set & {one.name for one in fields(Switches)}:
        setattr(trouble, name, getattr(asked, name))
    if asked.fail is not None:
        order = asked.fail
        trouble.fail(Fault(order.answer, order.kind, order.method, order.landed, order.retry_after), order.times)
    if asked.lag is not None:
        trouble.lag(asked.lag.seconds, asked.lag.lasting)
    return json_response(trouble.report())


@blueprint.get("/grid")
def grid() -> Response:
    """The sheet as a page shows it; 304 when ``since`` is still the revision."""
    book = local().book
    with book.lock:
        revision, now, toasts = book.revision, book.now, list(book.toasts)
    since = request.args.get("since", type=int)
    if since == revision:
        return Response(status=304)
    return json_response(
        _sheet(now, request.args.get("tab"))
        | {
            "spreadsheet": book.id,
            "revision": revision,
            "toasts": [
                {"revision": toast.revision, "title": toast.title, "text": toast.text}
                for toast in toasts
                if since is not None and toast.revision > since
            ],
        }
    )


def _sheet(now: Snapshot, title: str | None) -> dict[str, Any]:
    shown = now.grids[0] if title is None else now.titled(title)
    if shown is None:
        raise Invalid(f"There is no tab {title!r}.")
    lines = [
        [_cell_json(cell, now.locale) for cell in row[: shown.last_column]] for row in shown.rows[: shown.last_row]
    ]
    return {
        "title": now.title,
        "tab": shown.title,
        "tabs": [{"title": one.title, "sheet_id": one.sheet_id} for one in now.grids],
        "row_count": shown.row_count,
        "column_count": shown.column_count,
        "rows": lines,
    }


def _cell_json(cell: Cell, locale: str) -> dict[str, Any]:
    answer: dict[str, Any] = {"shown": formats.shown(cell, locale)}
    if cell.formula is not None:
        answer["formula"] = cell.formula
    if cell.validation is not None:
        answer["options"] = list(cell.validation.options) or ["TRUE", "FALSE"]
    return answer


def _body(shape: type[Shape]) -> Shape:
    return wire.read(shape, request.get_json())


def _revision(number: int) -> Response:
    return json_response({"revision": number})
