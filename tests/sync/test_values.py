"""Texts, numbers, errors and formulas in cells of another kind, and what is longer or larger than its field."""

import pytest

from bridge.config.fields import COLUMNS
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.local_google.sheet.cells import ErrorValue
from tests.sync.kinds import both_channels, lead, refused


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
    said = f"'{'y' * 20}…' is longer than 200 characters, which is all that its task keeps: shorten it"
    assert ("owner", said) in refused(stack)
    stack.edit("E3", ["y"])
    stack.google.scripts.wait_idle(10)
    stack.sweep()
    assert (stack.task(2)["assignee"], refused(stack)) == ("y", [])


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
    (refused,) = [change for change in stack.changes(1) if change["state"] == "refused"]
    assert "too large or too small for a number in a cell" in refused["reason"]
    assert stack.cell("D2") == 1
