"""Cells and lines that programs move, copy or rewrite by batchUpdate, with gspread and with Google's own client."""

from typing import Any

import gspread
import pytest
from googleapiclient.errors import HttpError
from gspread.utils import PasteOrientation, PasteType

from bridge.local_google.cells import NumberFormat, Validation
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


def test_gspread_copies_a_range_with_its_looks(sheet: gspread.Worksheet, served: Served) -> None:
    served.leads.write(2, 1, [[7, "NEW"], [8, "=A2"]])
    served.leads.set_format("A2:A2", NumberFormat("NUMBER", "000"))
    served.leads.set_validation("B2:B2", WORDS)
    sheet.copy_range("A2:B3", "C5")
    assert sheet.get("C5:D6") == [["007", "NEW"], ["8", "#N/A"]]
    assert served.leads.formulas(6, 4) == [["=A2"]]
    assert served.leads.cells(5, 4)[0][0].validation == WORDS
    assert sheet.get("A2:B2") == [["007", "NEW"]]


def test_a_destination_that_takes_the_source_several_times_is_filled(sheet: gspread.Worksheet) -> None:
    sheet.update([["a", "b"]], "A2:B2")
    sheet.copy_range("A2:B2", "A4:B6")
    sheet.copy_range("A2:B2", "A8:C8")
    assert sheet.get("A4:C8") == [["a", "b"], ["a", "b"], ["a", "b"], [], ["a", "b"]]
    sheet.copy_range("A2:B2", "D2", paste_orientation=PasteOrientation.transpose)
    assert sheet.get("D2:E3") == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("kind", "value", "formula", "format_", "rule"),
    [
        (PasteType.normal, "#N/A", "=A9", NumberFormat("TEXT"), WORDS),
        (PasteType.values, "#N/A", "", None, None),
        ("PASTE_FORMULA", "#N/A", "=A9", None, None),  # gspread's PasteType.formula says another word
        (PasteType.format, "there", "", NumberFormat("TEXT"), WORDS),
        (PasteType.data_validation, "there", "", None, WORDS),
    ],
)
def test_of_a_cell_only_what_was_asked_for_is_pasted(
    sheet: gspread.Worksheet, served: Served, kind: Any, value: str, formula: str, format_: Any, rule: Any
) -> None:
    served.leads.write(2, 1, [["=A9", "there"]])
    served.leads.set_format("A2:A2", NumberFormat("TEXT"))
    served.leads.set_validation("A2:A2", WORDS)
    sheet.copy_range("A2", "B2", paste_type=kind)
    cell = served.leads.cells(2, 2)[0][0]
    assert (served.leads.shown(2, 2), cell.formula or "") == ([[value]], formula)
    assert (cell.format, cell.validation) == (format_, rule)


def test_what_is_cut_is_gone_from_its_place_and_may_go_to_another_tab(
    sheet: gspread.Worksheet, served: Served, google: Google
) -> None:
    sheet.update([["1", "Ada"], ["2", "Bob"]], "A2:B3")
    sheet.cut_range("A2:B3", "A3")
    assert sheet.get("A2:B4") == [[], ["1", "Ada"], ["2", "Bob"]]
    other = served.local.book.add_tab("Old")
    google.batch({"cutPaste": {"source": area(2, 0, 3, 2), "destination": at(0, 1, other.sheet_id)}})
    assert (other.values(1, 2, 1, 2), served.leads.values(3, 1, 1, 2)) == ([["1", "Ada"]], [[None, None]])


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


def test_a_text_is_replaced_wherever_it_shows_and_the_reply_counts(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada Ada", "NEW"], ["2", "ada", "=B2"], ["3", "Adam", "NEW"]])
    other = served.local.book.add_tab("Old")
    other.write(1, 1, [["Ada"]])
    find: dict[str, Any] = {"find": "ada", "replacement": "Eve"}
    (reply,) = google.batch({"findReplace": find | {"allSheets": True}})
    assert reply == {"findReplace": {"valuesChanged": 4, "rowsChanged": 4, "sheetsChanged": 2, "occurrencesChanged": 5}}
    assert (served.leads.values(2, 2, 3), other.values(1, 1)) == ([["Eve Eve"], ["Eve"], ["Evem"]], [["Eve"]])
    exactly = {"find": "Eve", "matchCase": True, "matchEntireCell": True, "sheetId": 0}
    google.batch({"findReplace": exactly})
    assert served.leads.values(2, 2, 3) == [["Eve Eve"], [None], ["Evem"]]
    assert google.batch({"findReplace": {"find": "nothing such", "range": area(0, 0, 9, 9)}}) == [{}]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"moveDimension": {"source": lines(1, 4), "destinationIndex": 2}}, "cannot be moved to 2"),
        ({"moveDimension": {"source": lines(1), "destinationIndex": 2000}}, "cannot be moved to 2000"),
        ({"moveDimension": {"source": lines(1, 4000), "destinationIndex": 0}}, "There are only 1000 rows"),
        ({"findReplace": {"find": "", "allSheets": True}}, "find must not be empty"),
        ({"findReplace": {"find": "a"}}, "Exactly one of range, sheetId and allSheets"),
        ({"findReplace": {"find": "a", "sheetId": 0, "allSheets": True}}, "Exactly one of"),
        ({"findReplace": {"find": "a", "sheetId": 0, "searchByRegex": True}}, "searchByRegex"),
        ({"findReplace": {"find": "a", "sheetId": 99}}, "No grid with id: 99"),
        ({"copyPaste": {"source": area(0, 0, 2, 2), "destination": area(999, 0, 1000, 1)}}, "beyond the last cell"),
        ({"copyPaste": {"source": area(0, 0, 1, 1), "destination": area(5, 5, 5, 5)}}, "Invalid range"),
        (
            {"copyPaste": {"source": area(0, 0, 1, 1), "destination": area(5, 5, 6, 6), "pasteType": "PASTE_ALL"}},
            "pasteType",
        ),
        ({"cutPaste": {"source": area(0, 0, 1, 2), "destination": at(0, 25)}}, "beyond the last cell"),
        ({"cutPaste": {"source": area(0, 0, 1, 1), "destination": at(-1001, 0)}}, "indexes must be >= 0"),
        ({"cutPaste": {"source": area(0, 0, 1, 1), "destination": at(0, -27)}}, "indexes must be >= 0"),
        ({"cutPaste": {"source": area(0, 0, 1, 1), "destination": at(1000, 0)}}, "rowIndex[1000] is after last row"),
        ({"cutPaste": {"source": area(0, 0, 1, 1), "destination": at(0, 26)}}, "columnIndex[26] is after last column"),
        ({"updateCells": {"start": at(-1001, 0), "rows": NOTE, "fields": "note"}}, "indexes must be >= 0"),
        ({"copyPaste": {"source": area(0, 0, 1, 1), "destination": {"sheetId": 7}}}, "at most 1000000 cells"),
        ({"copyPaste": {"source": {"sheetId": 7}, "destination": area(0, 0, 1, 1)}}, "at most 1000000 cells"),
        ({"cutPaste": {"source": {"sheetId": 7}, "destination": at(0, 0)}}, "at most 1000000 cells"),
        ({"addProtectedRange": {"protectedRange": {"range": area(-1, 0, 5, 5)}}}, "Invalid range"),
        ({"addProtectedRange": {"protectedRange": {"range": area(5, 0, 5, 5)}}}, "Invalid range"),
    ],
)
def test_what_google_would_not_do_is_refused_and_changes_nothing(
    google: Google, served: Served, request_: dict[str, Any], words: str
) -> None:
    google.batch({"addSheet": {"properties": {"sheetId": 7, "gridProperties": {"rowCount": 40_000}}}})
    before = served.local.book.now
    assert words in refused(google, request_)
    assert served.local.book.now == before


@pytest.mark.parametrize(
    "request_",
    [
        {"cutPaste": {"source": area(1, 0, 2, 2), "destination": at(9, 0)}},
        {"copyPaste": {"source": area(9, 0, 10, 2), "destination": area(1, 0, 2, 2)}},
        {"moveDimension": {"source": lines(1), "destinationIndex": 5}},
        {"findReplace": {"find": "Ada", "sheetId": 0}},
    ],
)
def test_a_protected_range_stops_them(google: Google, served: Served, request_: dict[str, Any]) -> None:
    served.leads.write(2, 1, [["1", "Ada"]])
    served.leads.write(10, 1, [["9", "Ida"]])
    served.leads.protect("A2:B2")
    assert "protected cell or object" in refused(google, request_)
    assert served.leads.values(2, 1, 1, 2) == [[1, "Ada"]]
