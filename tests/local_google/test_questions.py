"""A script asks, a person answers over HTTP, and only then it goes on."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.local_google.conftest import Door, Served, serve
from tests.stack import eventually

SCRIPT = """
function ask() { const ui = SpreadsheetApp.getUi(); return String(ui.alert('Sure?', 'Really', ui.ButtonSet.YES_NO)); }
function name() { return SpreadsheetApp.getUi().prompt('Name?').getResponseText(); }
"""


@pytest.fixture
def served(tmp_path: Path, key_file: Path, door: Door) -> Iterator[Served]:
    folder = tmp_path / "script"
    folder.mkdir()
    (folder / "Code.js").write_text(SCRIPT)
    with serve(tmp_path, key_file, door, folder) as served:
        yield served


def asked(served: Served, item: str) -> tuple[dict[str, Any], list[Any], threading.Thread]:
    """The question that an item puts, where its result will be, and the call that waits for it."""
    results: list[Any] = []

    def run() -> None:
        results.append(served.post("/menu", {"item": item, "attended": True}).json()["result"])

    call = threading.Thread(target=run)
    call.start()
    (question,) = eventually(lambda: requests.get(served.url + "/questions", timeout=60).json()["questions"])
    return question, results, call


@pytest.mark.parametrize(("item", "answer"), [("ask", "YES"), ("ask", "NO"), ("name", "Ann")])
def test_a_script_goes_on_with_what_the_person_answers(served: Served, item: str, answer: str) -> None:
    question, results, call = asked(served, item)
    assert not results
    assert served.post("/answer", {"id": question["id"], "answer": answer}).status_code == 200
    call.join(5)
    assert results == [answer]
    assert served.post("/answer", {"id": question["id"], "answer": answer}).status_code == 404


def test_a_stopped_google_lets_no_script_wait(served: Served) -> None:
    _, results, call = asked(served, "ask")
    served.local.questions.close()
    call.join(5)
    assert results == ["CLOSE"]


def test_without_a_person_nothing_waits(served: Served) -> None:
    assert served.post("/menu", {"item": "ask"}).json()["result"] == "CLOSE"
