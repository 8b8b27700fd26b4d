"""``leadbridge explain LEAD``: why a cell does not say what its task says, from state and history."""

import json

import pytest

from bridge.local_google.api.trouble import Fault
from bridge.reports.explain import explain


def told(stack, lead="12"):
    """The one explanation of a lead, as text."""
    with stack.runtime.session() as session:
        (found,) = explain(session, stack.runtime, lead)
    return found, "\n".join(found.fields + found.reasons)


def test_a_lead_in_sync_is_explained_by_agreement(linked):
    linked.install()
    linked.settle()
    found, text = told(linked)
    assert "status: the cell says 'NEW', as its task does" in text
    assert (found.differs, found.reasons, found.row) == (False, (), 2)


def test_a_write_that_google_does_not_take_is_explained_by_googles_answer(linked):
    for _ in range(50):
        linked.google.trouble.fail(Fault(500))
    linked.patch(1, status="DONE")
    linked.drain()
    found, text = told(linked)
    assert found.differs
    assert "the whole sheet waits: Google answered 500" in text
    assert "status: the cell says 'NEW', its task means 'QUALIFIED': the write is under way since" in text
    assert "token:local" in text
    assert "the bridge looks again at" in text


def test_a_cell_with_a_formula_is_explained_by_the_formula(linked):
    linked.edit("C2", ['="NEW"'])
    linked.settle()
    linked.patch(1, status="DONE")
    linked.settle()
    assert "not written, because the cell holds a formula" in told(linked)[1]


def test_a_field_without_a_column_is_explained_by_the_header(linked):
    linked.patch(1, assignee="Ann")
    linked.settle()
    assert "owner: the sheet has no column 'owner'" in told(linked)[1]


def test_an_archived_task_explains_its_row(linked):
    linked.patch(1, archived=True)
    linked.settle()
    assert "task 1 is archived since" in told(linked)[1]


def test_a_word_that_nobody_knows_is_explained_by_its_refusal(stack):
    stack.edit("A2:C2", [7, "Ann", "NO SUCH WORD"])
    stack.sweep()
    found, text = told(stack, "7")
    assert found.row == 2
    assert "NO SUCH WORD" in text


def test_a_row_without_a_task_is_explained_by_what_the_last_sweep_saw(linked):
    linked.edit("A3:C3", [12, "Vikram", "NEW"])
    linked.sweep()
    with linked.runtime.session() as session:
        found = explain(session, linked.runtime, "12")
    assert [one.task_id for one in found] == [1, None]
    assert "same id 12 as row 2" in found[1].reasons[0]


def test_a_row_that_lost_its_id_is_explained_by_that_and_not_by_what_its_cells_said(linked):
    linked.edit("A2", [""])
    linked.sweep()
    linked.patch(1, status="DONE")
    linked.settle()
    found, text = told(linked)
    assert found.reasons[0].startswith("its row cannot be told: row 2 has lost its id, which was 12")
    assert "status: the cell last said 'NEW', its task means 'QUALIFIED': not written before the row is found" in text


def test_a_deleted_row_and_its_archived_task_are_both_told_and_no_cell_is_said_to_agree_now(linked):
    linked.edit("A3:C3", [13, "Mara", "NEW"])
    linked.sweep()
    linked.later(60)
    linked.google.person.delete_rows("Leads", 2)
    linked.sweep()
    text = told(linked)[1]
    assert ("the row is missing from the sheet since" in text, "the cell last said 'NEW'" in text) == (True, True)
    linked.later(61)
    linked.sweep()
    text = told(linked)[1]
    assert ("task 1 is archived since" in text, "stays as it is" in text) == (True, False)


def test_a_cell_that_cannot_be_read_and_a_value_that_waits_for_it_are_both_told(running):
    stack = running(header=["id", "name", "status", "task_id", "notes"])
    stack.edit("A2:E2", [12, "Vikram", "NEW", None, "old"])
    stack.sweep()
    stack.edit("E2", ["=1/0"])
    stack.sweep()
    stack.patch(1, notes="new " + "x" * 200)
    stack.settle()
    (line,) = [one for one in told(stack)[0].fields if one.startswith("notes")]
    assert line.startswith("notes: the cell cannot be read: ")
    assert "its task means 'new xxx" in line
    assert "not written, because the cell holds a formula" in line
    assert len(line) < 300


def test_an_empty_cell_is_explained_by_the_text_that_it_stands_for(running):
    stack = running(header=["id", "name", "status", "task_id", "notes"])
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.sweep()
    assert "notes: the cell says nothing, which stands for 'Auto-created from Sheets' in its task" in told(stack)[1]


@pytest.fixture
def command(linked, leadbridge):
    """``leadbridge explain`` beside a bridge with one lead."""
    return lambda *words: leadbridge("explain", *words)


def test_the_command_prints_a_line_for_each_field(command):
    done = command("12")
    assert done.output.startswith("leads, lead 12, row 2, task 1\n")
    assert "status: the cell says 'NEW'" in done.output


def test_the_command_tells_programs_the_same(command):
    (one,) = json.loads(command("12", "--json").output)
    assert (one["lead_id"], one["differs"]) == ("12", False)


def test_the_command_says_what_to_do_about_an_unknown_lead(command):
    done = command("nobody")
    assert done.exit_code == 1
    assert "leadbridge changes" in done.output


def test_each_decision_to_wait_is_logged_with_its_reason(linked, caplog):
    caplog.set_level("INFO")
    for _ in range(50):
        linked.google.trouble.fail(Fault(500))
    linked.patch(1, status="DONE")
    linked.drain()
    assert "queue_postponed" in caplog.text
    assert "Google answered" in caplog.text
