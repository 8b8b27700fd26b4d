"""Google's own client for Python at the local Google: the calls that gspread has no method for."""

import pytest
from googleapiclient.errors import HttpError

from tests.local_google.conftest import Google, Served


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


def test_a_read_whose_address_would_be_too_long_is_answered(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1"], ["2"]])
    asked = ["Leads!A2", "Leads!A3"] * 200
    told = google.values("batchGet", ranges=asked, valueRenderOption="UNFORMATTED_VALUE")["valueRanges"]
    assert [one["values"] for one in told] == [[[1]], [[2]]] * 200


def test_what_is_wrong_is_named_in_the_details(google: Google) -> None:
    with pytest.raises(HttpError) as error:
        google.batch({"addChart": {"chart": {}}})
    assert error.value.error_details[0]["fieldViolations"][0]["field"] == "requests[0]"
    assert "The local Google does not do 'addChart'" in refusal(error)[1]


def test_everything_tied_to_the_sheet_is_there_after_a_restart(google: Google, served: Served) -> None:
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    google.batch({"updateCells": {"start": start, "rows": [{"values": [{"note": "call back"}]}], "fields": "note"}})
    served.leads.protect("A2:A3", description="ids")
    kept = served.local.book
    again = served.local.store.open_book(kept, 0)
    assert again.now == kept.now
    assert again.now.grids[0].protected[0].description == "ids"
