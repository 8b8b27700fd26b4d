"""The person's desk over HTTP: the grid, and what a person does to it.

No token: it is a sheet on one's own machine. So only loopback names are served, and writes must be JSON, which no
other site's page can send without asking (CORS). Refuses to decide anything: `person` does.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel
from werkzeug.exceptions import Forbidden, NotFound

from bridge.local_google import panels, view, wire
from bridge.local_google.a1 import Dimension
from bridge.local_google.book import Toast
from bridge.local_google.call import json_response, local
from bridge.local_google.entry import Given
from bridge.local_google.errors import Invalid
from bridge.local_google.wire import Body

blueprint = Blueprint("desk", __name__)
Shape = TypeVar("Shape", bound=BaseModel)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


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
    answers: Sequence[str | None] = ()
    """To its dialogs in turn: a button such as ``YES``, or the text for a prompt; null closes it."""
    at: str = ""
    """What the person has chosen, such as ``Leads!B3``."""
    attended: bool = False
    """Dialogs without an answer are put to the person, who answers at ``/answer`` while this call waits."""


class Answered(Body):
    """A dialog's button or a prompt's text; null closes it."""

    id: int
    answer: str | None


class Lines(Body):
    """Rows or columns, from 1: inserted before ``first``, deleted from there on, or moved before ``before``."""

    action: Literal["insert", "delete", "move"]
    tab: str | int
    dimension: Dimension = "ROWS"
    first: int
    count: int = 1
    before: int = 0


class Place(Body):
    """A range."""

    range: str


class Paste(Place):
    """What the clipboard holds, for a range."""

    text: str


class Fill(Place):
    """A range whose corner is dragged down to a row, counted from 1."""

    down_to: int


class Cut(Place):
    """A range that goes to another place of its tab."""

    to: str


class Replace(Place):
    """A range in which a text becomes another."""

    find: str
    by: str


class Tab(Body):
    """A tab to add at the end, or to delete."""

    action: Literal["add", "delete"]
    tab: str | int = ""


class Rename(Body):
    """A tab's new title."""

    tab: str | int
    title: str


@blueprint.before_request
def only_from_here() -> None:
    """Refuse whoever comes under another name than this machine's, or posts what a form can."""
    if request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK:
        raise Forbidden
    if request.method == "POST" and not request.is_json:
        raise Invalid("Send JSON and say so: Content-Type: application/json")


@blueprint.post("/edit")
def edit() -> Response:
    """Type or paste; triggers fire."""
    asked = body(Edit)
    values: Sequence[Sequence[Given]] = asked.values
    return _revision(local().person.edit(asked.range, values, pasted=asked.pasted))


@blueprint.post("/paste")
def paste() -> Response:
    """Paste what another program has put into the clipboard."""
    asked = body(Paste)
    return _revision(local().person.paste(asked.range, asked.text))


@blueprint.post("/rows")
def rows() -> Response:
    """Insert or delete rows."""
    asked, person = body(Rows), local().person
    act = person.insert_rows if asked.action == "insert" else person.delete_rows
    return _revision(act(asked.tab, asked.row, asked.count))


@blueprint.post("/lines")
def lines() -> Response:
    """Insert, delete or move rows or columns."""
    asked, person = body(Lines), local().person
    by_row = asked.dimension == "ROWS"
    if asked.action == "move":
        move = person.move_rows if by_row else person.move_columns
        return _revision(move(asked.tab, asked.first, asked.count, asked.before))
    insert = person.insert_rows if by_row else person.insert_columns
    delete = person.delete_rows if by_row else person.delete_columns
    act = insert if asked.action == "insert" else delete
    return _revision(act(asked.tab, asked.first, asked.count))


@blueprint.post("/clear")
def clear() -> Response:
    """Press Delete on a range."""
    return _revision(local().person.clear(body(Place).range))


@blueprint.post("/tick")
def tick() -> Response:
    """Click a checkbox."""
    return _revision(local().person.tick(body(Place).range))


@blueprint.post("/fill")
def fill() -> Response:
    """Drag cells down."""
    asked = body(Fill)
    return _revision(local().person.fill(asked.range, asked.down_to))


@blueprint.post("/cut")
def cut() -> Response:
    """Cut and paste."""
    asked = body(Cut)
    return _revision(local().person.cut(asked.range, asked.to))


@blueprint.post("/replace")
def replace() -> Response:
    """Find and replace."""
    asked = body(Replace)
    return _revision(local().person.replace(asked.range, asked.find, asked.by))


@blueprint.post("/rename")
def rename() -> Response:
    """Rename a tab."""
    asked = body(Rename)
    return _revision(local().person.rename(asked.tab, asked.title))


@blueprint.post("/tabs")
def tabs() -> Response:
    """Add or delete a tab."""
    asked, person = body(Tab), local().person
    return _revision(person.add_tab() if asked.action == "add" else person.delete_tab(asked.tab))


@blueprint.post("/sort")
def sort() -> Response:
    """Sort a range."""
    asked = body(Sort)
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
    asked = body(Menu)
    ask = local().questions.ask if asked.attended else None
    return json_response(local().scripts.run(asked.item, list(asked.args), asked.answers, asked.at, ask))


@blueprint.get("/questions")
def questions() -> Response:
    """What running scripts ask the person now."""
    return json_response({"questions": local().questions.open()})


@blueprint.post("/answer")
def answer() -> Response:
    """Answer a question; 404 when it is not open any more."""
    given = body(Answered)
    if not local().questions.answer(given.id, given.answer):
        raise NotFound
    return json_response({})


@blueprint.post("/run")
def run() -> Response:
    """What a page of the script asks it: ``result``, or ``error`` with what was thrown, which the page expects."""
    asked = body(Menu)
    try:
        return json_response({"result": local().scripts.run(asked.item, asked.args)["result"]})
    except Invalid as error:
        return json_response({"error": {"message": error.message}})


@blueprint.get("/sidebar")
def sidebar() -> Response:
    """The sidebar that the script opened last."""
    return _panel("sidebar")


@blueprint.get("/dialog")
def dialog() -> Response:
    """The page that the script opened last as a dialog."""
    return _panel("dialog")


@blueprint.get("/panel.js")
def panel_script() -> Response:
    """``google.script`` for those pages."""
    return panels.bridge()


@blueprint.get("/grid")
def grid() -> Response:
    """The sheet as a page shows it; 304 when ``since`` is still the revision.

    With ``changes``, only rows that are other ones than at ``since``, as ``changes`` instead of ``rows``.
    """
    google, since = local(), request.args.get("since", type=int)
    with google.book.lock:
        revision, now, toasts = google.book.revision, google.book.now, list(google.book.toasts)
    if since == revision:
        return Response(status=304)
    wanted = request.args.get("sheet_id", type=int)
    shown = view.tab(now, request.args.get("tab"), wanted)
    partly = since is not None and "changes" in request.args and wanted in {None, shown.sheet_id}
    before = google.past.at(since) if partly and since is not None else None
    changes = view.changes(before, now, shown)
    cells = {"rows": view.rows(now, shown)} if changes is None else {"changes": changes}
    return json_response(
        view.about(now, shown)
        | cells
        | {"spreadsheet": google.book.id, "revision": revision, "toasts": _toasts(toasts, since)}
    )


def _toasts(toasts: Sequence[Toast], since: int | None) -> list[dict[str, Any]]:
    """Those the page has not shown yet; a page that is new has missed none."""
    return [asdict(toast) for toast in toasts if since is not None and toast.revision > since]


def _panel(kind: panels.Kind) -> Response:
    panel = local().scripts.panel(kind)
    if panel is None:
        raise NotFound
    return panels.page(panel)


def body(shape: type[Shape]) -> Shape:
    """The JSON body, in this shape."""
    return wire.read(shape, wire.parsed(request.get_data()))


def _revision(number: int) -> Response:
    return json_response({"revision": number})
