"""The person's desk over HTTP: the grid, what a person does to it, the script's menu, questions and pages.

It asks for no token, so it serves loopback names only and takes writes as JSON only, which a page of another site
cannot send without asking (CORS). Decides nothing; `person` does.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel
from werkzeug.exceptions import Forbidden, NotFound

from bridge.local_google.api import wire
from bridge.local_google.api.call import json_response, local
from bridge.local_google.api.wire import Body
from bridge.local_google.desk import hand, panels, view
from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.book import Toast

blueprint = Blueprint("desk", __name__)
Shape = TypeVar("Shape", bound=BaseModel)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


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


@blueprint.before_request
def only_from_here() -> None:
    """Refuse whoever comes under another name than this machine's, or posts what a form can."""
    if request.host.rpartition(":")[0] not in LOOPBACK and request.host not in LOOPBACK:
        raise Forbidden
    if request.method == "POST" and not request.is_json:
        raise Invalid("Send JSON and say so: Content-Type: application/json")


def body(shape: type[Shape]) -> Shape:
    """The JSON body, in this shape."""
    return wire.read(shape, wire.parsed(request.get_data()))


def _gesture(name: str) -> Callable[[], Response]:
    return lambda: json_response({"revision": getattr(local().person, name)(**dict(body(hand.GESTURES[name])))})


for _name in hand.GESTURES:
    blueprint.add_url_rule(f"/{_name}", _name, _gesture(_name), methods=["POST"])


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


@blueprint.get("/sidebar", defaults={"kind": "sidebar"})
@blueprint.get("/dialog", defaults={"kind": "dialog"})
def panel(kind: panels.Kind) -> Response:
    """The page that the script opened last there."""
    shown = local().scripts.panel(kind)
    if shown is None:
        raise NotFound
    return panels.page(shown)


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
    partly = "changes" in request.args and wanted in {None, shown.sheet_id}
    before = google.past.at(since) if partly and since is not None else None
    told = {"spreadsheet": google.book.id, "revision": revision, "toasts": _toasts(toasts, since)}
    return json_response(view.about(now, shown) | view.cells(before, now, shown) | told)


def _toasts(toasts: Sequence[Toast], since: int | None) -> list[dict[str, Any]]:
    """Those the page has not shown yet; a page that is new has missed none."""
    return [asdict(toast) for toast in toasts if since is not None and toast.revision > since]
