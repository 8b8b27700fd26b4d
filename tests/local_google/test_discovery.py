"""The watch over every exchange can itself fail: each case breaks one thing of a valid exchange."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.test import Client

from bridge.local_google.errors import bad_field, unavailable
from tests.local_google.discovery import document, method_of
from tests.local_google.witness import Witness

BOOK = "/v4/spreadsheets/1abc"
VALUES = {"range": "Leads!A1:B2", "majorDimension": "ROWS", "values": [["id", 1, True]]}
WRITE = {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [[None, "x"]], "majorDimension": None}]}
SheetView = Callable[..., list[str]]


def seen(answer: Any, status: int = 200, *, strict: bool = True, **request: Any) -> list[str]:
    """What the witness says of one exchange."""
    app = Flask(__name__)

    @app.route("/<path:_>", methods=["GET", "POST", "PUT", "DELETE"])
    def say(_: str) -> Response:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return Response(text, status, content_type="text/html" if isinstance(answer, str) else "application/json")

    witness = Witness(app, strict=strict)
    Client(witness).open(**{"path": f"{BOOK}/values/A1:B2", "method": "GET"} | request)
    return witness.violations()


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", BOOK, "get"),
        ("POST", f"{BOOK}:batchUpdate", "batchUpdate"),
        ("GET", f"{BOOK}/values/'a/b: 100%'!A1", "values.get"),
        ("POST", f"{BOOK}/values/A1:append", "values.append"),
        ("POST", f"{BOOK}/values:batchClear", "values.batchClear"),
        ("GET", f"{BOOK}/developerMetadata/7", "developerMetadata.get"),
    ],
)
def test_a_method_is_known_by_its_verb_and_path(verb: str, path: str, name: str) -> None:
    method = method_of(verb, path)
    assert method is not None
    assert method.id == f"sheets.spreadsheets.{name}"


def test_the_description_is_of_the_api_the_bridge_speaks() -> None:
    assert (document()["name"], document()["version"]) == ("sheets", "v4")


def test_what_fits_is_not_complained_of() -> None:
    assert seen(VALUES, query_string={"fields": "range,values", "valueRenderOption": "FORMULA"}) == []
    assert seen({}, method="POST", path=f"{BOOK}/values:batchUpdate", json=WRITE) == []
    assert seen(unavailable().body(), 503) == []
    assert seen("<html>", 502) == []


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({"query_string": {"valueRendering": "FORMULA"}}, "unknown parameter 'valueRendering'"),
        ({"query_string": {"valueRenderOption": "PRETTY"}}, "'PRETTY' is none of FORMATTED_VALUE"),
        ({"query_string": "majorDimension=ROWS&majorDimension=ROWS"}, "given 2 times"),
        ({"path": BOOK, "query_string": {"includeGridData": "yes"}}, "'yes' is no boolean"),
        ({"query_string": {"fields": "range,valuez"}}, "there is no 'valuez'"),
        ({"json": VALUES}, "a body where none belongs"),
        ({"path": f"{BOOK}/cells"}, "no such method"),
        (
            {"method": "POST", "path": f"{BOOK}/values:batchUpdate", "json": WRITE | {"raw": True}},
            "unknown field 'raw'",
        ),
        ({"method": "POST", "path": f"{BOOK}:batchUpdate", "json": {"requests": {}}}, "{} is no array"),
        (
            {
                "method": "POST",
                "path": f"{BOOK}:batchUpdate",
                "json": {"requests": [{"deleteSheet": {"sheetId": True}}]},
            },
            "requests[0].deleteSheet.sheetId: true is no integer",
        ),
    ],
)
def test_a_request_google_does_not_know_is_seen(request_: dict[str, Any], complaint: str) -> None:
    assert complaint in "".join(seen({}, **request_))
    assert complaint in "".join(seen({}, strict=False, **request_))


def test_a_request_that_was_refused_is_only_held_against_the_bridge() -> None:
    refused = bad_field("nix", "Unknown").body()
    assert seen(refused, 400, query_string={"nix": "1"}, strict=False) == []
    assert len(seen(refused, 400, query_string={"nix": "1"})) == 1


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (VALUES | {"more": 1}, "unknown field 'more'"),
        (VALUES | {"majorDimension": "rows"}, "'rows' is none of"),
        (VALUES | {"values": "id"}, '"id" is no array'),
        (VALUES | {"range": None}, "null is no string"),
    ],
)
def test_an_answer_google_would_not_give_is_seen(answer: Any, complaint: str) -> None:
    assert complaint in "".join(seen(answer))


@pytest.mark.parametrize(
    ("status", "body", "complaint"),
    [
        (400, {}, "error.code"),
        (400, unavailable().body(), "error.code: 503"),
        (503, {"error": {"code": 503, "status": "UNAVAILABLE"}}, "error.message"),
        (503, {"error": {"code": 503, "status": "DOWN", "message": "x"}}, "'DOWN'"),
        (400, {"error": bad_field("a", "b").body()["error"] | {"details": [{"field": "a"}]}}, "error.details"),
        (400, {"error": bad_field("a", "b").body()["error"] | {"title": "x"}}, "unknown field 'title'"),
    ],
)
def test_an_error_that_is_not_googles_is_seen(status: int, body: Any, complaint: str) -> None:
    assert complaint in "".join(seen(body, status))
