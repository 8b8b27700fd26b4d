"""The real gspread and google-auth against the local Google, over real HTTP."""

from typing import Any

import gspread
import pytest
from gspread.utils import ValidationConditionType

from tests.local_google.conftest import Served


def test_what_is_written_is_read_back(sheet: gspread.Worksheet) -> None:
    sheet.update([["12", "Vikram", "NEW"], ["007", "Ada", ""]], "A2:C3", raw=True)
    assert sheet.get_all_values() == [
        ["id", "name", "status", "task_id"],
        ["12", "Vikram", "NEW", ""],
        ["007", "Ada", "", ""],
    ]
    assert sheet.get_all_records()[0] == {"id": 12, "name": "Vikram", "status": "NEW", "task_id": ""}


def test_typed_values_are_parsed_and_rendered(sheet: gspread.Worksheet) -> None:
    sheet.update([["12", "007", "TRUE", "2026-11-22", "=A2", "'x"]], "A2", raw=False)
    assert sheet.get("A2:F2", value_render_option="UNFORMATTED_VALUE") == [[12, 7, True, 46348, "#N/A", "x"]]
    assert sheet.get("A2:F2") == [["12", "7", "TRUE", "2026-11-22", "#N/A", "x"]]
    assert sheet.get("A2:F2", value_render_option="FORMULA") == [[12, 7, True, 46348, "=A2", "x"]]
    plain = sheet.get("D2", value_render_option="UNFORMATTED_VALUE", date_time_render_option="FORMATTED_STRING")
    assert plain == [["2026-11-22"]]


def test_reading_trims_what_is_empty_at_the_end(sheet: gspread.Worksheet) -> None:
    sheet.update([["a", ""], ["", ""], ["", "b", ""]], "A2:C4")
    assert sheet.get("A2:D9") == [["a"], [], ["", "b"]]
    assert sheet.get("A2:D9", major_dimension="COLUMNS") == [["a"], ["", "", "b"]]
    assert sheet.get("F1:G9") == [[]]


def test_many_ranges_are_read_and_written_in_one_call_each(sheet: gspread.Worksheet, served: Served) -> None:
    before = served.local.calls.reads, served.local.calls.writes
    sheet.batch_update([{"range": "A2:B2", "values": [[1, "a"]]}, {"range": "A5", "values": [[2]]}])
    assert sheet.batch_get(["A2:B2", "A5"]) == [[["1", "a"]], [["2"]]]
    assert (served.local.calls.reads, served.local.calls.writes) == (before[0] + 1, before[1] + 1)


def test_appending_goes_below_the_table(sheet: gspread.Worksheet) -> None:
    sheet.update([["1", "a"]], "A2:B2")
    sheet.update([["below"]], "A9")
    answer = sheet.append_rows([["2", "b"], ["3", "c"]], insert_data_option="INSERT_ROWS", table_range="A1:D1")
    assert answer["tableRange"] == "Leads!A1:D2"
    assert answer["updates"]["updatedRange"] == "Leads!A3:B4"
    assert sheet.col_values(1) == ["id", "1", "2", "3", "", "", "", "", "", "", "below"]


def test_appending_grows_a_full_grid(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.resize(rows=1, cols=4)
    sheet.append_row([1, "a"])
    assert (served.leads.grid.row_count, sheet.row_values(2)) == (2, ["1", "a"])


def test_the_title_of_a_tab_may_hold_anything(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.update_title("It's a/b: 100%!")
    sheet.update([["x"]], "B2")
    assert sheet.get("B2") == [["x"]]
    assert served.local.book.tabs()[0].title == "It's a/b: 100%!"


def test_rows_and_columns_come_and_go(sheet: gspread.Worksheet) -> None:
    sheet.insert_rows([["1", "a"], ["2", "b"]], row=2)
    sheet.delete_rows(2)
    sheet.add_rows(5)
    sheet.add_cols(2)
    assert sheet.get_all_values()[1] == ["2", "b", "", ""]
    assert (sheet.row_count, sheet.col_count) == (1006, 28)
    sheet.delete_columns(1)
    assert sheet.row_values(1) == ["name", "status", "task_id"]


def test_sorting_reorders_whole_rows(sheet: gspread.Worksheet) -> None:
    sheet.update([[3, "c"], [1, "a"], [2, "b"]], "A2:B4")
    sheet.sort((1, "des"), range="A2:D4")
    assert sheet.col_values(2)[1:] == ["c", "b", "a"]


def test_tabs_are_added_copied_reordered_hidden_and_removed(sheet: gspread.Worksheet, served: Served) -> None:
    book = sheet.spreadsheet
    second = book.add_worksheet("Second", rows=10, cols=5)
    copy = sheet.duplicate(new_sheet_name="Copy")
    book.reorder_worksheets([second, copy, sheet])
    second.hide()
    assert [(tab.title, tab.row_count, tab.isSheetHidden) for tab in book.worksheets()] == [
        ("Second", 10, True),
        ("Copy", 1000, False),
        ("Leads", 1000, False),
    ]
    assert copy.row_values(1) == sheet.row_values(1)
    book.del_worksheet(second)
    assert [tab.title for tab in served.local.book.tabs()] == ["Copy", "Leads"]


def test_frozen_rows_title_zone_and_locale_are_kept(sheet: gspread.Worksheet) -> None:
    book = sheet.spreadsheet
    sheet.freeze(rows=2, cols=1)
    book.update_title("Sales")
    book.update_timezone("Europe/Berlin")
    book.update_locale("en_US")
    again = sheet.client.fetch_sheet_metadata(book.id)
    assert again["properties"]["title"] == "Sales"
    assert (again["properties"]["timeZone"], again["properties"]["locale"]) == ("Europe/Berlin", "en_US")
    assert again["sheets"][0]["properties"]["gridProperties"]["frozenRowCount"] == 2


def test_number_formats_change_what_is_shown(sheet: gspread.Worksheet) -> None:
    sheet.format("A2:A9", {"numberFormat": {"type": "NUMBER", "pattern": "000"}})
    sheet.format("B:B", {"numberFormat": {"type": "TEXT"}})
    sheet.update([["7", "007"]], "A2:B2", raw=False)
    assert sheet.get("A2:B2") == [["007", "007"]]
    assert sheet.get("A2:B2", value_render_option="UNFORMATTED_VALUE") == [[7, "007"]]


def test_clearing_leaves_the_rest(sheet: gspread.Worksheet) -> None:
    sheet.update([["1", "a", "NEW"]], "A2:C2")
    sheet.batch_clear(["A2", "C2"])
    assert sheet.row_values(2) == ["", "a"]
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_cells_are_found(sheet: gspread.Worksheet) -> None:
    sheet.update([["12", "Vikram"]], "A2:B2")
    found = sheet.find("Vikram")
    assert found is not None
    assert (found.row, found.col, sheet.acell("B2").value) == (2, 2, "Vikram")


def test_a_rule_binds_the_person_but_not_the_api(sheet: gspread.Worksheet, served: Served) -> None:
    rule = ValidationConditionType.one_of_list
    sheet.add_validation("C2:C9", rule, ["NEW", "LOST"], strict=True, showCustomUi=True)
    assert served.post("/edit", {"range": "C2", "values": [["WON"]]}).status_code == 400
    assert served.post("/edit", {"range": "C2", "values": [["LOST"]]}).status_code == 200
    sheet.update([["WON"]], "C3")
    assert sheet.col_values(3) == ["status", "LOST", "WON"]


def test_a_protected_cell_fails_the_whole_batch(sheet: gspread.Worksheet, served: Served) -> None:
    guard = served.leads.protect("A:A")
    with pytest.raises(gspread.exceptions.APIError, match="protected cell or object") as raised:
        sheet.batch_update([{"range": "B2", "values": [["x"]]}, {"range": "A2", "values": [["y"]]}])
    assert raised.value.response.status_code == 400
    assert sheet.row_values(2) == []
    with pytest.raises(gspread.exceptions.APIError, match="protected cell or object"):
        sheet.delete_rows(3)
    served.leads.unprotect(guard)
    sheet.update([["y"]], "A2")


def test_who_protects_a_range_may_edit_it(sheet: gspread.Worksheet) -> None:
    sheet.add_protected_range("A2:A9", description="ids")
    sheet.update([["1"]], "A2")
    listed: list[dict[str, Any]] = sheet.spreadsheet.list_protected_ranges(sheet.id)
    assert listed[0]["range"] == {
        "sheetId": 0, "startRowIndex": 1, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1
    }  # fmt: skip
    sheet.delete_protected_range(listed[0]["protectedRangeId"])
    assert sheet.spreadsheet.list_protected_ranges(sheet.id) == []


def test_a_token_that_may_only_read_cannot_write(served: Served) -> None:
    read_only = served.client("https://www.googleapis.com/auth/spreadsheets.readonly")
    sheet = read_only.open_by_key(served.local.book.id).sheet1
    assert sheet.row_values(1)[0] == "id"
    with pytest.raises(gspread.exceptions.APIError, match="insufficient authentication scopes"):
        sheet.update([["x"]], "A2")


def test_a_forgotten_token_is_fetched_anew(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.tokens.forget()
    assert sheet.row_values(1)[0] == "id"


def test_notes_are_put_read_and_taken_away(sheet: gspread.Worksheet) -> None:
    sheet.update_notes({"B2": "call back", "C3": "lost?"})
    assert sheet.get_note("B2") == "call back"
    assert sheet.get_notes()[1:] == [["", "call back"], ["", "", "lost?"]]
    sheet.clear_notes(["B2"])
    assert sheet.get_notes()[1:] == [[], ["", "", "lost?"]]
    assert sheet.row_values(3) == []


def test_a_note_stays_with_its_cell_and_not_with_new_rows(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.update_note("A2", "ours")
    sheet.insert_rows([["1"], ["2"]], row=2, inherit_from_before=False)
    assert sheet.get_note("A4") == "ours"
    served.local.person.insert_rows("Leads", 5)
    assert sheet.get_note("A5") == ""


def test_several_ranges_are_cleared_in_one_call(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.update([["1", "a", "NEW"], ["2", "b", "LOST"]], "A2:C3")
    before = served.local.calls.writes
    assert sheet.batch_clear(["A2", "B2:C9"])["clearedRanges"] == ["Leads!A2", "Leads!B2:C9"]
    assert (served.local.calls.writes, sheet.get("A2:C3")) == (before + 1, [[], ["2"]])


def test_columns_are_inserted_with_values_before_others(sheet: gspread.Worksheet) -> None:
    sheet.insert_cols([["phone", "123"], ["mail"]], col=2)
    assert sheet.get("A1:D2") == [["id", "phone", "mail", "name"], ["", "123"]]


def test_every_record_has_the_header_as_its_keys(sheet: gspread.Worksheet) -> None:
    sheet.append_rows([["1", "Ada", "NEW"], ["2", "Bob"]])
    assert [record["name"] for record in sheet.get_all_records()] == ["Ada", "Bob"]
    assert sheet.get_all_records(numericise_ignore=["all"])[1] == {
        "id": "2", "name": "Bob", "status": "", "task_id": ""
    }  # fmt: skip
    assert [cell.address for cell in sheet.findall("Ada")] == ["B2"]


@pytest.mark.parametrize(
    ("act", "named"),
    [
        (lambda sheet: sheet.merge_cells("A1:B1"), "mergeCells"),
        (lambda sheet: sheet.set_basic_filter(), "setBasicFilter"),
        (lambda sheet: sheet.update_tab_color("#ff0000"), "tabColor"),
        (lambda sheet: sheet.format("A1", {"textFormat": {"bold": True}}), "textFormat"),
        (lambda sheet: sheet.columns_auto_resize(0, 2), "autoResizeDimensions"),
        (lambda sheet: sheet.hide_rows(2, 3), "updateDimensionProperties"),
    ],
)
def test_looks_are_refused_by_name(sheet: gspread.Worksheet, served: Served, act: Any, named: str) -> None:
    before = served.local.book.now
    with pytest.raises(gspread.exceptions.APIError, match=named) as raised:
        act(sheet)
    assert (raised.value.response.status_code, served.local.book.now) == (400, before)
