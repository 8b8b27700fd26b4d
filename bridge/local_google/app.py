"""The local Google as one Flask app: the only place that wires its parts together."""

import io
import secrets
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from bridge.local_google.api import rest
from bridge.local_google.api.call import json_response, local
from bridge.local_google.api.calls import Calls
from bridge.local_google.api.oauth import Refused, Tokens, service_account
from bridge.local_google.api.quota import Quota
from bridge.local_google.api.timer import REAL, Timer
from bridge.local_google.api.trouble import Trouble
from bridge.local_google.desk import desk, switches
from bridge.local_google.desk.questions import Questions
from bridge.local_google.desk.view import Past
from bridge.local_google.errors import GoogleError
from bridge.local_google.local import LocalGoogle
from bridge.local_google.person.person import Person
from bridge.local_google.script.host import Scripts
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot
from bridge.local_google.sheet.store import Store

HEADER = ("id", "name", "status", "task_id")
SCRIPT_FILES = Path(__file__).parents[2] / "apps_script"


def create_local_google(
    folder: Path,
    *,
    public_url: str,
    api_token_ok: Callable[[str], bool] | None = None,
    script_files: Path = SCRIPT_FILES,
    script_threads: bool = True,
    timer: Timer = REAL,
) -> Flask:
    """The app, all its state in ``folder``. Raises RuntimeError when another process serves that folder.

    ``public_url`` is where clients reach it, such as ``http://127.0.0.1:5001/local``. ``api_token_ok`` says whether a
    bearer token is the owner's own; without it only tokens of the service account are taken.
    ``script_threads``: False leaves triggered executions to whoever waits for them (`Scripts.wait_idle`). ``timer``: by
    which quotas, lag and latency pass.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = service_account(folder / "service_account.json", f"{public_url}/oauth2/token")
    store = Store(folder / "google.db")
    book = store.open_book(_first_book(), time.time_ns() // 1_000_000)
    trouble = Trouble(book, timer.now, timer.sleep)
    person = Person(book, trouble)
    scripts = Scripts(book, store, trouble, script_files, threads=script_threads)
    person.on_event.append(scripts.handle)
    app = Flask(__name__, static_folder=None)
    app.extensions["local_google"] = LocalGoogle(
        book, store, person, trouble, Quota(timer.now), Calls(), Tokens(account, api_token_ok), scripts,
        Questions(), Past(book),
    )  # fmt: skip
    app.register_blueprint(rest.blueprint)
    app.register_blueprint(desk.blueprint)
    app.register_blueprint(switches.blueprint)
    app.add_url_rule("/oauth2/token", view_func=token, methods=["POST"])
    app.wsgi_app = _overridden(app.wsgi_app)  # type: ignore[method-assign]
    app.register_error_handler(GoogleError, _google_error)
    app.register_error_handler(HTTPException, _http_error)
    return app


def token() -> Response:
    """Exchange a signed assertion for a bearer token (RFC 7523)."""
    try:
        if local().trouble.key_revoked:
            raise Refused("Invalid JWT Signature.")
        answer = local().tokens.exchange(request.form.get("grant_type", ""), request.form.get("assertion", ""))
    except Refused as error:
        return json_response({"error": "invalid_grant", "error_description": str(error)}, 400)
    return json_response(answer)


def _overridden(served: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Let a GET whose address would be too long come as a POST with its query as the body, as Google does."""

    def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") == "GET":
            query = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode("latin-1")
            environ |= {
                "REQUEST_METHOD": "GET",
                "QUERY_STRING": query,
                "CONTENT_LENGTH": "0",
                "wsgi.input": io.BytesIO(),
            }
        return served(environ, start_response)

    return wsgi


def _google_error(error: GoogleError) -> Response:
    response = json_response(error.body(), error.code)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> Response:
    """Routes that do not exist: Google answers 404 whatever the method."""
    code = 404 if error.code in (404, 405) else error.code or 500
    status = "NOT_FOUND" if code == 404 else "INVALID_ARGUMENT" if code < 500 else "INTERNAL"
    return json_response(GoogleError(code, status, f"{error.name}: {request.method} {request.path}").body(), code)


def _first_book() -> Book:
    """An empty sheet of leads, as a person would have made it."""
    grid = Grid(0, "Leads", rows=(tuple(Cell(name) for name in HEADER),))
    return Book("1" + secrets.token_urlsafe(32)[:43], Snapshot("Leads", (grid,)))
