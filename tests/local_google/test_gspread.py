"""The real gspread and google-auth against the local Google, over real HTTP."""

from typing import Any

import gspread
import pytest
from gspread.utils import ValidationConditionType

from bridge.local_google.sheet.cells import NumberFormat
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
    sheet.delete_rows(2, 1000)
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
    assert sheet.get_all_values()[1] == ["2", "b", "", ""]
    again = sheet.spreadsheet.sheet1
    assert (again.row_count, again.col_count) == (1001, 26)
    sheet.delete_columns(1)
    assert sheet.row_values(1) == ["name", "status", "task_id"]


def test_a_tab_is_hidden_unless_it_is_the_only_one_to_see(sheet: gspread.Worksheet, served: Served) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="hide all the sheets in a document"):
        sheet.hide()
    served.local.person.add_tab()
    sheet.hide()
    assert [(tab.title, tab.isSheetHidden) for tab in sheet.spreadsheet.worksheets()] == [
        ("Leads", True),
        ("Sheet2", False),
    ]
    with pytest.raises(gspread.exceptions.APIError, match="You can't hide all"):
        sheet.spreadsheet.worksheet("Sheet2").hide()


def test_a_range_without_a_tab_is_on_the_first_one_that_is_visible(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.book.add_tab("A1").write(1, 1, [["second"]])
    assert sheet.spreadsheet.values_get("A1")["values"] == [["id"]]
    sheet.hide()
    assert sheet.spreadsheet.values_get("A1")["values"] == [["second"]]
    assert sheet.spreadsheet.values_get("'A1'!A1:B2")["range"] == "'A1'!A1:B2"


def test_the_book_tells_its_title_and_its_zone(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.book.set_time_zone("Europe/Berlin")
    told = sheet.client.fetch_sheet_metadata(sheet.spreadsheet_id)["properties"]
    assert (told["title"], told["timeZone"], told["locale"]) == ("Leads", "Europe/Berlin", "en_GB")


def test_number_formats_change_what_is_shown(sheet: gspread.Worksheet, served: Served) -> None:
    served.leads.set_format("A2:A9", NumberFormat("NUMBER", "000"))
    served.leads.set_format("B:B", NumberFormat("TEXT"))
    sheet.update([["7", "007"]], "A2:B2", raw=False)
    assert sheet.get("A2:B2") == [["007", "007"]]
    assert sheet.get("A2:B2", value_render_option="UNFORMATTED_VALUE") == [[7, "007"]]


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


def test_who_may_edit_a_protected_range_may_write_there(sheet: gspread.Worksheet, served: Served) -> None:
    served.leads.protect("A2:A9", [served.local.tokens.email], "ids")
    sheet.update([["1"]], "A2")
    (listed,) = sheet.spreadsheet.list_protected_ranges(sheet.id)
    place = {"startRowIndex": 1, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1}
    assert (listed["range"], listed["description"], listed["requestingUserCanEdit"]) == (place, "ids", True)


def test_a_protected_column_is_open_to_rows_to_come(sheet: gspread.Worksheet, served: Served) -> None:
    served.leads.protect("A:A")
    (listed,) = sheet.spreadsheet.list_protected_ranges(sheet.id)
    assert listed["range"] == {"startRowIndex": 0, "startColumnIndex": 0, "endColumnIndex": 1}
    with pytest.raises(gspread.exceptions.APIError, match="protected cell or object"):
        sheet.append_rows([["1"]] * 1000)


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
        (lambda sheet: sheet.sort((1, "des")), "sortRange"),
        (lambda sheet: sheet.columns_auto_resize(0, 2), "autoResizeDimensions"),
        (lambda sheet: sheet.hide_rows(2, 3), "updateDimensionProperties"),
    ],
)
def test_what_the_bridge_does_not_ask_for_is_refused_by_name(
    sheet: gspread.Worksheet, served: Served, act: Any, named: str
) -> None:
    before = served.local.book.now
    with pytest.raises(gspread.exceptions.APIError, match=named) as raised:
        act(sheet)
    assert (raised.value.response.status_code, served.local.book.now) == (400, before)


def test_a_tab_is_resized_and_another_is_added(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.update([["a"], ["b"], ["c"]], "A1:A3")
    sheet.resize(rows=2, cols=3)
    assert (sheet.row_count, sheet.col_count, sheet.get_all_values()) == (
        2,
        3,
        [["a", "name", "status"], ["b", "", ""]],
    )
    second = sheet.spreadsheet.add_worksheet("Second", rows=10, cols=5)
    assert (second.row_count, second.col_count, served.local.book.now.grids[-1].title) == (10, 5, "Second")
    with pytest.raises(gspread.exceptions.APIError, match="above the limit"):
        second.resize(rows=10_000_000, cols=1)


def test_formats_and_formulas_are_copied_and_formulas_name_the_row_they_come_to(
    sheet: gspread.Worksheet, served: Served
) -> None:
    tab = served.local.book.tab("Leads")
    sheet.update([["5", '=A1*$A$1+B1&"A1"', "own"]], "A1:C1", raw=False)
    sheet.format("A1", {"numberFormat": {"type": "DATE"}})
    sheet.copy_range("A1:C1", "A2:C3", "PASTE_FORMAT")
    assert [tab.cells(row, 1)[0][0].has_date or tab.cells(row, 1)[0][0].format.type for row in (2, 3)] == ["DATE"] * 2
    assert tab.values(2, 1, 1, 3) == [[None, None, None]]
    sheet.copy_range("B1:B1", "B2:B3", "PASTE_FORMULA")
    assert tab.formulas(2, 2, 2) == [['=A2*$A$1+B2&"A1"'], ['=A3*$A$1+B3&"A1"']]
    sheet.copy_range("A1:C1", "A4", "PASTE_NORMAL")
    assert tab.shown(4, 3) == [["own"]]
