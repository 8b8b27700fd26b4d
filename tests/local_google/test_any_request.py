"""Whatever Google's description allows is answered as described or refused, whole, and is never a crash."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from bridge.local_google.app import create_local_google
from bridge.local_google.grid_requests import Request
from tests.local_google.witness import Witness

SHAPES = Request.model_json_schema()
TEXTS = ["", "id", "Leads", "ids", "A2:B3", "=A1", "x" * 300, "Europe/Berlin", "user@example.com"]
MASKS = ["*", "userEnteredValue", "note", "title", "name,range", "gridProperties.rowCount", "hidden", "nix", "("]
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "string": st.sampled_from(TEXTS),
    "boolean": st.booleans(),
    "integer": st.sampled_from([0, 0, 0, 0, 1, 2, 3, 1000, -1, 2**31 - 1]),
    "number": st.floats(allow_nan=False, allow_infinity=False),
}


def values(shape: dict[str, Any], name: str = "") -> st.SearchStrategy[Any]:
    """JSON that fits a shape the local Google knows, with small numbers, so that many make sense."""
    if "$ref" in shape:
        shape = SHAPES["$defs"][shape["$ref"].rpartition("/")[2]]
    if "anyOf" in shape:
        return st.one_of(values(one) for one in shape["anyOf"] if one.get("type") != "null")
    if "enum" in shape or "const" in shape:
        return st.sampled_from(shape.get("enum") or [shape["const"]])
    if shape["type"] == "array":
        return st.lists(st.deferred(lambda: values(shape["items"])), max_size=2)
    if shape["type"] == "object":
        return objects(shape["properties"], shape.get("required", []))
    return st.sampled_from(MASKS) if name == "fields" else PLAIN[shape["type"]]


def objects(fields: dict[str, Any], required: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """What must be there and a few more."""
    more = st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)
    return more.flatmap(
        lambda some: st.fixed_dictionaries({name: values(fields[name], name) for name in {*required, *some}})
    )


KINDS = SHAPES["properties"]
REQUESTS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: values(KINDS[kind]).map(lambda body: {kind: body})
)  # fmt: skip


@pytest.fixture(scope="module")
def google(tmp_path_factory: pytest.TempPathFactory, key_file: Path) -> Iterator[tuple[Any, Witness]]:
    folder = tmp_path_factory.mktemp("any")
    shutil.copy(key_file, folder)
    app = create_local_google(
        folder, public_url="http://127.0.0.1", api_token_ok="me".__eq__, script_files=folder / "no scripts"
    )
    local = app.extensions["local_google"]
    yield local, Witness(app, strict=False)
    local.stop()


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(requests=st.lists(REQUESTS, min_size=1, max_size=3), shown=st.booleans())
def test_a_batch_is_done_or_refused_whole(google: tuple[Any, Witness], requests: list[Any], shown: bool) -> None:
    local, witness = google
    before = local.book.now
    answer = Client(witness).post(
        f"/v4/spreadsheets/{local.book.id}:batchUpdate",
        data=json.dumps({"requests": requests, "includeSpreadsheetInResponse": shown}),
        headers={"Authorization": "Bearer me"},
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert local.book.now is before
    else:
        assert len(json.loads(answer.text)["replies"]) == len(requests)
        local.book.change(lambda _: before)
    witness.testify()
