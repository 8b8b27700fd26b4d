"""The answers of the API in detail: what the bridge relies on, and how it says no."""

import time
from typing import Any

import pytest
import requests

from bridge.local_google.batch.requests import Request
from bridge.local_google.sheet.cells import NumberFormat
from tests.local_google.conftest import OWNER_TOKEN, Served
from tests.local_google.discovery import document

BRIDGE_MASK = (
    "sheets(properties(sheetId,title),data(startRow,startColumn,"
    "rowData(values(effectiveValue,formattedValue,userEnteredValue))))"
)


def refused(answer: requests.Response, code: int = 400, status: str = "INVALID_ARGUMENT") -> str:
    """The message of an error in Google's shape."""
    body = answer.json()["error"]
    assert (answer.status_code, body["code"], body["status"]) == (code, code, status)
    message: str = body["message"]
    return message


def batch(served: Served, *requests_: dict[str, Any], **more: Any) -> requests.Response:
    return served.call("POST", ":batchUpdate", json={"requests": requests_, **more})


def test_the_bridges_read_gets_cells_of_several_ranges_and_nothing_else(served: Served) -> None:
    served.leads.write(2, 1, [["12", "Vikram", "TRUE", "=A1"], [], [7, "", "", "x"]])
    answer = served.call("GET", "", params={"fields": BRIDGE_MASK, "ranges": ["Leads!1:1", "Leads!A2:D4"]}).json()
    text = [{"stringValue": name} for name in ("id", "name", "status", "task_id")]
    header = [{"userEnteredValue": one, "effectiveValue": one, "formattedValue": one["stringValue"]} for one in text]
    number, name, flag, formula = answer["sheets"][0]["data"][1]["rowData"][0]["values"]
    assert answer["sheets"][0]["data"][0] == {"rowData": [{"values": header}]}
    assert answer["sheets"][0]["data"][1]["startRow"] == 1
    assert answer["sheets"][0]["properties"] == {"sheetId": 0, "title": "Leads"}
    assert (number["effectiveValue"], number["formattedValue"]) == ({"numberValue": 12}, "12")
    assert (name["formattedValue"], flag["effectiveValue"]) == ("Vikram", {"boolValue": True})
    assert formula["userEnteredValue"] == {"formulaValue": "=A1"}
    assert formula["effectiveValue"]["errorValue"]["type"] == "N_A"
    assert answer["sheets"][0]["data"][1]["rowData"][1] == {}
    assert answer["sheets"][0]["data"][1]["rowData"][2]["values"][1] == {}
    assert set(answer) == {"sheets"}


def test_the_format_of_a_date_is_told_when_asked_for(served: Served) -> None:
    served.leads.write(2, 1, [["2026-11-22"]])
    mask = "sheets.data.rowData.values(effectiveValue,effectiveFormat/numberFormat)"
    answer = served.call("GET", "", params={"fields": mask, "ranges": "A2"}).json()
    assert answer["sheets"][0]["data"][0]["rowData"][0]["values"][0] == {
        "effectiveValue": {"numberValue": 46348},
        "effectiveFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}},
    }


def test_without_a_mask_cells_come_only_when_asked_for(served: Served) -> None:
    assert "data" not in served.call("GET", "").json()["sheets"][0]
    assert "data" in served.call("GET", "", params={"includeGridData": "true"}).json()["sheets"][0]


@pytest.mark.parametrize("mask", ["sheets(colour)", "sheets.properties.nix", "sheets(", "title,,", "sheets/title/x"])
def test_a_mask_that_names_nothing_known_is_refused(served: Served, mask: str) -> None:
    assert "Invalid field" in refused(served.call("GET", "", params={"fields": mask}))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/values:batchUpdate", {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [["x"]]}]}),
        (":batchUpdate", {"requests": [{"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 5}}}]}),
    ],
)
def test_a_write_whose_mask_is_refused_has_not_happened(served: Served, path: str, body: dict[str, Any]) -> None:
    before = served.local.book.now
    assert "Invalid field" in refused(served.call("POST", path, json=body, params={"fields": "nix"}))
    assert served.local.book.now is before


@pytest.mark.parametrize("mask", ["a(" * 2000, "a(" * 2000 + "b" + ")" * 2000, ",".join([".".join("a" * 2000)] * 2)])
def test_a_mask_without_a_bottom_is_refused(served: Served, mask: str) -> None:
    title = {"properties": {"title": "x"}, "fields": mask}
    assert "Invalid field mask" in refused(batch(served, {"updateSheetProperties": title}))
    assert "Invalid field mask" in refused(served.call("GET", "/values/A1", params={"fields": mask}))


def test_a_mask_trims_answers_of_values_too(served: Served) -> None:
    answer = served.call("GET", "/values/Leads!A1:B1", params={"fields": "values"}).json()
    assert answer == {"values": [["id", "name"]]}
    assert "Invalid field" in refused(served.call("GET", "/values/A1", params={"fields": "value"}))
    assert "Invalid field" in refused(served.call("GET", "/values/A1", params={"fields": "valueRanges"}))


def written(served: Served, *ranges: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "valueInputOption": "RAW",
        "data": ranges,
        "includeValuesInResponse": True,
        "responseValueRenderOption": "UNFORMATTED_VALUE",
    } | more
    answer: dict[str, Any] = served.call("POST", "/values:batchUpdate", json=body).json()
    return answer


def test_null_skips_a_cell_and_the_echo_shows_it(served: Served) -> None:
    served.leads.write(2, 1, [[12, "Vikram", "NEW", 1]])
    answer = written(served, {"range": "Leads!A2:D2", "values": [[None, None, "DONE", ""]]})
    assert answer["responses"][0]["updatedData"]["values"] == [[12, "Vikram", "DONE"]]
    assert answer["responses"][0]["updatedCells"] == answer["totalUpdatedCells"] == 2
    assert served.leads.values(2, 1, 1, 4) == [[12, "Vikram", "DONE", None]]


def test_the_echo_shows_the_whole_range_that_was_asked_for(served: Served) -> None:
    served.leads.write(2, 1, [[12, "Vikram", "NEW", 1]])
    answer = written(served, {"range": "Leads!A2:Z2", "values": [[13]]})
    assert answer["responses"][0]["updatedRange"] == "Leads!A2"
    assert answer["responses"][0]["updatedData"]["values"] == [[13, "Vikram", "NEW", 1]]


def test_the_echo_of_skipped_cells_can_be_switched_off(served: Served) -> None:
    served.leads.write(2, 1, [[12, "Vikram", "NEW"]])
    served.local.trouble.echo_skipped = False
    answer = written(served, {"range": "Leads!A2:C2", "values": [[None, None, "DONE"]]})
    assert answer["responses"][0]["updatedData"]["values"] == [["", "", "DONE"]]


def test_a_batch_is_written_whole_or_not_at_all(served: Served) -> None:
    answer = written(served, {"range": "A2", "values": [["x"]]}, {"range": "Nix!A1", "values": [["y"]]})
    assert answer["error"]["message"] == "Unable to parse range: Nix!A1"
    assert served.leads.last_row == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("GET", "/values/Nix!A1", None, "Unable to parse range: Nix!A1"),
        ("GET", "/values/hello world", None, "Unable to parse range: hello world"),
        ("GET", "/values/Leads!A1001", None, "Range (Leads!A1001) exceeds grid limits. Max rows: 1000, max"),
        ("GET", "/values/A1?valueRenderOption=PRETTY", None, "Invalid value at 'valueRenderOption'"),
        ("GET", "/values/A1?colour=red", None, 'Unknown name "colour"'),
        ("PUT", "/values/A2", {"values": [["x"]]}, "'valueInputOption' is required but not specified"),
        ("PUT", "/values/A2:B2?valueInputOption=RAW", {"values": [[1, 2, 3]]}, "tried writing to column [C]"),
        ("PUT", "/values/A2:B2?valueInputOption=RAW", {"values": [[1], [2]]}, "tried writing to row [3]"),
        ("PUT", "/values/A1000?valueInputOption=RAW", {"values": [[1], [2]]}, "exceeds grid limits"),
        ("PUT", "/values/A2?valueInputOption=RAW", {"values": ["x"]}, "Invalid value at 'values[0]'"),
        ("PUT", "/values/A2?valueInputOption=RAW", {"values": [[{"a": 1}]]}, "Invalid values[0][0]: struct_value"),
        ("PUT", "/values/A2?valueInputOption=RAW", {"value": [[1]]}, 'Unknown name "value"'),
        ("POST", "/values:batchUpdate", {"data": [{"rang": "A1"}]}, 'Unknown name "rang" at \'data[0]\''),
        ("POST", "/values:batchUpdate", {"data": [], "x": None}, 'Unknown name "x"'),
        ("POST", ":batchUpdate", {"requests": []}, "Must specify at least one request."),
        ("POST", ":batchUpdate", {"requests": [{}]}, "exactly one kind of request must be set"),
        ("POST", ":batchUpdate", {"requests": [{"addChart": {}}]}, "does not do 'addChart' at 'requests[0]'"),
        ("POST", ":batchUpdate", {"requests": [{"appendCells": {"sheetId": 9, "fields": "*"}}]}, "appendCells: No grid with id: 9"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(
    served: Served, method: str, path: str, body: Any, message: str
) -> None:
    before = served.local.book.now
    assert message in refused(served.call(method, path, json=body) if body is not None else served.call(method, path))
    assert served.local.book.now is before


def test_an_unknown_parameter_is_refused_as_google_does(served: Served) -> None:
    answer = served.call("GET", "/values/A1", params={"valueRendering": "FORMULA"})
    assert refused(answer) == (
        'Invalid JSON payload received. Unknown name "valueRendering": Cannot bind query parameter. '
        "Field 'valueRendering' could not be found in request message."
    )


def test_a_body_that_is_not_json_is_refused(served: Served) -> None:
    assert "Invalid JSON payload" in refused(served.call("POST", ":batchUpdate", data=b"{"))


def test_an_unknown_spreadsheet_is_not_found(served: Served) -> None:
    answer = requests.get(
        f"{served.url}/v4/spreadsheets/1nix", headers={"Authorization": f"Bearer {OWNER_TOKEN}"}, timeout=60
    )
    assert refused(answer, 404, "NOT_FOUND") == "Requested entity was not found."


def test_an_unknown_method_is_not_found(served: Served) -> None:
    assert served.call("POST", "/values:batchErase", json={}).status_code == 404
    assert served.call("DELETE", "/values/A1").status_code == 404


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nix"}, {"Authorization": OWNER_TOKEN}])
def test_without_a_token_nothing_is_told(served: Served, header: dict[str, str]) -> None:
    answer = requests.get(f"{served.url}/v4/spreadsheets/{served.local.book.id}", headers=header, timeout=60)
    refused(answer, 401, "UNAUTHENTICATED")


def test_a_column_written_as_a_column(served: Served) -> None:
    body = {"majorDimension": "COLUMNS", "values": [[1, 2], ["a", None, "c"]]}
    answer = served.call("PUT", "/values/A2?valueInputOption=RAW", json=body).json()
    assert answer["updatedRange"] == "Leads!A2:B4"
    assert served.leads.values(2, 1, 3, 2) == [[1, "a"], [2, None], [None, "c"]]


def test_a_batch_of_requests_is_atomic(served: Served) -> None:
    insert = {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    wrong = {"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 5, "endIndex": 5000}}}
    before = served.local.book.now
    assert "Invalid requests[1].deleteDimension" in refused(batch(served, insert, wrong))
    assert served.local.book.now is before


def test_cells_are_updated_as_they_are_given(served: Served) -> None:
    rows = [{"values": [{"userEnteredValue": {"numberValue": 12}}, {"userEnteredValue": {"stringValue": "=x"}}]}]
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 0}
    update = {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}
    assert batch(served, update).json()["replies"] == [{}]
    assert served.leads.values(2, 1, 1, 2) == [[12, "=x"]]


def test_updating_a_larger_range_clears_the_rest_of_it(served: Served) -> None:
    served.leads.write(2, 1, [[1, "a"], [2, "b"]])
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    rows = [{"values": [{"userEnteredValue": {"boolValue": True}}]}]
    batch(served, {"updateCells": {"range": area, "rows": rows, "fields": "userEnteredValue"}}).raise_for_status()
    assert served.leads.values(2, 1, 2, 2) == [[True, None], [None, None]]


def test_cells_are_appended_and_formatted(served: Served) -> None:
    cell = {"userEnteredValue": {"formulaValue": "=A1"}, "userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    fields = "userEnteredValue,userEnteredFormat.numberFormat"
    batch(
        served,
        {
            "appendCells": {
                "sheetId": 0,
                "rows": [{"values": [{"userEnteredValue": {"numberValue": 7}}]}],
                "fields": "*",
            }
        },
        {"updateCells": {"start": start, "rows": [{"values": [cell]}] * 2, "fields": fields}},
    ).raise_for_status()
    assert served.leads.values(2, 1) == [[7]]
    assert served.leads.formulas(2, 2, 2, 1) == [["=A1"], ["=A1"]]
    assert served.leads.cells(3, 2)[0][0].format == NumberFormat("TEXT")


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        (
            {"appendCells": {"rows": [{"values": [{"userEnteredFormat": {"textFormat": {}}}]}], "fields": "*"}},
            "textFormat",
        ),
        ({"appendCells": {"rows": [], "fields": "pivotTable"}}, "pivotTable"),
        ({"updateSheetProperties": {"properties": {"title": "x"}, "fields": "tabColor"}}, "tabColor"),
        ({"updateCells": {"rows": [], "fields": "*"}}, "start and range"),
        ({"deleteTable": {"tableId": "nix"}}, "No table with id: nix"),
        (
            {
                "appendCells": {
                    "rows": [{"values": [{"userEnteredValue": {"numberValue": 1, "stringValue": "x"}}]}],
                    "fields": "*",
                }
            },
            "oneof field 'value' is already set",
        ),
        ({"appendCells": {"sheetId": 2**31, "fields": "*"}}, "appendCells.sheetId"),
        (
            {"setDataValidation": {"range": {}, "rule": {"condition": {"type": "ONE_OF_LIST"}}}},
            "ONE_OF_LIST must have at least one value",
        ),
    ],
)
def test_what_is_not_kept_is_refused_by_name(served: Served, request_: dict[str, Any], named: str) -> None:
    assert named in refused(batch(served, request_))


KEPT = {field.alias for field in Request.model_fields.values()}
ALL = document()["schemas"]["Request"]["properties"]


def test_each_kind_of_request_that_is_not_kept_is_refused_by_its_name(served: Served) -> None:
    before = served.local.book.now
    for name in sorted(ALL.keys() - KEPT):
        answer = batch(served, {"deleteDimension": {"range": {"dimension": "ROWS", "startIndex": 5}}}, {name: {}})
        assert refused(answer) == f"The local Google does not do '{name}' at 'requests[1]', whatever Google does."
    assert served.local.book.now is before


def test_every_kind_of_request_that_is_kept_is_one_of_googles() -> None:
    assert ALL.keys() > KEPT


def test_inserted_rows_take_the_look_of_their_neighbour(served: Served) -> None:
    served.leads.set_format("A2:A2", NumberFormat("NUMBER", "000"))
    where = {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 3}
    batch(served, {"insertDimension": {"range": where, "inheritFromBefore": True}}).raise_for_status()
    served.leads.write(3, 1, [[7]])
    assert served.leads.shown(3, 1) == [["007"]]


@pytest.mark.full
def test_ten_thousand_rows_are_read_within_seconds(served: Served) -> None:
    served.leads.insert_rows(2, 10_000)
    served.leads.write(2, 1, [[number, "Lead", "NEW", number] for number in range(10_000)], typed=False)
    started = time.perf_counter()
    answer = served.call("GET", "", params={"fields": BRIDGE_MASK, "ranges": "Leads!A1:D"}).json()
    assert len(answer["sheets"][0]["data"][0]["rowData"]) == 10_001
    assert time.perf_counter() - started < 10, "ten times what it takes on two busy cores"
