"""The id column is another one than before: no lead becomes another, and none gets a second task."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stack import Stack
from tests.sync.test_columns import HEADER, filled, waiting

Act = Callable[[Stack], Any]


def other_ids(stack: Stack, header: str = "Lead ID") -> None:
    """A column with the ids of other leads."""
    stack.edit("F1:F21", [header], *([n] for n in range(20, 0, -1)))


def renamed(stack: Stack) -> None:
    """The id column gets another header, and an alias takes over."""
    stack.edit("A1", ["old"])
    other_ids(stack)


def deleted(stack: Stack) -> None:
    """The id column is deleted, and an alias with strange ids takes over."""
    stack.edit("F1:F21", ["Lead ID"], *([f"X{n}"] for n in range(1, 21)))
    stack.google.person.lines("delete", "Leads", 1, "COLUMNS")


def inserted(stack: Stack) -> None:
    """An empty id column stands left of the one there is."""
    stack.google.person.lines("insert", "Leads", 1, "COLUMNS")
    stack.edit("A1", ["id"])


def replaced(stack: Stack) -> None:
    """A column with other ids stands where the ids stood, under their header."""
    inserted(stack)
    stack.edit("A1:B1", ["id", "old"])
    stack.edit("A2:A21", *([n] for n in range(20, 0, -1)))


def exact(stack: Stack) -> None:
    """Ids under an alias for long; an exact header appears over other numbers."""
    stack.edit("A1", ["Lead ID"])
    stack.sweep()
    assert waiting(stack, "column") == []
    other_ids(stack, "id")


def shown(stack: Stack) -> list[tuple[Any, ...]]:
    """All tasks."""
    return [(t["id"], t["lead_id"], t["title"], t["status"], t["notes"], t["archived_at"]) for t in stack.tasks()]


ACTS: list[Act] = [renamed, deleted, inserted, replaced, exact]


@pytest.fixture(params=["with task numbers", "without"])
def twenty(stack: Stack, request: pytest.FixtureRequest) -> Stack:
    """Twenty leads, long in sync; the tab has a column for task numbers or none."""
    filled(stack)
    if request.param == "without":
        stack.edit("D1", ["mine"])
        stack.sweep()
    return stack


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_other_ids_change_no_lead_and_make_no_task(twenty: Stack, act: Act) -> None:
    before = shown(twenty)
    act(twenty)
    twenty.sweep()
    twenty.later(400)
    twenty.settle()
    twenty.sweep()
    assert shown(twenty) == before
    (why,) = waiting(twenty, "column")
    assert why.startswith("id: 20 rows would change at once, since ")
    assert "no row of the sheet is read or written until a person approves" in why
    assert waiting(twenty, "deletions") == []


def test_what_a_program_says_meanwhile_arrives_when_the_old_column_is_back(twenty: Stack) -> None:
    renamed(twenty)
    twenty.sweep()
    twenty.patch(3, notes="from the task")
    twenty.drain()
    assert [twenty.cell(f"E{n}") for n in (4, 19)] == ["note 3", "note 18"]
    twenty.edit("F1", ["mine"])
    twenty.edit("A1", ["id"])
    twenty.sweep()
    twenty.settle()
    assert (twenty.cell("E4"), twenty.cell("E19"), waiting(twenty, "column")) == ("from the task", "note 18", [])


@pytest.mark.parametrize("swept", [False, True])
def test_a_delivery_takes_no_row_by_another_id_column(twenty: Stack, *, swept: bool) -> None:
    before = shown(twenty)
    renamed(twenty)
    twenty.sweep() if swept else None
    rows = [[n, f"Lead {n}", "LOST", None, f"note {n}", 21 - n] for n in (1, 2)]
    header = ["old", *HEADER[1:], "Lead ID"]
    told = twenty.deliver(*rows, seq=9, header=header, edited={"first": 3, "last": 3}).json()
    assert [(one["outcome"], one["task_id"]) for one in told["outcomes"]] == [("refused", None)] * 2
    twenty.settle()
    assert (shown(twenty), len(waiting(twenty, "column"))) == (before, 1)


def test_a_program_writes_into_no_row_before_a_sweep_has_seen_the_ids(twenty: Stack) -> None:
    renamed(twenty)
    twenty.patch(3, notes="from the task")
    twenty.drain()
    assert [twenty.cell(f"E{n}") for n in (4, 19)] == ["note 3", "note 18"]
    assert len(waiting(twenty, "column")) == 1


def test_a_person_approves_the_new_ids(twenty: Stack) -> None:
    twenty.edit("F1:F21", ["Lead ID"], *([f"X{n}"] for n in range(1, 21)))
    twenty.edit("A1", ["old"])
    twenty.sweep()
    assert len(waiting(twenty, "column")) == 1
    assert twenty.post_to("/sheets/leads/approve").status_code == 200
    twenty.settle()
    twenty.sweep()
    assert {task["lead_id"] for task in twenty.tasks()} == {f"X{n}" for n in range(1, 21)}
    assert (len(twenty.tasks()), waiting(twenty, "column")) == (20, [])


def test_ids_that_only_move_or_are_renamed_with_their_values_hold_nothing(twenty: Stack) -> None:
    twenty.google.person.lines("insert", "Leads", 1, "COLUMNS")
    twenty.patch(3, notes="from the task")
    twenty.settle()
    twenty.edit("B1", ["Lead ID"])
    twenty.edit("C22:D22", ["New", "NEW"])
    twenty.edit("B22", [99])
    twenty.sweep()
    assert (twenty.cell("F4"), waiting(twenty, "column"), len(twenty.tasks())) == ("from the task", [], 21)


def test_rows_that_are_deleted_while_a_header_changes_are_vanished_rows(twenty: Stack) -> None:
    twenty.google.person.delete_rows("Leads", 2, 15)
    twenty.edit("A1", ["Lead ID"])
    twenty.later(31)
    twenty.sweep()
    assert (waiting(twenty, "column"), len(waiting(twenty, "deletions"))) == ([], 1)


def test_no_field_is_used_that_is_held_in_its_own_place(stack: Stack) -> None:
    filled(stack)
    stack.google.person.lines("insert", "Leads", 3, "COLUMNS")
    stack.edit("C1:D1", ["status", "status 2025"])
    stack.sweep()
    stack.patch(1, status="DONE")
    stack.settle()
    stack.edit("C3", ["LOST"])
    header, row = (
        ["id", "name", "status", "status 2025", "task_id", "notes"],
        [2, "Lead 2", "LOST", "CONTACTED", 2, "note 2"],
    )
    stack.deliver(row, first=3, seq=9, header=header, edited={"first": 3, "last": 3})
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"], stack.task(2)["status"]) == (None, "DONE", "IN_PROGRESS")
