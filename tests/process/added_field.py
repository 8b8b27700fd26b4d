"""What holds once tasks have a priority; `test_added_field` has this run in a copy of the code to which it was added."""

from pathlib import Path

import pytest

import bridge
from tests.stack import Stack

HEADER = ["id", "name", "status", "task_id", "Prio", "sync"]


@pytest.fixture
def lead(running) -> Stack:
    """A lead with a priority, linked."""
    stack = running(header=HEADER)
    stack.edit("A2:E2", [7, "Ann", "NEW", None, "high"])
    stack.sweep()
    return stack


def test_this_is_the_copy():
    assert Path(bridge.__file__).parents[1] == Path.cwd()


def test_a_sweep_brings_it_to_the_task_and_a_patch_to_the_cell(lead):
    assert lead.task(1)["priority"] == "high"
    lead.patch(1, priority="low")
    lead.settle()
    assert (lead.cell("E2"), lead.cell("F2")) == ("low", "ok")
    lead.edit("E2", [""])
    lead.sweep()
    assert lead.task(1)["priority"] is None
    before = lead.calls()[1]
    lead.sweep()
    assert lead.calls()[1] == before


def test_a_delivery_of_the_script_brings_it_to_the_task_and_a_patch_to_the_cell(lead):
    lead.install()
    lead.settle()
    reads = lead.calls()[0]
    lead.edit("E2", ["urgent"])
    assert lead.google.scripts.wait_idle(60)
    lead.settle()
    assert lead.task(1)["priority"] == "urgent"
    lead.patch(1, priority="later")
    lead.settle()
    assert lead.cell("E2") == "later"
    story = [(one["side"], one["field"], one["old"], one["new"], one["state"]) for one in lead.changes(1)][:2]
    assert story == [
        ("task", "priority", "urgent", "later", "applied"),
        ("sheet", "priority", "high", "urgent", "applied"),
    ]
    assert lead.calls()[0] - reads <= 3, "the edit itself was told, not swept up"


def test_a_new_row_and_a_task_of_the_api_have_it_too(running):
    stack = running(header=HEADER, create_rows=True)
    made = stack.post_to("/tasks", title="Follow up: Bob", priority="high").json()
    stack.settle()
    assert (made["priority"], stack.cell("E2")) == ("high", "high")


def test_both_sides_change_it_and_the_loser_can_be_taken(lead):
    lead.google.book.tab("Leads").write(2, 5, [["sheet"]])  # nobody tells the bridge
    lead.patch(1, priority="task")
    lead.settle()
    assert (lead.cell("E2"), lead.task(1)["priority"]) == ("sheet", "sheet")
    (lost,) = [one for one in lead.changes(1) if one["state"] == "lost"]
    assert lead.post_to(f"/changes/{lost['id']}/take").status_code == 200
    lead.settle()
    assert (lead.cell("E2"), lead.task(1)["priority"]) == ("task", "task")


def test_the_api_checks_and_describes_it_by_its_column(lead):
    assert lead.patch(1, priority="x" * 20).status_code == 200
    for wrong in ("", "x" * 21, 7):
        answer = lead.patch(1, priority=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "priority")
    shapes = lead.get("/openapi.json")["components"]["schemas"]
    assert {name for name, shape in shapes.items() if "priority" in shape.get("properties", {})} == {
        "TaskCreate",
        "TaskChange",
        "TaskOut",
    }
