"""Cells and lines that programs move, copy or rewrite by batchUpdate, with gspread and with Google's own client."""

from typing import Any

import gspread
import pytest
from googleapiclient.errors import HttpError

from bridge.local_google.sheet.cells import Validation
from tests.local_google.conftest import Google, Served, lines

WORDS = Validation("ONE_OF_LIST", ("NEW", "LOST"))
NOTE = [{"values": [{"note": "call back"}]}]


def area(top: int, left: int, bottom: int, right: int, sheet_id: int = 0) -> dict[str, int]:
    """Counted from 0, half open."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": top,
        "startColumnIndex": left,
        "endRowIndex": bottom,
        "endColumnIndex": right,
    }


def at(row: int, column: int, sheet_id: int = 0) -> dict[str, int]:
    return {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}


def refused(google: Google, request: dict[str, Any]) -> str:
    """Why Google's answer is 400; nothing has changed."""
    with pytest.raises(HttpError) as error:
        google.batch(request)
    assert error.value.resp.status == 400
    return str(error.value.reason)


@pytest.mark.parametrize(
    ("start", "end", "to", "ids"),
    [(1, 2, 3, "2134"), (1, 3, 5, "3412"), (3, 4, 1, "3124"), (2, 4, 2, "1234"), (2, 4, 4, "1234")],
)
def test_rows_move_before_the_row_that_is_named(
    google: Google, served: Served, start: int, end: int, to: int, ids: str
) -> None:
    served.leads.write(2, 1, [["1"], ["2"], ["3"], ["4"]])
    google.batch({"moveDimension": {"source": lines(start, end), "destinationIndex": to}})
    assert "".join(str(row[0]) for row in served.leads.values(2, 1, 4)) == ids


def test_columns_move_too(google: Google, sheet: gspread.Worksheet) -> None:
    google.batch({"moveDimension": {"source": lines(3, 4, "COLUMNS"), "destinationIndex": 1}})
    assert sheet.row_values(1) == ["id", "task_id", "name", "status"]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"moveDimension": {"source": lines(1, 4), "destinationIndex": 2}}, "cannot be moved to 2"),
        ({"moveDimension": {"source": lines(1), "destinationIndex": 2000}}, "cannot be moved to 2000"),
        ({"moveDimension": {"source": lines(1, 4000), "destinationIndex": 0}}, "There are only 1000 rows"),
        ({"updateCells": {"start": at(-1001, 0), "rows": NOTE, "fields": "note"}}, "indexes must be >= 0"),
        ({"setDataValidation": {"range": area(-1, 0, 5, 5)}}, "Invalid range"),
        ({"setDataValidation": {"range": area(5, 0, 5, 5)}}, "Invalid range"),
    ],
)
def test_what_google_would_not_do_is_refused_and_changes_nothing(
    google: Google, served: Served, request_: dict[str, Any], words: str
) -> None:
    before = served.local.book.now
    assert words in refused(google, request_)
    assert served.local.book.now == before


def test_a_protected_range_stops_them(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada"]])
    served.leads.protect("A2:B2")
    assert "protected cell or object" in refused(google, {"moveDimension": {"source": lines(1), "destinationIndex": 5}})
    assert served.leads.values(2, 1, 1, 2) == [[1, "Ada"]]
