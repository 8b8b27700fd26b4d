"""First contact of a sheet and a task table that both have data."""

from dataclasses import asdict

import pytest

from bridge.worker.job import Job
from bridge.worker.sweep import sweep


def preview(stack):
    plan = sweep.preview(Job(stack.runtime, "leads"))
    return {step.row or step.lead_id: (step.what, step.task_id) for step in plan.steps}, plan


def given(stack, rows, tasks):
    """Rows typed and tasks posted before they ever met."""
    stack.stop_bridge()
    if rows:
        stack.edit(f"A2:D{len(rows) + 1}", *rows)
    stack.start_bridge(working=False)
    for task in tasks:
        assert stack.post_to("/tasks", **task).status_code == 201


def meet(stack):
    stack.stop_bridge()
    stack.start_bridge()
    stack.settle()


def test_a_row_that_names_its_task_gets_it(stack):
    given(stack, [["A", "Ann", "NEW", 2]], [{"title": "one"}, {"title": "two", "notes": "kept"}])
    assert preview(stack)[0] == {2: ("task_linked", 2)}
    meet(stack)
    assert stack.task(2)["lead_id"] == "A"
    assert (stack.task(2)["title"], stack.task(2)["notes"]) == ("two", "kept")
    assert len(stack.tasks()) == 2


def test_a_row_whose_lead_has_a_task_gets_it_and_a_later_status_on_either_side_is_kept(stack):
    given(stack, [["A", "Ann", "", ""]], [{"title": "Follow up: Ann", "lead_id": "A", "status": "DONE"}])
    meet(stack)
    assert (stack.rows(), len(stack.tasks())) == ([["A", "Ann", "QUALIFIED", 1]], 1)


def test_rows_and_tasks_are_recognised_by_the_field_declared_unique(running):
    stack = running(match="name")
    given(stack, [["A", "Ann", "NEW", ""], ["B", "Bob", "NEW", ""]], [{"title": "Follow up: Bob"}])
    assert preview(stack)[0] == {2: ("task_created", None), 3: ("task_linked", 1)}
    meet(stack)
    assert [(task["lead_id"], task["title"]) for task in stack.tasks()] == [
        ("B", "Follow up: Bob"),
        ("A", "Follow up: Ann"),
    ]


@pytest.mark.both
def test_the_unique_field_is_recognised_without_the_template_and_in_any_case(running):
    stack = running(match="name")
    given(
        stack,
        [["A", "Ann  Lee", "NEW", ""], ["B", "BOB", "NEW", ""]],
        [{"title": "ann lee"}, {"title": "follow up: bob"}],
    )
    meet(stack)
    assert [(task["lead_id"], task["id"]) for task in stack.tasks()] == [("A", 1), ("B", 2)]
    assert (stack.cell("B2"), stack.cell("B3")) == ("Ann  Lee", "BOB")


AMBIGUOUS = {
    "two rows have the name in two spellings": (
        [["A", "Ann", "NEW", ""], ["B", "ANN ", "NEW", ""]], [{"title": "Follow up: Ann"}], "name",
    ),
    "two tasks bear the lead's id": ([["A", "Ann", "NEW", ""]], [{"title": "x", "lead_id": "A"}] * 2, ""),
    "two tasks have the name": ([["A", "Ann", "NEW", ""]], [{"title": "Follow up: Ann"}] * 2, "name"),
    "two rows have the name": (
        [["A", "Ann", "NEW", ""], ["B", "Ann", "NEW", ""]], [{"title": "Follow up: Ann"}], "name",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "tasks", "match"), AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_what_is_ambiguous_is_listed_and_nothing_is_made(running, rows, tasks, match):
    stack = running(match=match)
    given(stack, rows, tasks)
    steps, plan = preview(stack)
    assert {what for what, _ in steps.values()} == {"refused"}
    assert "write the right number into its task_id cell" in asdict(plan.steps[0])["reasons"][0]
    meet(stack)
    assert len(stack.tasks()) == len(tasks)
    told = [need["why"] for need in stack.get("/needs") if need["kind"] == "row"]
    assert len(told) == len(rows)
    stack.edit("D2", [1])
    stack.sweep()
    assert stack.task(1)["lead_id"] == "A"


def test_a_preview_changes_nothing_and_meeting_again_changes_nothing(running):
    stack = running(match="name")
    given(stack, [["A", "Ann", "NEW", ""], ["B", "Bob", "NEW", ""]], [{"title": "Follow up: Bob"}])
    before = stack.tasks()
    first = preview(stack)[1]
    assert (preview(stack)[1], stack.tasks()) == (first, before)
    meet(stack)
    done, calls = stack.tasks(), stack.calls()
    assert preview(stack)[1].steps == ()
    stack.sweep()
    assert stack.tasks() == done
    assert stack.calls()[1] == calls[1]


def test_an_archived_task_is_not_adopted(stack):
    given(stack, [["A", "Ann", "NEW", ""]], [{"title": "Follow up: Ann", "lead_id": "A"}])
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    meet(stack)
    assert [task["id"] for task in stack.tasks()] == [2]


def test_a_task_whose_lead_id_no_cell_keeps_gets_no_row_and_holds_nobody_up(running):
    stack = running(create_rows=False)
    given(stack, [], [{"title": "Follow up: Bob", "lead_id": "12.0"}, {"title": "Follow up: Cyd", "lead_id": "C"}])
    stack._sheets["leads"] |= {"create_rows": True}
    meet(stack)
    assert [row[:2] for row in stack.rows()] == [["C", "Cyd"]]
    assert "would not read back" in preview(stack)[1].steps[0].reasons[0]


def test_tasks_that_were_there_before_get_rows_where_that_is_on(running):
    stack = running(create_rows=False)
    given(stack, [["A", "Ann", "NEW", ""]], [{"title": "Follow up: Bob"}, {"title": "x", "lead_id": "A"}])
    stack._sheets["leads"] |= {"create_rows": True}
    meet(stack)
    stack.settle()
    assert sorted(row[1] for row in stack.rows()) == ["Ann", "Bob"]
    assert len(stack.tasks()) == 2
