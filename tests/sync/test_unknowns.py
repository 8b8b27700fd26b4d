"""Nobody knows what Google does on these actions; the bridge ends right whichever it is (GOOGLE.md section 2)."""

import itertools

import pytest

from tests.stack import Stack

MEANT = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
SWITCHES = ("undo_fires_edit", "sort_fires_edit", "replace_fires_edit", "cut_fires_source", "api_fires_change")
WAYS = {
    "all fire": dict.fromkeys(SWITCHES, True) | {"unknown_change": "OTHER", "edit_queue": 2},
    "none fires": dict.fromkeys(SWITCHES, False) | {"unknown_change": "EDIT", "edit_queue": 2, "echo_skipped": False},
}
LEADS = [[1, "Ada", "NEW"], [2, "Bob", "CONTACTED"], [3, "Cleo", "LOST"], [4, "Dora", "NEW"]]


@pytest.fixture(params=WAYS, ids=[way.replace(" ", "-") for way in WAYS])
def stack(request, tmp_path, databases):
    """Four leads on both sides, the script installed, Google as this way has it, a sweep every three seconds."""
    with Stack(tmp_path, databases, sweep_every=3.0) as running:
        for name, value in WAYS[request.param].items():
            setattr(running.google.trouble, name, value)
        running.install()
        running.edit("A2:C5", *LEADS)
        running.settle()
        yield running


def sorted_by_name(stack):
    stack.google.person.sort("A2:D5", 2, ascending=False)


def sorted_without_the_task_ids(stack):
    stack.google.person.sort("A2:C5", 2, ascending=False)


def a_status_replaced(stack):
    stack.google.person.replace("C2:C5", "contacted", "QUALIFIED")


def an_edit_undone(stack):
    stack.edit("C2", ["CONTACTED"])
    stack.google.person.undo()


def an_edit_undone_and_done_again(stack):
    stack.edit("C2", ["CONTACTED"])
    stack.google.person.undo()
    stack.google.person.redo()


def a_row_cut_and_pasted_below(stack):
    stack.google.person.cut("A2:D2", "A9")


def a_status_cut_to_another_lead(stack):
    stack.google.person.cut("C3", "C2")
    stack.edit("C3", ["LOST"])


def a_row_dragged_down(stack):
    stack.google.person.lines("move", "Leads", 2, "ROWS", 1, 6)


def a_column_dragged(stack):
    stack.google.person.lines("move", "Leads", 3, "COLUMNS", 1, 2)


def a_column_inserted(stack):
    stack.google.person.lines("insert", "Leads", 2, "COLUMNS")


def rows_inserted_and_a_colleague_typing(stack):
    stack.google.person.insert_rows("Leads", 2, 3)
    stack.google.person.colleague("bob@example.com").edit("C6", [["QUALIFIED"]])


def a_status_filled_down(stack):
    stack.google.person.fill("C3", 5)


def a_tab_renamed(stack):
    stack.google.person.rename("Leads", "Kunden 2027")


ACTS = {
    "cells": (
        a_status_replaced, an_edit_undone, an_edit_undone_and_done_again, a_status_filled_down, a_status_cut_to_another_lead,
    ),
    "rows": (sorted_by_name, sorted_without_the_task_ids, a_row_dragged_down, a_row_cut_and_pasted_below),
    "columns": (a_column_dragged, a_column_inserted, rows_inserted_and_a_colleague_typing, a_tab_renamed),
}  # fmt: skip
"""In an order in which each finds its cells where it looks for them."""


def leads(stack):
    """What the sheet says of each lead, found by its header: id → name, status, task id."""
    (tab,) = stack.google.book.tabs()
    header, *rows = tab.values(1, 1, 30, 8)
    columns = [header.index(name) for name in ("id", "name", "status", "task_id")]
    cells = ([row[column] for column in columns] for row in rows)
    return {row[0]: tuple(row[1:]) for row in cells if row[0] is not None}


def equal(stack):
    """Both sides agree on every lead, and no lead was doubled."""
    tasks = {int(task["lead_id"]): task for task in stack.tasks()}
    return tasks.keys() == leads(stack).keys() == {1, 2, 3, 4} and all(
        tasks[number]["status"] == MEANT[status] and tasks[number]["id"] == task_id
        for number, (_, status, task_id) in leads(stack).items()
    )


def end_equal(stack, when):
    """Let time pass until both sides are equal, a minute at most."""
    for _ in range(20):
        stack.run_for(3)
        if equal(stack):
            return
    raise AssertionError(f"not equal {when}: {leads(stack)}, {stack.tasks()}")


def statuses(stack):
    return {number: status for number, (_, status, _) in leads(stack).items()}


@pytest.mark.parametrize("acts", ACTS.values(), ids=ACTS)
def test_both_sides_end_equal_and_as_the_person_left_them(stack, acts):
    for act in acts:
        act(stack)
        meant = statuses(stack)
        end_equal(stack, f"after {act.__name__}")
        assert statuses(stack) == meant, act.__name__
    for task, status in zip(stack.tasks(), itertools.cycle(["IN_PROGRESS", "TODO"])):
        stack.patch(task["id"], status=status)
    end_equal(stack, "after the other side changed")
    assert sorted(statuses(stack).values()) == ["CONTACTED", "CONTACTED", "NEW", "NEW"]
