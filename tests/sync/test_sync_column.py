"""The optional column ``sync``: a person in the sheet sees what the bridge sees."""

import pytest

HEADER = ["id", "name", "status", "task_id", "sync"]


@pytest.fixture
def stack(running):
    return running(header=HEADER)


def lead(stack, row=2, number=1):
    stack.edit(f"A{row}:C{row}", [number, f"Lead {number}", "NEW"])
    stack.deliver([number, f"Lead {number}", "NEW", None, None], first=row, seq=number, header=HEADER)
    stack.settle()


def test_a_linked_row_says_ok_in_the_same_write_as_its_task_id(stack):
    before = stack.calls()[1]
    lead(stack)
    assert (stack.cell("D2"), stack.cell("E2"), stack.calls()[1] - before) == (1, "ok", 1)


def test_a_status_nobody_knows_says_why_and_is_ok_again_when_it_is_mended(stack):
    lead(stack)
    stack.edit("C2", ["WON"])
    stack.deliver([1, "Lead 1", "WON", 1, "ok"], seq=2, header=HEADER, edited={"first": 3, "last": 3})
    stack.settle()
    assert str(stack.cell("E2")).startswith("refused: status: status 'WON' is not known")
    stack.edit("C2", ["LOST"])
    stack.deliver([1, "Lead 1", "LOST", 1, stack.cell("E2")], seq=3, header=HEADER, edited={"first": 3, "last": 3})
    stack.settle()
    assert stack.cell("E2") == "ok"


def test_a_write_over_what_could_not_be_read_says_ok_at_once(stack):
    lead(stack)
    stack.edit("C2", ["WON"])
    stack.deliver([1, "Lead 1", "WON", 1, "ok"], seq=2, header=HEADER, edited={"first": 3, "last": 3})
    stack.settle()
    assert stack.cell("E2").startswith("refused: status")
    writes = stack.calls()[1]
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), stack.cell("E2"), stack.calls()[1] - writes) == ("QUALIFIED", "ok", 1)


def test_a_conflict_is_said_until_the_field_changes_again(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.edit("C2", ["CONTACTED"])
    stack.deliver([1, "Lead 1", "CONTACTED", 1, "ok"], seq=2, header=HEADER, edited={"first": 3, "last": 3})
    stack.settle()
    assert stack.cell("E2").startswith("conflict: status: both sides changed it; the sheet's value stays")
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("E2") == "ok"


def test_a_formula_that_is_not_overwritten_is_said(stack):
    lead(stack)
    stack.google.book.tab("Leads").write(2, 3, [['=UPPER("new")']])
    stack.google.book.tab("Leads").set_result(2, 3, "NEW")
    stack.patch(1, status="DONE")
    stack.settle()
    assert "refused: status: the cell holds a formula" in stack.cell("E2")


def test_rows_without_a_task_are_told_why_and_the_words_go_when_the_row_does(stack):
    lead(stack)
    stack.edit("A3:C5", ["", "No id", "NEW"], [1, "Copy", "NEW"], [4, "", "NEW"])
    stack.sweep()
    assert stack.cell("E3") == "refused: row 3 has no id: give it one no other row has"
    assert stack.cell("E4").startswith("refused: row 4 has the same id 1 as row 2")
    assert stack.cell("E5") == "waiting: row 5 has no name yet: its task is made as soon as it has one"
    stack.edit("A3:C3", ["", "", ""])
    stack.sweep()
    assert stack.cell("E3") is None


def test_a_refused_new_row_hears_of_it_soon_after_its_delivery(stack):
    stack.edit("A2:C2", ["", "No id", "NEW"])
    stack.deliver(["", "No id", "NEW", None, None], header=HEADER)
    stack.settle()
    assert stack.cell("E2") is not None


def test_the_row_of_an_archived_task_says_so(stack):
    lead(stack)
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    stack.settle()
    assert stack.cell("E2") == "refused: task 1 is archived, so the row no longer changes it"
    stack.patch(1, archived=False)
    stack.settle()
    assert stack.cell("E2") == "ok"


def test_who_types_into_it_gets_the_truth_back(stack):
    lead(stack)
    stack.edit("E2", ["all fine"])
    stack.sweep()
    assert stack.cell("E2") == "ok"


def test_a_column_that_comes_later_is_filled(running):
    stack = running()
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.sweep()
    stack.edit("E1", ["sync"])
    stack.sweep()
    assert (stack.cell("E2"), stack.cell("E3")) == ("ok", "ok")


def test_two_quiet_sweeps_write_nothing(stack):
    lead(stack)
    stack.edit("A3:C3", ["", "No id", "NEW"])
    stack.sweep()
    before = stack.calls()[1]
    stack.sweep()
    stack.sweep()
    assert stack.calls()[1] == before


def test_an_edit_in_the_column_alone_costs_the_script_no_call(stack):
    stack.install()
    stack.settle()
    before = len(stack.google.scripts.executions())
    stack.edit("E2", ["mine"])
    assert stack.google.scripts.wait_idle(5)
    ran = stack.google.scripts.executions()[:-before]
    assert "bridgeEdited" in {run["function"] for run in ran}
    assert [run["function"] for run in ran if "fetch" in run["calls"]] == []
