"""Dates: what is one in the sheet, what only could be one, and dates from the task."""

from dataclasses import replace

import pytest

from bridge.local_google.sheet.cells import NumberFormat
from tests.sync.kinds import DATE, both_channels, lead, refused

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
