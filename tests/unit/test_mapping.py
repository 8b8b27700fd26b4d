"""Cells from either channel in one canonical form, columns wherever they stand."""

from dataclasses import replace

import pytest

from bridge.config.fields import COLUMNS, shipped
from bridge.core.cells import READERS, cell_format, cell_value
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.core.values import Cell, Day, Failed, Refusal

MAPPING = shipped()

SAME = [
    ("id", "12", Cell(12, "12")),
    ("id", "12", Cell(12.0, "12.00")),
    ("id", "12", Cell("12", "12")),
    ("id", "12", Cell("12.0", "12.0")),
    ("id", "007", Cell("007", "007")),
    ("id", "007", Cell(7, "007")),
    ("id", "7", Cell(7, "7")),
    ("id", "1234567", Cell(1234567.0, "1,234,567")),
    ("id", "1234567", Cell(1234567.0, "1.23E+06")),
    ("id", "1234567.5", Cell(1234567.5, "1 234 567,50")),
    ("id", "-5", Cell(-5, "(5.00)")),
    ("id", "50%", Cell("50%", "50%")),
    ("id", None, Cell(format="DATE")),
    ("text", "Vikram", Cell("  Vikram ", "  Vikram ")),
    ("text", "12 %", Cell(0.12, "12 %")),
    ("text", "#N/A", Cell("#N/A", "#N/A")),
    ("id", "#REF!", Cell("#REF!", "#REF!")),
    ("text", "=1+1", Cell("=1+1", "=1+1")),
    ("text", "a\nb", Cell("a\r\nb", "a\r\nb")),
    ("text", None, Cell("", "")),
    ("text", None, Cell()),
    ("number", "0", Cell(0, "0")),
    ("number", "0", Cell(-0.0, "0")),
    ("number", "12.5", Cell(12.50, "12.50")),
    ("number", "100", Cell("100", "100")),
    ("number", "100", Cell(1e2, "1E+02")),
    ("date", "2026-11-22", Cell(Day("2026-11-22"), "22.11.2026")),
    ("date", "2026-11-22", Cell(46348, "22/11/2026", format="DATE")),
    ("date", "2026-11-22", Cell(46348.75, "22/11/2026 18:00", format="DATE_TIME")),
    ("date", "2026-11-22", Cell(Day("2026-11-22"), "22.11.2026 18:00")),
    ("date", "2026-11-22", Cell("2026-11-22T18:00:00Z", "2026-11-22T18:00:00Z")),
    ("date", "1899-12-31", Cell(1, "31/12/1899", format="DATE")),
    ("date", "9999-12-31", Cell(2958465, "31/12/9999", format="DATE")),
    ("date", None, Cell(format="TIME")),
    ("date", "2026-11-22", Cell("2026-11-22", "2026-11-22")),
    ("checkbox", False, Cell(False, "FALSE")),
    ("checkbox", False, Cell("FALSE", "FALSE")),
    ("checkbox", None, Cell()),
]


@pytest.mark.parametrize(("kind", "canonical", "cell"), SAME)
def test_one_canonical_form_from_either_channel(kind, canonical, cell):
    read = READERS[kind](cell)
    assert (read, type(read)) == (canonical, type(canonical))


@pytest.mark.parametrize(
    ("kind", "cell", "why"),
    [
        ("number", Cell("dozen", "dozen"), "'dozen' is not a number"),
        ("number", Cell("NaN", "NaN"), "is not a number"),
        ("number", Cell(True, "TRUE"), "is not a number"),
        ("number", Cell("1e9999999999", "1e9999999999"), "too large or too small for a number in a cell"),
        ("number", Cell("1e-9999999999", "1e-9999999999"), "too large or too small for a number in a cell"),
        ("number", Cell("1_000", "1_000"), "not a number"),
        ("number", Cell("12345678901234567890", "12345678901234567890"), "more digits"),
        ("date", Cell("soon", "soon"), "is not a date"),
        ("date", Cell("2026-11-231", "2026-11-231"), "is not a date"),
        ("date", Cell(1e300, "1E+300"), "is not a date"),
        ("checkbox", Cell("maybe", "maybe"), "not TRUE or FALSE"),
        ("id", Cell(46348, "22/11/2026", format="DATE"), "an id that is a date changes with its format"),
        ("id", Cell(0.5, "50%", format="PERCENT"), "'50%' is a number that only its format shows so"),
        ("id", Cell(5, "$5.00", format="CURRENCY"), "'.5.00' is a number that only its format shows so"),
        ("id", Cell(5, "5,00\u00a0€"), "'5,00 €' is a number that only its format shows so"),
        ("id", Cell(12, "LEAD-12"), "'LEAD-12' is a number that only its format shows so"),
        ("id", Cell(0.5, "1/2"), "'1/2' is a number that only its format shows so"),
        ("id", Cell(0.6, "14:30", format="TIME"), "an id that is a date changes with its format"),
        (
            "id",
            Cell(1234567890123456, "1.23457E+15"),
            "'1.23457E.15' is a number of more than 15 digits.*as plain text",
        ),
        ("id", Cell(1234567890123456.0, "1234567890123456"), "format the column as plain text and type the id again"),
        ("id", Cell(-1e21, "-1E+21"), "format the column as plain text"),
        ("text", Cell(Failed("#REF!"), "#REF!"), "the cell shows #REF!"),
        ("id", Cell(Failed("#N/A"), "#N/A"), "the cell shows #N/A"),
        ("number", Cell(Failed("#DIV/0!"), "#DIV/0!"), "the cell shows #DIV/0!"),
        ("date", Cell(Failed("#VALUE!"), "#VALUE!", format="DATE"), "the cell shows #VALUE!"),
        ("checkbox", Cell(Failed("Loading..."), "Loading..."), "the cell shows Loading..."),
    ],
)
def test_what_does_not_fit_is_refused_in_words(kind, cell, why):
    with pytest.raises(Refusal, match=why):
        READERS[kind](cell)


NO_DATES = {
    "14:30": [Cell(0.604166667, "14:30", format="TIME"), Cell(Day("1899-12-30"), "14:30")],
    "2:30 PM": [Cell(0.604166667, "2:30 PM", format="TIME"), Cell(Day("1899-12-30"), "2:30 PM")],
    "49:30:00": [Cell(2.0625, "49:30:00", format="TIME"), Cell(Day("1900-01-01"), "49:30:00")],
    "30/12/1899": [Cell(0.25, "30/12/1899", format="DATE"), Cell(Day("1899-12-30"), "30/12/1899")],
    "27/12/1899": [Cell(-3, "27/12/1899", format="DATE"), Cell(Day("1899-12-27"), "27/12/1899")],
    "12%": [Cell(0.12, "12%", format="PERCENT"), Cell(0.12, "12%")],
    "$5": [Cell(5, "$5", format="CURRENCY"), Cell(5, "$5")],
    "2026": [Cell(2026, "2026"), Cell("2026", "2026")],
    "46,348": [Cell(46348, "46,348", format="NUMBER"), Cell(46348, "46,348")],
    "-3": [Cell(-3, "-3")],
    "1E+05": [Cell(1e5, "1E+05", format="SCIENTIFIC"), Cell(1e5, "1E+05")],
    "TRUE": [Cell(True, "TRUE")],
    "20261201": [Cell(20261201, "20261201"), Cell("20261201", "20261201")],
    "2026-W52-4": [Cell("2026-W52-4", "2026-W52-4")],
    "2026-12-24 or later": [Cell("2026-12-24 or later", "2026-12-24 or later")],
    "24.12.2026": [Cell("24.12.2026", "24.12.2026")],
    "2026-02-30": [Cell("2026-02-30", "2026-02-30")],
    "0000-01-01": [Cell("0000-01-01", "0000-01-01")],
    "1850-05-03": [Cell("1850-05-03", "1850-05-03")],
    "10000-01-01": [Cell(2958466, "10000-01-01", format="DATE"), Cell("10000-01-01", "10000-01-01")],
}


@pytest.mark.parametrize(("typed", "cell"), [(typed, cell) for typed, cells in NO_DATES.items() for cell in cells])
def test_what_does_not_show_a_day_is_no_date_and_named_as_it_was_typed(typed, cell):
    with pytest.raises(Refusal) as refused:
        READERS["date"](cell)
    assert str(refused.value).startswith(f"'{typed}' is ")


def test_what_shows_a_date_or_a_time_is_no_number():
    for cell in (
        Cell(46348, "22/11/2026", format="DATE"),
        Cell(Day("1899-12-30"), "14:30"),
        Cell(0.6, "", format="TIME"),
    ):
        with pytest.raises(Refusal, match="is not a number"):
            READERS["number"](cell)


@pytest.mark.parametrize(
    ("kind", "canonical", "cell"), [row for row in SAME if row[0] in {"text", "number", "checkbox", "date"}]
)
def test_what_is_written_reads_back_as_what_was_meant(kind, canonical, cell):
    for present in (Cell(), Cell(format="DATE"), Cell(format="TEXT"), Cell(format="TIME")):
        written = cell_value(kind, canonical, present)
        shown = "TRUE" if written is True else "FALSE" if written is False else str(written)
        new = cell_format(kind, canonical, present)
        format = present.format if new is None else new
        assert READERS[kind](Cell(None if written == "" else written, shown, format=format)) == canonical


def header(*texts):
    return [Cell(text, text) for text in texts]


def test_columns_are_found_wherever_they_stand_and_however_they_are_spelt():
    layout = MAPPING.locate(header("Phone", " STATUS ", "Task ID", "Lead Name", "id"))
    assert layout.positions == {"status": 1, "task_id": 2, "name": 3, "id": 4}


def test_a_missing_required_column_is_named_and_the_others_still_work():
    layout = MAPPING.locate(header("id", "name"))
    assert (layout.missing, layout.positions) == (("status",), {"id": 0, "name": 1})


def test_of_two_columns_with_one_header_the_left_one_counts_and_it_is_said():
    layout = MAPPING.locate(header("id", "status", "status"))
    told = "2 columns fit status: 'status' (column B) is synced, 'status' (column C) is not. Rename what is not meant"
    assert (layout.positions["status"], layout.doubled) == (1, (told,))


@pytest.mark.parametrize("alias", ["Stage", "stage\u200b", "\ufeffSTAGE"])
def test_an_exact_header_counts_before_an_alias_that_stands_further_left(alias):
    layout = MAPPING.locate(header("id", alias, "name", "Status", "assignee", "owner"))
    assert (layout.positions["status"], layout.positions["owner"]) == (3, 5)
    assert [told[:38] for told in layout.doubled] == [
        "2 columns fit status: 'Status' (column",
        "2 columns fit owner: 'owner' (column F",
    ]


def test_the_first_header_of_a_configured_column_is_the_exact_one():
    mapping = SheetMapping((Column("name", ("customer", "name"), "text", "title"),))
    assert mapping.locate(header("Name", "Customer")).positions == {"name": 1}


def test_trailing_cells_that_google_trimmed_are_empty():
    layout = MAPPING.locate(header("id", "name", "status", "task_id"))
    row = MAPPING.read_row(2, [Cell(12, "12"), Cell("Vikram", "Vikram")], layout)
    assert (row.lead_id, row.values) == ("12", {"name": "Vikram", "status": None, "task_id": None})


def test_a_blank_row_is_blank_even_with_blanks_in_it():
    layout = MAPPING.locate(header("id", "name", "status"))
    assert MAPPING.read_row(2, [Cell(" ", " "), Cell("", "")], layout).blank


def test_a_bad_cell_is_refused_alone_and_the_rest_of_the_row_is_read():
    layout = MAPPING.locate(header("id", "name", "status"))
    row = MAPPING.read_row(2, [Cell(1, "1"), Cell("Ann", "Ann"), Cell("WON", "WON")], layout)
    assert row.values == {"name": "Ann"}
    assert "use one of NEW" in row.refused["status"]


def test_the_default_note_of_a_task_is_an_empty_cell():
    task = {"id": "1", "status": "TODO", "notes": "Auto-created from Sheets", "assignee": None, "due": None}
    assert MAPPING.task_as_lead(task, ({},), {})["notes"] is None
    assert MAPPING.task_changes({"name": "Vikram", "notes": None}) == {
        "title": "Follow up: Vikram",
        "notes": "Auto-created from Sheets",
    }


def test_a_new_task_starts_with_what_empty_cells_mean_whichever_column_feeds_its_field():
    memo = Column("memo", ("memo",), task_field="notes", when_empty="-")
    own = SheetMapping((*(column for column in COLUMNS if column.task_field != "notes"), memo))
    assert own.new_task({"name": "Ann"}) == {"title": "Follow up: Ann", "status": "TODO", "notes": "-"}
    assert MAPPING.new_task({"name": "Ann", "owner": "Eve"}) == {
        "title": "Follow up: Ann", "status": "TODO", "notes": "Auto-created from Sheets", "assignee": "Eve"
    }  # fmt: skip


def test_limits_come_from_the_task_and_a_name_leaves_room_for_the_rest_of_its_title():
    limits = {name: MAPPING.longest(name) for name in MAPPING.by_field}
    assert limits == {
        "id": 200, "name": 489, "status": None, "task_id": None, "notes": 50_000, "owner": 200, "due": None, "sync": None
    }  # fmt: skip
    assert replace(MAPPING, title="{name} {{!}}").longest("name") == 496
