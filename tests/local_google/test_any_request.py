"""Whatever anybody asks is answered as Google describes it or refused, whole, and is never a crash."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from werkzeug.test import Client

from bridge.local_google.api import wire
from bridge.local_google.app import create_local_google
from bridge.local_google.batch.requests import Request
from bridge.local_google.desk import hand
from tests.local_google.witness import Witness

TEXTS = [
    "", "id", "Leads", "A2:B3", "=A1", "x" * 300, "Europe/Berlin", "user@example.com", "America", "$1e30",
    "Lead " + "9" * 5000,
]  # fmt: skip
RANGES = [
    "A1", "B2", "A2:B3", "Leads!A1:D4", "Leads!A2:C", "Old", "Old!B1:C2", "AA1", "A1001", "Nix!A1", "A0",
    ":",
]  # fmt: skip
NAMED = {
    "fields": st.sampled_from(["*", "userEnteredValue", "note", "title", "gridProperties.rowCount", "hidden", "spreadsheetId", "values", "nix", "(", "a(" * 2000]),
    "pattern": st.sampled_from(["", "000", "#,##0.00", "yyyy-mm-dd h:mm", "0%", "0" * 5000 + ","]),
    "range": st.sampled_from(RANGES),
    "tableId": st.sampled_from(["t", "nix"]),
    "ranges": st.lists(st.sampled_from(RANGES), max_size=2),
    "at": st.sampled_from(RANGES),
}  # fmt: skip
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(TEXTS),
    "boolean": st.booleans(),
    "integer": st.sampled_from([0, 0, 0, 0, 1, 2, 3, 1000, -1, -1001, 2**31 - 1]),
    "number": st.sampled_from([0.0, 1.5, -3.0, 1e30, 1.7e308]) | st.floats(allow_nan=False, allow_infinity=False),
    "null": st.none(),
}
ANYTHING = {"anyOf": [{"type": kind} for kind in PLAIN]}
"""What a schema says nothing of: one cell's value."""

Shape = dict[str, Any]


def values(shape: Shape, shapes: Shape, name: str = "") -> st.SearchStrategy[Any]:
    """JSON that fits a shape the local Google knows, with small numbers, so that many make sense."""
    if "$ref" in shape:
        shape = shapes[shape["$ref"].rpartition("/")[2]]
    if name in NAMED and "properties" not in shape and "anyOf" not in shape:
        return NAMED[name]
    if "anyOf" in shape:
        given_ = [one for one in shape["anyOf"] if shape is ANYTHING or one.get("type") != "null"]
        return st.one_of(values(one, shapes, name) for one in given_)
    if "enum" in shape or "const" in shape:
        return st.sampled_from(shape.get("enum") or [shape["const"]])
    if shape.get("type") == "array":
        return st.lists(st.deferred(lambda: values(shape["items"], shapes)), max_size=2)
    if shape.get("type") == "object":
        return objects(shape.get("properties", {}), shape.get("required", []), shapes)
    return PLAIN[shape["type"]] if "type" in shape else values(ANYTHING, shapes)


def objects(fields: Shape, required: list[str], shapes: Shape) -> st.SearchStrategy[dict[str, Any]]:
    """What must be there and a few more."""
    more = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True) if fields else st.just([])
    return more.flatmap(
        lambda some: st.fixed_dictionaries(
            {name: values(fields[name], shapes, name) for name in sorted({*required, *some})}
        )
    )


def bodies(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Bodies or queries of this shape."""
    shape = model.model_json_schema()
    return values(shape, shape.get("$defs", {}))


SHAPES = Request.model_json_schema()
KINDS = SHAPES["properties"]
REQUESTS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: values(KINDS[kind], SHAPES["$defs"]).map(lambda body: {kind: body})
)
METHODS: list[tuple[str, str, type[wire.Query], type[BaseModel] | None]] = [
    ("GET", "", wire.GetSpreadsheet, None),
    ("GET", "/values/{range}", wire.GetValue, None),
    ("GET", "/values:batchGet", wire.GetValues, None),
    ("PUT", "/values/{range}", wire.PutValues, wire.ValueRange),
    ("POST", "/values/{range}:append", wire.AppendValues, wire.ValueRange),
    ("POST", "/values:batchUpdate", wire.Query, wire.BatchUpdateValues),
]
CALLS = st.sampled_from(METHODS).flatmap(
    lambda method: st.tuples(
        st.just(method[0]),
        st.sampled_from(RANGES).map(lambda text: method[1].format(range=quote(text, safe=""))),
        bodies(method[2]),
        bodies(method[3]) if method[3] else st.none(),
    )
)
DAYS_WORK = st.lists(
    st.sampled_from(sorted(hand.GESTURES)).flatmap(lambda name: st.tuples(st.just(name), bodies(hand.GESTURES[name]))),
    min_size=1,
    max_size=4,
)
AREA = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
TYPES = [{"columnType": "BOOLEAN"}, {"columnIndex": 1, "columnType": "DATE"}]
TABLE = {
    "tableId": "t",
    "name": "T",
    "range": AREA | {"startColumnIndex": 4, "endColumnIndex": 6},
    "columnProperties": TYPES,
}
TIED = [
    {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 40}}},
    {"deleteDimension": {"range": {"dimension": "COLUMNS", "startIndex": 8}}},
    {"updateCells": {"range": AREA, "rows": [{"values": [{"userEnteredValue": {"numberValue": 7}}] * 2}] * 2, "fields": "*"}},
    {"addTable": {"table": TABLE}},
]  # fmt: skip
often = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Iterator[tuple[Any, Witness]]:
    """A book in which there is something of everything, so that what is named is often there."""
    folder = tmp_path_factory.mktemp("any")
    shutil.copy(key_file, folder)
    app = create_local_google(
        folder, public_url="http://127.0.0.1", api_token_ok="me".__eq__, script_files=folder / "no scripts"
    )
    local, witness = app.extensions["local_google"], Witness(app, strict=False)
    local.book.add_tab("Old").protect("A:B")
    assert api(local, witness, "POST", ":batchUpdate", {}, {"requests": TIED}).status_code == 200
    yield local, witness
    local.stop()


def api(local: Any, witness: Witness, verb: str, path: str, query: dict[str, Any], body: Any) -> Any:
    sent = {name: str(part) if isinstance(part, bool) else part for name, part in query.items()}
    return Client(witness).open(
        f"/v4/spreadsheets/{local.book.id}{path}",
        method=verb,
        query_string=urlencode(sent, doseq=True),
        data=None if body is None else json.dumps(body),
        headers={"Authorization": "Bearer me"},
    )


@often
@given(requests=st.lists(REQUESTS, min_size=1, max_size=3))
def test_a_batch_is_done_or_refused_whole(google: tuple[Any, Witness], requests: list[Any]) -> None:
    local, witness = google
    before = local.book.now
    answer = api(local, witness, "POST", ":batchUpdate", {}, {"requests": requests})
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert local.book.now is before
    else:
        assert len(json.loads(answer.text)["replies"]) == len(requests)
        local.book.change(lambda _: before)
    witness.testify()


@often
@given(call=CALLS)
def test_a_call_of_any_method_is_done_or_refused_whole(google: tuple[Any, Witness], call: Any) -> None:
    local, witness = google
    before = local.book.now
    answer = api(local, witness, *call)
    assert answer.status_code in (200, 400, 404), answer.text
    assert answer.status_code == 200 or local.book.now is before
    local.book.change(lambda _: before)
    witness.testify()


@often
@given(work=DAYS_WORK)
def test_whatever_a_person_does_is_done_or_refused_and_the_sheet_still_shows(
    google: tuple[Any, Witness], work: Any
) -> None:
    local, witness = google
    before = local.book.now
    for name, body in work:
        was = local.book.now
        answer = Client(witness).post(f"/{name}", json=body)
        assert answer.status_code in (200, 400), answer.text
        assert answer.status_code == 200 or local.book.now is was
    assert Client(witness).get("/grid").status_code == 200
    local.book.add_tab("Somebody else's")  # after which nothing is left to undo
    local.book.change(lambda _: before)
