"""The commands that look into the work and change it, as a person reads them."""

import json

import pytest


@pytest.fixture
def commands(leadbridge):
    """What ``leadbridge …`` prints, once its exit code is as expected."""

    def run(*words, code=0):
        done = leadbridge(*words)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_a_dry_run_prints_the_plan_changes_nothing_and_says_by_its_code_that_there_is_something_to_do(stack, commands):
    stack.settle()
    stack.edit("A2:C3", [1, "Ann", "NEW"], ["", "No id", "NEW"])
    said = commands("sweep", "--dry-run", code=2)
    assert "task created" in said
    assert "2 rows, 0 agree; 1 refused, 1 task created" in said
    assert stack.tasks() == []
    assert stack.rows() == [[1, "Ann", "NEW", None], [None, "No id", "NEW", None]]


def test_a_dry_run_shows_field_by_field_what_either_side_would_take(stack, commands):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.edit("C2", ["LOST"])
    (step,) = json.loads(commands("sweep", "--dry-run", "--json", code=2))["steps"]
    assert step["changes"] == [{"field": "status", "old": "NEW", "new": "LOST", "to": "task"}]
    assert stack.task(1)["status"] == "TODO"


def test_a_sweep_by_hand_puts_things_right_beside_the_running_bridge(stack, commands):
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    assert "1 task created" in commands("sweep", "--sheet", "leads")
    assert stack.task(1)["title"] == "Follow up: Ann"
    stack.settle()
    assert stack.cell("D2") == 1
    assert "nothing to do" in commands("sweep", "--dry-run")


def test_what_only_a_person_can_do_is_said_by_the_code_of_a_sweep(stack, commands):
    stack.edit("A2:C2", ["", "No id", "NEW"])
    assert "has no id" in commands("sweep", code=2)


def test_needs_status_changes_undo_and_take_speak_to_a_person(stack, commands):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.patch(1, status="DONE")
    stack.settle()
    assert "leads" in commands("status")
    assert json.loads(commands("needs", "--json", code=2))[0]["kind"] == "silent"
    newest = json.loads(commands("changes", "--json", "--lead", "1"))[0]
    assert (newest["old"], newest["new"]) == ("NEW", "QUALIFIED")
    assert "status of lead 1 is 'NEW' again" in commands("undo", str(newest["id"]))
    stack.settle()
    assert stack.cell("C2") == "NEW"
    assert "only a value that a conflict lost" in commands("take", str(newest["id"]), code=1)
    assert "nothing awaits approval" in commands("approve")
    assert "0 writes queued again" in commands("retry", "--all")
