"""One table: every kind of value through both channels, the sheet's script and Google's API, and back from the task."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bridge.config.fields import COLUMNS
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.google import dropdowns
from bridge.local_google.sheet.cells import ErrorValue, NumberFormat, Validation

EMOJI = "👩🏽‍💻 Zoë — “ü” \u200f"
LONG = "x" * 50_000


@dataclass(frozen=True)
class Case:
    """``typed`` in a cell (formatted as ``format``) becomes ``task`` in the task's field; a PATCH with ``patched``
    becomes ``shown`` in the cell.
    """

    kind: str
    field: str
    typed: Any
    task: Any
    patched: Any
    shown: str
    format: NumberFormat | None = None
    locale: str = "en_US"


DATE = NumberFormat("DATE", "dd.mm.yyyy")
CASES = {
    "text": Case("text", "notes", "call back", "call back", "done", "done"),
    "text that looks like a formula": Case("text", "notes", "'=1+1", "=1+1", "=2+2", "=2+2"),
    "text with a plus": Case("text", "notes", "'+49 30 1", "+49 30 1", "+49 30 2", "+49 30 2"),
    "text with a minus": Case("text", "notes", "'-5", "-5", "-6", "-6"),
    "text with an at": Case("text", "notes", "@home", "@home", "@work", "@work"),
    "emoji and other scripts": Case("text", "notes", EMOJI, EMOJI, EMOJI + "!", EMOJI + "!"),
    "50,000 characters": Case("text", "notes", LONG, LONG, LONG[:-1] + "y", LONG[:-1] + "y"),
    "lines": Case("text", "notes", "one\ntwo", "one\ntwo", "two\none", "two\none"),
    "a number in a text column": Case("text", "notes", 12, "12", "13", "13"),
    "leading zeros by format": Case("text", "notes", 7, "007", "008", "008", NumberFormat("NUMBER", "000")),
    "leading zeros as text": Case("text", "notes", "'007", "007", "008", "008"),
    "zero": Case("number", "assignee", 0, "0", "0.5", "0.5"),
    "a number": Case("number", "assignee", 12.5, "12.5", "13.25", "13.25"),
    "a large number": Case("number", "assignee", 2**53, "9007199254740992", "1", "1"),
    "FALSE": Case("checkbox", "assignee", False, "FALSE", "TRUE", "TRUE"),
    "TRUE": Case("checkbox", "assignee", True, "TRUE", "FALSE", "FALSE"),
    "a date": Case("date", "due", "2026-12-24", "2026-12-24", "2027-01-02", "02.01.2027", DATE),
    "a date in a German sheet": Case("date", "due", "24.12.2026", "2026-12-24", "2027-01-02", "02.01.2027", DATE, "de_DE"),
    "a date as text": Case("date", "due", "'2026-12-24", "2026-12-24", "2027-01-02", "2027-01-02", NumberFormat("TEXT", "@")),
    "a status": Case("status", "status", "contacted", "IN_PROGRESS", "DONE", "QUALIFIED"),
}  # fmt: skip


def mapped(case):
    plain = {column.field: column for column in COLUMNS if column.task_field != case.field or column.kind == case.kind}
    if case.field not in {column.task_field for column in plain.values()}:
        plain["value"] = Column("value", ("value",), kind=case.kind, task_field=case.field)
    columns = tuple(
        replace(column, headers=("value",)) if column.task_field == case.field else column for column in plain.values()
    )
    return SheetMapping(columns)


STORED = {"emoji and other scripts", "50,000 characters", "a date"}
"""What a database may keep in its own way."""


@pytest.fixture(
    params=[
        pytest.param(case, marks=pytest.mark.both if name in STORED else (), id=name) for name, case in CASES.items()
    ]
)
def case(request):
    return request.param


@pytest.fixture
def stack(running, case):
    header = ["id", "name", "value" if case.field == "status" else "status", "task_id", "value"]
    stack = running(header=header[:4] if case.field == "status" else header, mapping=mapped(case))
    book = stack.google.book
    if case.locale != "en_US":
        book.change(lambda now: replace(now, locale=case.locale, time_zone="Pacific/Auckland"))
    if case.format:
        book.tab("Leads").set_format("E2:E9", case.format)
    return stack


def where(case):
    return "C2" if case.field == "status" else "E2"


def shown(stack, case):
    column = 3 if case.field == "status" else 5
    return stack.google.book.tab("Leads").shown(2, column)[0][0]


def typed(stack, case):
    stack.edit("A2:B2", ["7", "Ann"])
    stack.edit(where(case), [case.typed])


def test_through_the_api_and_back(stack, case):
    typed(stack, case)
    stack.sweep()
    assert stack.task(1)[case.field] == case.task
    stack.patch(1, **{case.field: case.patched})
    stack.settle()
    assert shown(stack, case) == case.shown
    assert stack.get("/needs") == [need for need in stack.get("/needs") if need["kind"] == "silent"]


def test_through_the_script_and_back(stack, case):
    stack.install()
    stack.settle()
    typed(stack, case)
    assert stack.google.scripts.wait_idle(10)
    stack.settle()
    assert stack.task(1)[case.field] == case.task
    stack.patch(1, **{case.field: case.patched})
    stack.settle()
    assert shown(stack, case) == case.shown
    before = stack.calls()[1]
    stack.sweep()
    assert (stack.task(1)[case.field], stack.calls()[1]) == (case.patched, before)


def refused(stack):
    return [(need["field"], need["why"]) for need in stack.get("/needs") if need["kind"] == "refused"]


def lead(stack):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()


def both_channels(stack):
    """What was typed reaches the task by the script, if it is installed, and by a sweep."""
    stack.google.scripts.wait_idle(10)
    stack.sweep()


NO_DATES = [
    "14:30",
    "12%",
    "$5",
    "2026",
    "15",
    "-3",
    "1e5",
    "20261201",
    "TRUE",
    "0.5",
    "2026 or so",
    "'20261201",
    "12:30 PM",
]


@pytest.mark.both
@pytest.mark.parametrize("by", ["script", "sweep"])
def test_what_only_could_be_a_date_is_refused_as_it_was_typed(running, by):
    stack = running(header=["id", "name", "status", "task_id", "due"])
    if by == "script":
        stack.install()
        stack.settle()
    stack.edit(f"A2:E{len(NO_DATES) + 1}", *([n, f"N{n}", "NEW", None, text] for n, text in enumerate(NO_DATES, 1)))
    both_channels(stack)
    assert [task["due"] for task in stack.tasks()] == [None] * len(NO_DATES)
    shown = [line[0] for line in stack.google.book.tab("Leads").shown(2, 5, len(NO_DATES), 1)]
    assert [why.split("' is ")[0] for _, why in refused(stack)] == [f"'{text}" for text in shown]


@pytest.mark.parametrize("by", ["script", "sweep"])
@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
@pytest.mark.parametrize("typed", ["12/11/2026", "2026-12-24 14:30", "'2026-12-24", "1899-12-31", "9999-12-31"])
def test_what_the_sheet_takes_for_a_date_is_one(running, by, locale, typed):
    stack = running(header=["id", "name", "status", "task_id", "due"])
    stack.google.book.change(lambda now: replace(now, locale=locale))
    if by == "script":
        stack.install()
        stack.settle()
    stack.edit("A2:E2", [1, "Ann", "NEW", None, typed])
    both_channels(stack)
    slashed = {"en_US": "2026-12-11", "de_DE": "2026-11-12"}[locale]
    meant = slashed if "/" in typed else typed.strip("'")[:10]
    assert (stack.task(1)["due"], refused(stack)) == (meant, [])


FORMATS = [None, NumberFormat("TEXT", "@"), NumberFormat("PERCENT", "0%"), NumberFormat("TIME", "h:mm"), DATE]


@pytest.mark.both
@pytest.mark.parametrize("format", FORMATS, ids=lambda one: one.type if one else "none")
def test_a_date_from_the_task_is_a_date_in_the_sheet_in_one_write_and_comes_not_back(running, format):
    stack = running(header=["id", "name", "status", "task_id", "due"])
    stack.install()
    stack.settle()
    if format:
        stack.google.book.tab("Leads").set_format("E2:E9", format)
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.settle()
    before = stack.calls()[1]
    stack.patch(1, due="2027-01-02", notes="first", status="DONE")
    stack.patch(2, status="DONE")
    stack.settle()
    assert stack.calls()[1] == before + 1
    shown = {"TEXT": "2027-01-02", "DATE": "02.01.2027"}.get(format.type if format else "", "02/01/2027")
    assert stack.google.book.tab("Leads").shown(2, 5)[0][0] == shown
    history = len(stack.changes(1))
    stack.sweep()
    stack.google.person.edit("B2", [["Ada"]])
    stack.settle()
    assert (stack.calls()[1], len(stack.changes(1))) == (before + 1, history + 1)
    stack.patch(1, due=None)
    stack.settle()
    stack.patch(1, due="2027-03-04")
    stack.settle()
    assert (stack.task(1)["due"], refused(stack), stack.task(1)["status"]) == ("2027-03-04", [], "DONE")


def test_a_number_from_the_task_is_a_number_in_a_cell_that_had_a_date(running):
    stack = running()
    stack.google.book.tab("Leads").set_format("D2:D9", DATE)
    lead(stack)
    stack.settle()
    assert (stack.google.book.tab("Leads").shown(2, 4)[0][0], refused(stack)) == ("1", [])


@pytest.mark.parametrize("by", ["script", "sweep"])
def test_numbers_and_dates_in_a_text_column_are_read_as_a_person_sees_them(running, by):
    stack = running(header=["id", "name", "status", "task_id", "notes"])
    if by == "script":
        stack.install()
        stack.settle()
    shown = ["1,000.50", "12%", "$5", "12/24/2026", "14:30", "TRUE", "'+49 30 123", "'007", "1234567890"]
    stack.edit(f"A2:E{len(shown) + 1}", *([n, 2000 + n, "NEW", None, text] for n, text in enumerate(shown, 1)))
    both_channels(stack)
    assert [task["notes"] for task in stack.tasks()] == [text.strip("'") for text in shown]
    assert stack.task(1)["title"] == "Follow up: 2001"


@pytest.mark.parametrize("by", ["script", "sweep"])
@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#ERROR!", "Loading..."])
def test_a_text_that_looks_like_an_error_is_text_and_an_error_is_none(running, by, text):
    stack = running(header=["id", "name", "status", "task_id", "notes"])
    if by == "script":
        stack.install()
        stack.settle()
    stack.edit("A2:E3", [1, f"'{text}", "NEW", None, f"'{text}"], [2, "Bob", "NEW", None, "=NA()"])
    stack.google.book.tab("Leads").set_result(3, 5, ErrorValue(text))
    both_channels(stack)
    assert [task["notes"] for task in stack.tasks()] == [text, "Auto-created from Sheets"]
    assert (stack.task(1)["title"], refused(stack)) == (f"Follow up: {text}", [("notes", f"the cell shows {text}")])
    stack.patch(1, notes="Loading... ")
    stack.settle()
    assert (stack.cell("E2"), len(stack.tasks())) == ("Loading...", 2)


@pytest.mark.both
@pytest.mark.parametrize("by", ["script", "sweep"])
def test_an_id_that_came_as_a_number_of_more_than_15_digits_is_refused_and_left(running, by):
    stack = running(assign_ids=False)
    if by == "script":
        stack.install()
        stack.settle()
    stack.edit(
        "A2:C4", [1234567890123456, "Ann", "NEW"], ["'1234567890123457", "Bob", "NEW"], [123456789012345, "Cy", "NEW"]
    )
    both_channels(stack)
    assert [task["lead_id"] for task in stack.tasks()] == ["1234567890123457", "123456789012345"]
    assert stack.cell("A2") == 1234567890123456
    (why,) = [need["why"] for need in stack.get("/needs") if need["kind"] != "silent"]
    assert "format the column as plain text" in why


def test_an_emptied_cell_is_empty_on_the_other_side(running):
    stack = running(header=["id", "name", "status", "task_id", "owner", "due"])
    stack.edit("A2:F2", [1, "Ann", "NEW", None, "Eve", "2026-12-24"])
    stack.sweep()
    stack.edit("E2:F2", ["", ""])
    stack.sweep()
    assert (stack.task(1)["assignee"], stack.task(1)["due"]) == (None, None)
    stack.patch(1, assignee="Max", due="2026-12-25")
    stack.settle()
    stack.patch(1, assignee=None, due=None)
    stack.settle()
    assert (stack.cell("E2"), stack.cell("F2")) == (None, None)


@pytest.mark.both
@pytest.mark.parametrize("by", ["script", "sweep"])
def test_a_text_longer_than_its_field_is_refused_and_stops_no_other(running, by):
    stack = running(header=["id", "name", "status", "task_id", "owner"])
    if by == "script":
        stack.install()
        stack.settle()
    stack.edit("A2:E3", [1, "Ann", "NEW", None, "x" * 200], [2, "Bob", "NEW", None, "y" * 201])
    stack.google.scripts.wait_idle(10)
    stack.sweep()
    assert [task["assignee"] for task in stack.tasks()] == ["x" * 200, None]
    assert ("owner", "longer than 200 characters, which is all that its task keeps: shorten it") in refused(stack)
    stack.edit("E3", ["y"])
    stack.google.scripts.wait_idle(10)
    stack.sweep()
    assert (stack.task(2)["assignee"], refused(stack)) == ("y", [])


def test_a_value_outside_the_dropdown_is_not_written_and_said(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True))
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C2") == "NEW"
    assert refused(stack) == [("status", "'CONTACTED' is not in the cell's dropdown: NEW, LOST")]
    stack.google.book.tab("Leads").set_validation("C2:C9", None)
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == ("CONTACTED", [])


def test_a_dropdown_keeps_its_own_spelling(running):
    stack = running()
    lead(stack)
    options = ("New", "Contacted", "Qualified", "Lost")
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", options, strict=True))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "Qualified"
    before = stack.calls()[1]
    stack.sweep()
    assert stack.calls()[1] == before


def opened(stack, rows=None):
    """The tab as the bridge reads it: all of it, or some rows."""
    return stack.runtime.sheet("leads").read(rows)


def test_a_dropdown_from_a_range_of_the_same_tab_is_known(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").write(2, 12, [["New"], ["Lost"]])
    stack.google.person.dropdown("C2:C9", source="L2:L")
    assert opened(stack).cells(2)[2].options == ("New", "Lost")
    stack.google.person.dropdown("C2:C9", source="L3:L3")
    assert opened(stack, [2]).cells(2)[2].options == ("Lost",)


def test_a_value_outside_the_range_of_a_dropdown_is_not_written_by_a_sweep_and_said(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").write(2, 12, [["NEW"], ["LOST"]])
    stack.google.person.dropdown("C2:C9", source="L2:L")
    stack.patch(1, status="DONE")
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == (
        "NEW",
        [("status", "'QUALIFIED' is not in the cell's dropdown: NEW, LOST")],
    )
    stack.google.book.tab("Leads").write(4, 12, [["Qualified"]])
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == ("Qualified", [])


@pytest.fixture(params=["Words", "It's ours!", "Wörter 2", "this tab"])
def listed(running, request):
    """A lead in sync, whose status and owner are dropdowns of ranges with words of their own; and where these stand."""
    stack = running(header=["id", "name", "status", "task_id", "owner"], create_rows=True)
    stack.edit("A2:E2", ["L1", "Ann", "NEW", None, ""])
    stack.deliver(["L1", "Ann", "NEW", None, ""], header=["id", "name", "status", "task_id", "owner"])
    stack.settle()
    title, column = ("Leads", 12) if request.param == "this tab" else (request.param, 2)
    tab = stack.google.book.tab(title) if column == 12 else stack.google.book.add_tab(title)
    tab.write(2, column, [["New", "Ada"], ["Contacted", "Bob"]])
    first, second = ("L", "M") if column == 12 else ("B", "C")
    for cells, of in (("C2:C9", first), ("E2:E9", second)):
        quoted = title.replace("'", "''")
        stack.google.person.dropdown(cells, source=f"'{quoted}'!{of}2:{of}")
    return stack, tab, column


@pytest.mark.both
def test_a_word_is_written_as_the_range_of_a_dropdown_spells_it(listed):
    stack, _, _ = listed
    stack.patch(1, status="IN_PROGRESS", assignee="BOB")
    stack.settle()
    assert (stack.cell("C2"), stack.cell("E2"), refused(stack)) == ("Contacted", "Bob", [])


def test_a_value_that_the_range_of_a_dropdown_lacks_is_refused_until_it_has_it(listed):
    stack, tab, column = listed
    stack.patch(1, status="DONE", assignee="Eve")
    stack.settle()
    assert (stack.cell("C2"), stack.cell("E2")) == ("NEW", None)
    assert refused(stack) == [
        ("status", "'QUALIFIED' is not in the cell's dropdown: New, Contacted"),
        ("owner", "'Eve' is not in the cell's dropdown: Ada, Bob"),
    ]
    tab.write(4, column, [["Qualified", "EVE"]])
    stack.sweep()
    assert (stack.cell("C2"), stack.cell("E2"), refused(stack)) == ("Qualified", "EVE", [])


def test_the_options_of_a_range_cost_one_call_and_not_one_for_each_change(listed):
    stack, _, _ = listed
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    first = stack.calls()[0]
    for owner in ("Ada", "Bob"):
        stack.patch(1, assignee=owner)
        stack.settle()
    assert stack.calls()[0] == first + 2


def test_the_options_of_a_range_are_read_anew_after_a_while(listed):
    stack, tab, column = listed
    known = opened(stack, [2]).cells(2)[4].options
    tab.write(4, column, [["Qualified", "Eve"]])
    assert opened(stack, [2]).cells(2)[4].options == known == ("Ada", "Bob")
    calls = stack.runtime.sheet("leads").calls
    late = calls.clock() + dropdowns.KEPT
    calls.clock = lambda: late
    assert opened(stack, [2]).cells(2)[4].options == ("Ada", "Bob", "Eve")


def test_a_row_that_is_appended_takes_the_words_of_the_ranges_dropdowns(listed):
    stack, _, _ = listed
    stack.post_to("/tasks", title="Follow up: Cyd", status="IN_PROGRESS", assignee="ada")
    stack.settle()
    assert [stack.cell(where) for where in ("B3", "C3", "E3")] == ["Cyd", "Contacted", "Ada"]


def test_an_owner_in_another_case_than_its_option_comes_not_back(listed):
    stack, _, _ = listed
    stack.patch(1, assignee="BOB")
    stack.settle()
    before = len(stack.changes(1)), stack.calls()[1]
    stack.sweep()
    stack.settle()
    assert (stack.cell("E2"), stack.task(1)["assignee"]) == ("Bob", "BOB")
    assert (len(stack.changes(1)), stack.calls()[1]) == before
    stack.edit("E2", ["Ada"])
    stack.sweep()
    assert stack.task(1)["assignee"] == "Ada"


def tab_goes_first(stack, monkeypatch, http, title):
    """A person deletes the tab after the sheet was read, before the ranges of its dropdowns are. Later Google tells
    such a range as #REF!, which is not asked for.
    """
    ask = http.values_batch_get

    def asked(*arguments):
        if stack.google.book.tab(title) is not None:
            stack.google.person.delete_tab(title)
        return ask(*arguments)

    monkeypatch.setattr(http, "values_batch_get", asked)


def test_a_dropdown_whose_range_is_gone_takes_anything(running):
    stack = running()
    lead(stack)
    stack.google.book.add_tab("Words").write(1, 1, [["NEW"], ["LOST"]])
    stack.google.person.dropdown("C2:C9", source="Words!A1:A")
    assert opened(stack).cells(2)[2].options == ("NEW", "LOST")
    stack.google.person.delete_tab("Words")
    assert opened(stack).cells(2)[2].options is None
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), refused(stack)) == ("QUALIFIED", [])


def test_a_dropdown_whose_range_is_gone_spoils_no_other(running, monkeypatch):
    stack = running()
    lead(stack)
    for title in ("Owners", "Words", "Zones"):
        stack.google.book.add_tab(title).write(1, 1, [["NEW"], [title]])
    for cell, title in (("B2", "Owners"), ("C2", "Words"), ("D2", "Zones")):
        stack.google.person.dropdown(cell, source=f"{title}!A1:A")
    sheet = stack.runtime.sheet("leads")
    tab_goes_first(stack, monkeypatch, sheet.google.http, "Words")
    found = [cell.options for cell in sheet.read().cells(2)[1:4]]
    assert found == [("NEW", "Owners"), None, ("NEW", "Zones")]


def test_a_list_on_a_tab_with_quotes_in_its_name_is_read(running):
    stack = running()
    lead(stack)
    stack.google.person.rename("Leads", "It's ours!")
    stack.google.book.tab("It's ours!").write(2, 12, [["New"], ["Lost"]])
    stack.google.person.dropdown("'It''s ours!'!C2", source="L2:L9")
    stack.sweep()
    assert opened(stack).cells(2)[2].options == ("New", "Lost")


def test_several_chosen_options_and_a_person_chip_read_as_their_text(running):
    stack = running()
    lead(stack)
    stack.google.person.dropdown("B2", ["Ada", "Bob"], multiple=True)
    stack.google.person.choose("B2", ["Ada", "Bob"])
    stack.google.person.mention("D2", "ada@example.com")
    cells = opened(stack).cells(2)
    assert (cells[1].value, cells[3].value) == ("Ada, Bob", "ada@example.com")


def test_a_typed_column_of_a_table_takes_what_the_task_says(running):
    stack = running()
    lead(stack)
    options = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "NEW"}]}}
    column = {"columnIndex": 2, "columnType": "DROPDOWN", "dataValidationRule": options}
    place = {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 4}
    table = {"name": "Sales", "range": place, "columnProperties": [column]}
    sheet = stack.runtime.sheet("leads").google
    sheet.http.batch_update(stack.google.book.id, {"requests": [{"addTable": {"table": table}}]})
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), refused(stack)) == ("QUALIFIED", [])


def test_a_dropdown_that_only_warns_takes_anything(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", ("NEW",), strict=False))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"


def test_a_formula_that_goes_away_lets_the_value_in(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").write(2, 3, [['=UPPER("new")']])
    stack.google.book.tab("Leads").set_result(2, 3, "NEW")
    stack.patch(1, status="DONE")
    stack.settle()
    assert refused(stack) == [("status", "the cell holds a formula, which is never overwritten")]
    stack.google.book.tab("Leads").write(2, 3, [["NEW"]])
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == ("QUALIFIED", [])


def test_a_text_in_a_number_column_is_refused_by_either_side(running):
    columns = (*(c for c in COLUMNS if c.task_field != "assignee"), Column("score", ("score",), "number", "assignee"))
    stack = running(header=["id", "name", "status", "task_id", "score"], mapping=SheetMapping(columns))
    stack.edit("A2:E2", [1, "Ann", "NEW", None, "many"])
    stack.sweep()
    assert (stack.task(1)["assignee"], refused(stack)) == (None, [("score", "'many' is not a number")])
    stack.edit("E2", [5])
    stack.sweep()
    assert (stack.task(1)["assignee"], refused(stack)) == ("5", [])
    stack.patch(1, assignee="lots")
    stack.settle()
    assert (stack.cell("E2"), refused(stack)) == (5, [("score", "'lots' is not a number")])


def test_a_number_that_would_fill_the_memory_is_refused_and_holds_nobody_up(stack):
    stack.settle()
    stack.edit("A2:D3", [1, "Asha", "NEW", "'1e9999999999"], [2, "Vikram", "NEW", None])
    stack.sweep()
    assert [task["title"] for task in stack.tasks()] == ["Follow up: Asha", "Follow up: Vikram"]
    (refused,) = [need for need in stack.get("/needs") if need["kind"] == "refused"]
    assert "too large or too small for a number in a cell" in refused["why"]
