"""People chips: cells whose text is in part a person. They read as text, and as chipRuns to who asks for those."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.local_google.conftest import Google, Served

START = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
ADA = {"chip": {"personProperties": {"email": "ada@example.com", "displayFormat": "DEFAULT"}}}
BOB = {"chip": {"personProperties": {"email": "bob@example.com", "displayFormat": "EMAIL"}}}


def put(google: Google, text: str | None, *runs: dict[str, Any], fields: str = "userEnteredValue,chipRuns") -> None:
    entered = {} if text is None else {"userEnteredValue": {"stringValue": text}}
    rows = [{"values": [entered | {"chipRuns": runs}]}]
    google.batch({"updateCells": {"start": START, "rows": rows, "fields": fields}})


def cell(google: Google, mask: str = "chipRuns,formattedValue,effectiveValue") -> dict[str, Any]:
    asked = google.get(ranges="B2", fields=f"sheets.data.rowData.values({mask})")
    (told,) = asked["sheets"][0]["data"][0]["rowData"][0]["values"]
    read: dict[str, Any] = told
    return read


def test_a_chip_reads_as_text_and_as_a_run_with_its_person(google: Google, served: Served) -> None:
    put(google, "@", ADA)
    assert cell(google) == {
        "formattedValue": "ada@example.com", "effectiveValue": {"stringValue": "ada@example.com"}, "chipRuns": [ADA]
    }  # fmt: skip
    assert google.values("get", range="B2")["values"] == [["ada@example.com"]]
    assert served.leads.values(2, 2) == [["ada@example.com"]]


def test_chips_are_told_only_when_they_are_asked_for(google: Google) -> None:
    put(google, "@", ADA)
    assert cell(google, "formattedValue") == {"formattedValue": "ada@example.com"}


def test_text_between_chips_is_a_run_without_a_chip(google: Google) -> None:
    put(google, "😀 @ or @.", ADA | {"startIndex": 3}, BOB | {"startIndex": 8})
    assert cell(google)["formattedValue"] == "😀 ada@example.com or bob@example.com."
    assert cell(google)["chipRuns"] == [
        {"chip": {}}, ADA | {"startIndex": 3}, {"startIndex": 18, "chip": {}}, BOB | {"startIndex": 22},
        {"startIndex": 37, "chip": {}},
    ]  # fmt: skip


@pytest.mark.parametrize("write", ["the API", "a person", "values"])
def test_a_new_value_ends_the_chips(google: Google, served: Served, write: str) -> None:
    put(google, "@", ADA)
    if write == "the API":
        put(google, "Bob", fields="userEnteredValue")
    elif write == "a person":
        served.local.person.edit("B2", [["Bob"]])
    else:
        google.values("update", range="B2", valueInputOption="RAW", body={"values": [["Bob"]]})
    assert cell(google) == {"formattedValue": "Bob", "effectiveValue": {"stringValue": "Bob"}}


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Ada", [ADA]),
        ("@", [ADA | {"startIndex": 1}]),
        ("@", [ADA | {"startIndex": -1}]),
        ("@", [ADA, BOB]),
        (None, [ADA]),
        ("@", [{"chip": {"richLinkProperties": {"uri": "https://docs.google.com/document/d/1/edit"}}}]),
        ("@", [{"chip": {"personProperties": {"displayFormat": "EMAIL"}}}]),
    ],
)
def test_a_chip_without_its_place_or_person_is_refused(google: Google, text: str | None, runs: list[Any]) -> None:
    with pytest.raises(HttpError) as error:
        put(google, text, *runs)
    assert error.value.resp.status == 400


def test_a_person_mentions_another_and_takes_it_back(google: Google, served: Served) -> None:
    told: list[Any] = []
    served.local.person.on_event.append(told.append)
    assert served.post("/mention", {"range": "B2", "email": "ada@example.com"}).status_code == 200
    assert cell(google)["chipRuns"] == [ADA]
    assert [(event.kind, event.value) for event in told] == [("edit", "ada@example.com"), ("change", None)]
    served.local.person.undo()
    assert served.leads.values(2, 2) == [[None]]


def test_a_chip_moves_with_its_cell_and_is_not_dragged_into_counting(google: Google, served: Served) -> None:
    served.local.person.mention("B2", "ada@example.com")
    served.local.person.insert_rows("Leads", 2)
    served.local.person.fill("B3", 4)
    assert [served.leads.cells(row, 2)[0][0].runs[0].email for row in (3, 4)] == ["ada@example.com"] * 2
