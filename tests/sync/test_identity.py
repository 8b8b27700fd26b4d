"""Copied rows, cleared, edited and swapped ids: what each means, and what the person is told."""

import pytest

from tests.sync.test_deletions import archived, gone, leads


def told(stack, row):
    """Why this row has no task, as the status says it."""
    return next((need["why"] for need in stack.get("/needs") if need["kind"] == "row" and need["row"] == row), None)


def test_a_copied_row_is_refused_and_the_original_keeps_the_task(stack):
    leads(stack, 2)
    stack.edit("A4:D4", [1, "Lead 1", "NEW", 1])
    stack.sweep()
    assert len(stack.tasks()) == 2
    assert told(stack, 4) == "row 4 has the same id 1 as row 2, which keeps the task: give it an id of its own"


def test_of_two_equal_rows_it_is_all_one_which_keeps_the_lead_and_the_other_changes_nothing(stack):
    leads(stack, 2)
    stack.google.person.insert_rows("Leads", 2)
    stack.edit("A2:D2", [1, "Lead 1", "NEW", 1])
    stack.deliver([1, "Lead 1", "NEW", 1], first=2, seq=3, edited={"first": 1, "last": 4})
    stack.sweep()
    copy = next(need["row"] for need in stack.get("/needs") if need["kind"] == "row")
    stack.edit(f"C{copy}", ["LOST"])
    stack.deliver([1, "Lead 1", "LOST", 1], first=copy, seq=4, edited={"first": 3, "last": 3})
    stack.sweep()
    assert (stack.task(1)["status"], len(stack.tasks())) == ("TODO", 2)
    assert f"row {copy} has the same id 1" in told(stack, copy)


def test_a_copy_that_gets_an_id_of_its_own_gets_a_task_of_its_own(stack):
    leads(stack, 2)
    stack.edit("A4:D4", [1, "Lead 1", "NEW", 1])
    stack.sweep()
    stack.edit("A4", [7])
    stack.deliver([7, "Lead 1", "NEW", 1], first=4, seq=3, edited={"first": 1, "last": 1})
    stack.settle()
    assert [row[3] for row in stack.rows()] == [1, 2, 3]
    assert {task["lead_id"] for task in stack.tasks()} == {"1", "2", "7"}


def test_a_copied_row_gets_an_id_and_a_task_of_its_own_where_the_script_gives_ids(running):
    stack = running(assign_ids=True)
    leads(stack, 2)
    stack.install()
    stack.settle()
    stack.google.person.edit("A4:D5", [[1, "Lead 1", "NEW", 1], [1, "Lead 1", "NEW", 1]], pasted=True)
    stack.settle()
    assert len(stack.tasks()) == 4
    assert [row[0] for row in stack.rows()][:2] == [1, 2]
    assert all(str(row[0]).startswith("L-") for row in stack.rows()[2:])
    assert sorted(row[3] for row in stack.rows()) == [1, 2, 3, 4]


def test_a_cut_and_pasted_row_keeps_its_id_where_the_script_gives_ids(running):
    stack = running(assign_ids=True)
    leads(stack, 2)
    stack.install()
    stack.settle()
    stack.google.person.cut("A2:D2", "A7")
    stack.settle()
    assert sorted(str(row[0]) for row in stack.rows()) == ["1", "2"]
    assert len(stack.tasks()) == 2


def test_two_new_rows_with_one_id_make_one_task(stack):
    stack.settle()
    stack.edit("A2:C3", [1, "Ann", "NEW"], [1, "Bob", "NEW"])
    stack.sweep()
    assert [task["title"] for task in stack.tasks()] == ["Follow up: Ann"]
    assert "same id 1 as row 2" in told(stack, 3)


def test_two_new_rows_with_one_id_far_apart_make_one_task(stack):
    stack.settle()
    rows = [[n, f"Lead {n}", "NEW"] for n in range(1, 1200)]
    stack.edit("A2:C1201", *rows, [1, "Copy of 1", "NEW"])
    stack.sweep()
    assert len(stack.tasks(lead_id="1")) == 1
    assert "same id 1 as row 2" in told(stack, 1201)


def test_a_row_that_lost_its_id_is_told_which_it_was_and_keeps_its_task_alive(stack):
    leads(stack, 3)
    stack.edit("A3", [""])
    stack.sweep()
    assert told(stack, 3) == "row 3 has lost its id, which was 2: put it back, or delete the row"
    stack.later(61)
    stack.sweep()
    assert (gone(stack), archived(stack)) == (set(), set())
    stack.edit("A3:C3", [2, "Lead 2", "LOST"])
    stack.sweep()
    assert stack.task(2)["status"] == "DONE"


def test_an_id_edited_by_hand_stays_the_same_lead_and_the_history_says_so(stack):
    leads(stack, 3)
    stack.edit("A3", [77])
    answer = stack.deliver([77, "Lead 2", "NEW", 2], first=3, seq=2, edited={"first": 1, "last": 1})
    assert answer.json()["outcomes"][0]["task_id"] == 2
    stack.settle()
    assert [(task["id"], task["lead_id"]) for task in stack.tasks()] == [(1, "1"), (2, "77"), (3, "3")]
    assert [(one["old"], one["new"]) for one in stack.changes(2) if one["field"] == "id"] == [("2", "77")]
    stack.patch(2, status="DONE")
    stack.settle()
    assert stack.cell("C3") == "QUALIFIED"


def test_an_id_edited_by_hand_is_recognised_without_a_task_id_column_too(running):
    stack = running(header=["id", "name", "status", "nothing"])
    leads(stack, 3)
    stack.edit("A3", [77])
    stack.sweep()
    assert [(task["id"], task["lead_id"]) for task in stack.tasks()] == [(1, "1"), (2, "77"), (3, "3")]


@pytest.mark.both
def test_swapped_ids_swap_the_leads_and_lose_nothing(stack):
    leads(stack, 2)
    stack.edit("C2", ["LOST"])
    stack.sweep()
    stack.edit("A2:A3", [2], [1])
    stack.sweep()
    assert stack.rows() == [[2, "Lead 1", "LOST", 2], [1, "Lead 2", "NEW", 1]]
    assert [(task["title"], task["status"]) for task in stack.tasks()] == [
        ("Follow up: Lead 2", "TODO"),
        ("Follow up: Lead 1", "DONE"),
    ]


def test_ids_swapped_one_after_the_other_by_hand_end_the_same(stack):
    leads(stack, 2)
    stack.install()
    stack.settle()
    stack.edit("A2", [2])
    stack.settle()
    stack.edit("A3", [1])
    stack.sweep()
    assert len(stack.tasks()) == 2
    assert {task["lead_id"]: task["title"] for task in stack.tasks()} == {
        "1": "Follow up: Lead 2",
        "2": "Follow up: Lead 1",
    }


@pytest.mark.parametrize("typed", ["1", 1])
def test_an_id_typed_as_text_or_number_is_the_same_lead(stack, typed):
    leads(stack, 1)
    stack.google.book.tab("Leads").write(2, 1, [[typed]], typed=False)
    stack.sweep()
    assert len(stack.tasks()) == 1
