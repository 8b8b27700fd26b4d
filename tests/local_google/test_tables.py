"""Tables: made by Google's own client or by hand, with typed columns, and rows that are put below or above a footer."""

from typing import Any

import gspread
import pytest
from googleapiclient.errors import HttpError

from tests.local_google.conftest import Google, Served, lines

OPTIONS = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "NEW"}, {"userEnteredValue": "LOST"}]}}
TYPES = [
    {"columnIndex": 0, "columnName": "id", "columnType": "TEXT"},
    {"columnIndex": 2, "columnName": "Status", "columnType": "DROPDOWN", "dataValidationRule": OPTIONS},
    {"columnIndex": 3, "columnName": "Called", "columnType": "BOOLEAN"},
]
FOOTER = {"footerColorStyle": {"rgbColor": {"red": 1}}}


def area(top: int, bottom: int, left: int = 0, right: int = 4) -> dict[str, int]:
    return {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": left, "endColumnIndex": right}


def add(google: Google, **more: Any) -> dict[str, Any]:
    """A table of A1:D4; the API's answer."""
    table = {"name": "Sales", "tableId": "sales", "range": area(0, 4)} | more
    (reply,) = google.batch({"addTable": {"table": table}})
    made: dict[str, Any] = reply["addTable"]["table"]
    return made


def tables(google: Google) -> list[dict[str, Any]]:
    """The tables of the first tab."""
    listed: list[dict[str, Any]] = google.get(fields="sheets.tables")["sheets"][0].get("tables", [])
    return listed


def row(*texts: str) -> dict[str, Any]:
    return {"values": [{"userEnteredValue": {"stringValue": text}} for text in texts]}


def append(google: Google, *rows: dict[str, Any], **where: Any) -> None:
    google.batch({"appendCells": {"rows": rows, "fields": "userEnteredValue", **where}})


def refused(google: Google, request: dict[str, Any]) -> str:
    with pytest.raises(HttpError) as error:
        google.batch(request)
    assert error.value.resp.status == 400
    return str(error.value.reason)


def test_a_table_is_listed_with_its_columns(google: Google) -> None:
    made = add(google, columnProperties=TYPES)
    assert made == {
        "tableId": "sales",
        "name": "Sales",
        "range": area(0, 4),
        "columnProperties": [
            {"columnName": "id", "columnType": "TEXT"},
            {"columnIndex": 2, "columnName": "Status", "columnType": "DROPDOWN", "dataValidationRule": OPTIONS},
            {"columnIndex": 3, "columnName": "Called", "columnType": "BOOLEAN"},
        ],
    }
    assert tables(google) == [made]


def test_the_names_of_columns_are_its_header(google: Google, served: Served) -> None:
    add(google, range=area(0, 3, 0, 5), columnProperties=TYPES)
    assert served.leads.values(1, 1, 1, 5) == [["id", "name", "Status", "Called", "Column 5"]]


def test_typed_columns_show_in_their_cells_and_refuse_nothing(google: Google, served: Served) -> None:
    add(google, columnProperties=TYPES)
    assert served.post("/edit", {"range": "A2:C2", "values": [["007", "Ada", "WON"]]}).status_code == 200
    assert served.leads.values(2, 1, 1, 4) == [["007", "Ada", "WON", False]]
    rule = served.leads.cells(2, 3)[0][0].validation
    assert rule is not None
    assert (rule.options, rule.strict) == (("NEW", "LOST"), False)
    served.local.person.tick("D2")
    assert served.leads.values(2, 4) == [[True]]


def test_rows_for_a_table_fill_its_free_rows_first(google: Google, served: Served) -> None:
    add(google, columnProperties=TYPES, rowsProperties=FOOTER)
    served.leads.write(2, 1, [["1", "Ada"]])
    append(google, row("2", "Bob"), tableId="sales")
    assert served.leads.shown(2, 1, 3, 2) == [["1", "Ada"], ["2", "Bob"], ["", ""]]
    assert tables(google)[0]["range"] == area(0, 4)


def test_rows_for_a_full_table_come_above_its_footer(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada"], ["2", "Bob"], ["total", "2"], ["below"]])
    add(google, columnProperties=TYPES, rowsProperties=FOOTER)
    append(google, row("3", "Cyd"), row("4", "Dan"), tableId="sales", sheetId=9)
    assert served.leads.shown(2, 1, 6, 2) == [
        ["1", "Ada"], ["2", "Bob"], ["3", "Cyd"], ["4", "Dan"], ["total", "2"], ["below", ""]
    ]  # fmt: skip
    assert tables(google)[0]["range"] == area(0, 6)
    assert served.leads.values(5, 4) == [[False]]


def test_rows_for_a_full_table_without_a_footer_make_it_longer(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1"], ["2"], ["3"], ["below"]])
    add(google)
    append(google, row("4"), tableId="sales")
    assert served.leads.shown(2, 1, 5) == [["1"], ["2"], ["3"], ["4"], ["below"]]
    assert tables(google)[0]["range"] == area(0, 5)


def test_rows_for_the_tab_come_below_the_footer_and_do_not_join_the_table(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1"], ["2"], ["total"]])
    add(google, rowsProperties=FOOTER)
    append(google, row("3"), sheetId=0)
    assert served.leads.shown(4, 1, 2) == [["total"], ["3"]]
    assert tables(google)[0]["range"] == area(0, 4)


def test_values_are_appended_to_the_body_of_a_table(google: Google, sheet: gspread.Worksheet) -> None:
    sheet.update([["1"], ["2"], ["total"]], "A2:A4", raw=True)
    add(google, rowsProperties=FOOTER)
    answer = sheet.append_rows([["3", "Cyd"]], table_range="A1:D1")
    assert (answer["tableRange"], answer["updates"]["updatedRange"]) == ("Leads!A1:D4", "Leads!A4:B4")
    assert sheet.col_values(1) == ["id", "1", "2", "3", "total"]


def test_a_footer_comes_and_goes_with_a_row(google: Google) -> None:
    add(google)
    update = {"tableId": "sales", "rowsProperties": FOOTER}
    google.batch({"updateTable": {"table": update, "fields": "rowsProperties.footerColorStyle"}})
    (table,) = tables(google)
    assert (table["range"], "footerColorStyle" in table["rowsProperties"]) == (area(0, 5), True)
    google.batch({"updateTable": {"table": {"tableId": "sales"}, "fields": "rowsProperties"}})
    (table,) = tables(google)
    assert (table["range"], "rowsProperties" in table) == (area(0, 4), False)


def test_a_table_is_renamed_resized_and_typed_anew(google: Google, served: Served) -> None:
    add(google, columnProperties=TYPES)
    change = {"tableId": "sales", "name": "Leads", "range": area(0, 6, 0, 3), "columnProperties": [TYPES[1]]}
    google.batch({"updateTable": {"table": change, "fields": "name,range,columnProperties"}})
    (table,) = tables(google)
    assert (table["name"], table["range"], table["columnProperties"]) == ("Leads", area(0, 6, 0, 3), [TYPES[1]])
    assert served.leads.cells(6, 3)[0][0].validation is not None


def test_what_the_mask_does_not_name_stays(google: Google) -> None:
    made = add(google, columnProperties=TYPES, rowsProperties=FOOTER)
    google.batch({"updateTable": {"table": {"tableId": "sales", "name": "New"}, "fields": "name"}})
    assert tables(google) == [made | {"name": "New"}]


def test_a_deleted_table_takes_what_it_held(google: Google, served: Served) -> None:
    served.leads.write(2, 1, [["1"], [""], [""], ["below"]])
    add(google, columnProperties=TYPES)
    google.batch({"deleteTable": {"tableId": "sales"}})
    assert (tables(google), served.leads.shown(1, 1, 5)) == ([], [[""], [""], [""], [""], ["below"]])
    assert served.leads.cells(2, 3)[0][0].validation is None


def test_a_table_follows_its_lines(google: Google, served: Served) -> None:
    add(google, columnProperties=TYPES, rowsProperties=FOOTER)
    google.batch({"insertDimension": {"range": lines(0)}}, {"insertDimension": {"range": lines(1, 2, "COLUMNS")}})
    served.local.person.insert_rows("Leads", 3)
    (table,) = tables(google)
    assert (table["range"], [one.get("columnIndex", 0) for one in table["columnProperties"]]) == (
        area(1, 6, 0, 5),
        [0, 3, 4],
    )
    google.batch({"deleteDimension": {"range": lines(4, 6)}}, {"deleteDimension": {"range": lines(3, 4, "COLUMNS")}})
    (table,) = tables(google)
    assert (table["range"], [one["columnName"] for one in table["columnProperties"]]) == (area(1, 4), ["id", "Called"])
    assert "rowsProperties" not in table
    google.batch({"deleteDimension": {"range": lines(1, 4)}})
    assert tables(google) == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"tableId": "other", "name": "sales", "range": area(9, 12)}, "already exists"),
        ({"tableId": "sales", "name": "Other", "range": area(9, 12)}, "already exists"),
        ({"tableId": "other", "name": "Other", "range": area(3, 7, 3, 5)}, "cannot overlap"),
        ({"tableId": "other", "name": "Other", "range": area(9, 10)}, "a row below its header"),
        ({"tableId": "other", "name": "Other", "range": area(9, 11), "rowsProperties": FOOTER}, "a row below its header"),
        ({"tableId": "other", "name": "Other", "range": None}, "range must be set"),
        ({"tableId": "other", "name": "Other", "range": area(9, 12), "columnProperties": [{"columnIndex": 4}]}, "no column 4"),
        ({"columnProperties": [{"columnType": "DROPDOWN"}]}, "dataValidationRule must be ONE_OF_LIST"),
        ({"columnProperties": [{"columnType": "TEXT", "dataValidationRule": OPTIONS}]}, "dataValidationRule must be ONE_OF_LIST"),
        ({"columnProperties": [{"columnType": "MONEY"}]}, "columnType"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused(google: Google, served: Served, more: dict[str, Any], words: str) -> None:
    add(google)
    before = served.local.book.now
    table = {"name": "T", "tableId": "t", "range": area(9, 12)} | more
    assert words in refused(google, {"addTable": {"table": table}})
    assert served.local.book.now is before


def test_a_protected_range_keeps_a_table_out(google: Google, served: Served) -> None:
    served.leads.protect("B2:B2")
    assert "protected cell" in refused(google, {"addTable": {"table": {"name": "T", "range": area(0, 4)}}})


def test_a_row_wider_than_its_table_is_refused(google: Google) -> None:
    add(google)
    request = {"appendCells": {"tableId": "sales", "rows": [row(*"12345")], "fields": "userEnteredValue"}}
    assert "only 4 columns" in refused(google, request)


def test_a_person_converts_a_range_to_a_table(google: Google, served: Served) -> None:
    told: list[Any] = []
    served.local.person.on_event.append(told.append)
    assert served.post("/convert", {"range": "A1:D4", "name": "Sales", "footer": True}).status_code == 200
    (table,) = tables(google)
    assert (table["name"], table["range"], "rowsProperties" in table) == ("Sales", area(0, 4), True)
    assert [event.kind for event in told] == ["change"]
    assert served.post("/convert", {"range": "B2:C9", "name": "Other"}).status_code == 400
