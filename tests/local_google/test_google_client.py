"""Google's own client for Python at the local Google: the calls that gspread has no method for."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.local_google.conftest import Google, Served, lines


def tag(number: int, location: dict[str, Any], key: str = "lead", value: str = "") -> dict[str, Any]:
    wanted = {"metadataId": number, "metadataKey": key, "location": location, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": wanted | ({"metadataValue": value} if value else {})}}


def tagged_row(number: int, row: int) -> dict[str, Any]:
    return tag(number, {"dimensionRange": lines(row)})


def by_id(number: int) -> dict[str, Any]:
    return {"developerMetadataLookup": {"metadataId": number}}


def line_of(google: Google, number: int) -> int:
    line: int = google.metadata("get", metadataId=number)["location"]["dimensionRange"]["startIndex"]
    return line


def found(google: Google, **lookup: Any) -> list[int]:
    answer = google.metadata("search", body={"dataFilters": [{"developerMetadataLookup": lookup}]})
    return [one["developerMetadata"]["metadataId"] for one in answer.get("matchedDeveloperMetadata", [])]


def refusal(error: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return error.value.resp.status, error.value.reason


def test_values_are_written_and_read_in_every_rendering(google: Google) -> None:
    rows = [["007", "22/11/2026", "=A2", "12%"]]
    google.values("update", range="Leads!A2", valueInputOption="USER_ENTERED", body={"values": rows})
    shown = {
        (value, date): google.values(
            "get", range="Leads!A2:D2", valueRenderOption=value, dateTimeRenderOption=date
        )["values"][0]
        for value in ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
        for date in ("SERIAL_NUMBER", "FORMATTED_STRING")
    }  # fmt: skip
    assert shown["FORMATTED_VALUE", "SERIAL_NUMBER"] == ["7", "22/11/2026", "#N/A", "12%"]
    assert shown["UNFORMATTED_VALUE", "SERIAL_NUMBER"] == [7, 46348, "#N/A", 0.12]
    assert shown["UNFORMATTED_VALUE", "FORMATTED_STRING"] == [7, "22/11/2026", "#N/A", 0.12]
    assert shown["FORMULA", "SERIAL_NUMBER"] == [7, 46348, "=A2", 0.12]
    assert shown["FORMULA", "FORMATTED_STRING"] == [7, "22/11/2026", "=A2", 0.12]


def test_a_row_is_found_by_its_metadata_wherever_rows_came_and_went_above(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada"], ["2", "Bob"], ["3", "Cleo"]])
    google.batch(tagged_row(7, 2))
    google.batch({"insertDimension": {"range": lines(0, 2)}}, {"deleteDimension": {"range": lines(2)}})
    assert line_of(google, 7) == 3
    read = google.values("batchGetByDataFilter", body={"dataFilters": [by_id(7)]})
    assert read["valueRanges"][0]["valueRange"]["values"] == [["2", "Bob"]]
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": by_id(7), "values": [[None, "Robert"]]}]}
    written = google.values("batchUpdateByDataFilter", body=body)
    assert (written["totalUpdatedCells"], written["responses"][0]["updatedRange"]) == (1, "Leads!A4:B4")
    assert served.leads.values(4, 2) == [["Robert"]]


def test_metadata_goes_with_its_row_and_then_nothing_is_written(google: Google, served: Served) -> None:
    google.batch(tagged_row(7, 2))
    google.batch({"deleteDimension": {"range": lines(2)}})
    with pytest.raises(HttpError) as error:
        google.metadata("get", metadataId=7)
    assert refusal(error) == (404, "Requested entity was not found.")
    before = served.local.book.now
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": by_id(7), "values": [["x"]]}]}
    written = google.values("batchUpdateByDataFilter", body=body)
    assert written == {"spreadsheetId": google.id, "responses": []}
    assert served.local.book.now == before


def test_metadata_stays_at_its_place_when_rows_are_sorted(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [[3], [1], [2]])
    google.batch(tagged_row(7, 1))
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 4}
    google.batch({"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]}})
    assert (line_of(google, 7), served.leads.values(2, 1)) == (1, [[1]])


def test_one_filter_may_find_many_rows_and_all_are_written(google: Google, served: Served) -> None:
    google.batch(tagged_row(1, 3), tagged_row(2, 1))
    every = {"developerMetadataLookup": {"metadataKey": "lead"}}
    body = {"valueInputOption": "RAW", "data": [{"dataFilter": every, "values": [["x"]]}]}
    written = google.values("batchUpdateByDataFilter", body=body)
    assert [one["updatedRange"] for one in written["responses"]] == ["Leads!A2", "Leads!A4"]
    assert google.values("batchClearByDataFilter", body={"dataFilters": [every]})["clearedRanges"] == [
        "Leads!A2:Z2", "Leads!A4:Z4"
    ]  # fmt: skip
    assert served.leads.last_row == 1


def test_a_search_takes_what_fits_everything_that_was_given(google: Google) -> None:
    google.batch(
        tag(1, {"spreadsheet": True}, value="a"),
        tag(2, {"sheetId": 0}),
        tagged_row(3, 1),
        tag(4, {"dimensionRange": lines(1, dimension="COLUMNS")}, key="other"),
    )
    row = {"dimensionRange": lines(1)}
    assert found(google) == [1, 2, 3, 4]
    assert found(google, metadataKey="lead") == [1, 2, 3]
    assert found(google, metadataKey="lead", metadataValue="a") == [1]
    assert found(google, locationType="COLUMN") == [4]
    assert found(google, visibility="PROJECT") == []
    assert found(google, metadataLocation=row) == [2, 3, 4]
    assert found(google, metadataLocation=row, locationMatchingStrategy="EXACT_LOCATION") == [3]
    area = {"gridRange": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 2}}
    near = google.metadata("search", body={"dataFilters": [area, by_id(3)]})["matchedDeveloperMetadata"]
    assert [(one["developerMetadata"]["metadataId"], len(one["dataFilters"])) for one in near] == [(2, 1), (3, 2)]


def test_metadata_is_changed_and_taken_away(google: Google) -> None:
    google.batch(tag(1, {"sheetId": 0}), tag(2, {"spreadsheet": True}, key="other"))
    change = {"dataFilters": [by_id(1)], "developerMetadata": {"metadataValue": "new"}, "fields": "metadataValue"}
    (reply,) = google.batch({"updateDeveloperMetadata": change})
    assert reply["updateDeveloperMetadata"]["developerMetadata"][0]["metadataValue"] == "new"
    tied = google.get(fields="developerMetadata,sheets.developerMetadata")
    assert [one["metadataKey"] for one in tied["developerMetadata"]] == ["other"]
    assert tied["sheets"][0]["developerMetadata"][0]["metadataValue"] == "new"
    google.batch({"deleteDeveloperMetadata": {"dataFilter": by_id(1)}})
    assert found(google) == [2]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (tag(1, {"dimensionRange": lines(1, 3)}), "single row or column"),
        (tag(1, {"dimensionRange": lines(5000)}), "single row or column"),
        (tag(1, {"sheetId": 99}), "No grid with id: 99"),
        (tag(1, {"sheetId": 0, "spreadsheet": True}), "Exactly one of"),
        (tag(1, {"sheetId": 0}, key=""), "metadataKey"),
        (tag(1, {"sheetId": 0}, value="x" * 30_000), "30000 characters"),
        (tag(7, {"sheetId": 0}), "id 7 already exists"),
    ],
)
def test_metadata_that_google_would_not_take_is_refused(google: Google, request_: Any, words: str) -> None:
    google.batch(tagged_row(7, 1))
    with pytest.raises(HttpError) as error:
        google.batch(request_)
    code, reason = refusal(error)
    assert (code, found(google)) == (400, [7])
    assert words in reason


def test_the_book_is_read_by_filter(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada"]])
    google.batch(tagged_row(7, 1))
    body = {"dataFilters": [by_id(7)], "includeGridData": True}
    answer = google.api.spreadsheets().getByDataFilter(spreadsheetId=google.id, body=body).execute()
    (row,) = answer["sheets"][0]["data"][0]["rowData"]
    assert [cell["formattedValue"] for cell in row["values"]] == ["1", "Ada"]


def test_a_named_range_is_read_by_its_name_and_moves_with_its_rows(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1"], ["2"]])
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    (reply,) = google.batch({"addNamedRange": {"namedRange": {"name": "ids", "range": area}}})
    named = reply["addNamedRange"]["namedRange"]
    google.batch({"insertDimension": {"range": lines(1, 3)}})
    assert google.values("get", range="ids") == {
        "range": "Leads!A4:A5", "majorDimension": "ROWS", "values": [["1"], ["2"]]
    }  # fmt: skip
    google.batch({"updateNamedRange": {"namedRange": named | {"name": "lead_ids"}, "fields": "name"}})
    assert [one["name"] for one in google.get()["namedRanges"]] == ["lead_ids"]
    google.batch({"deleteNamedRange": {"namedRangeId": named["namedRangeId"]}})
    assert "namedRanges" not in google.get()


@pytest.mark.parametrize("name", ["A1", "R1C1", "two words", "", "IDS", "true"])
def test_a_named_range_needs_a_name_that_is_no_range_and_is_free(google: Google, name: str) -> None:
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    google.batch({"addNamedRange": {"namedRange": {"name": "ids", "range": area}}})
    with pytest.raises(HttpError) as error:
        google.batch({"addNamedRange": {"namedRange": {"name": name, "range": area}}})
    assert refusal(error)[0] == 400


def test_a_protection_is_changed_by_its_editors_only(google: Google, served: Served) -> None:
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3}
    (reply,) = google.batch({"addProtectedRange": {"protectedRange": {"range": area}}})
    number = reply["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    change = {"protectedRange": {"protectedRangeId": number, "description": "ids"}, "fields": "description"}
    google.batch({"updateProtectedRange": change})
    assert served.leads.grid.protected[0].description == "ids"
    owners = served.leads.protect("A1:A1")
    with pytest.raises(HttpError) as error:
        google.batch(
            {"updateProtectedRange": {"protectedRange": {"protectedRangeId": owners}, "fields": "description"}}
        )
    assert "protected cell or object" in refusal(error)[1]


def test_what_is_wrong_is_named_in_the_details(google: Google) -> None:
    with pytest.raises(HttpError) as error:
        google.batch({"addChart": {"chart": {}}})
    assert error.value.error_details[0]["fieldViolations"][0]["field"] == "requests[0]"


def test_everything_tied_to_the_sheet_is_there_after_a_restart(google: Google, served: Served) -> None:
    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3}
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    google.batch(
        tagged_row(1, 2),
        tag(2, {"spreadsheet": True}),
        {"addNamedRange": {"namedRange": {"name": "ids", "range": area}}},
        {"updateCells": {"start": start, "rows": [{"values": [{"note": "call back"}]}], "fields": "note"}},
    )
    kept = served.local.book
    again = served.local.store.open_book(kept, 0)
    assert again.now == kept.now
    assert again.now.metadata[0].id == 2
