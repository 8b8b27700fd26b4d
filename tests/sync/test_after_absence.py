"""After Google was away for long: what waits is written soon, `explain` says when, and nothing stays waiting."""

from datetime import timedelta

import pytest

from bridge.core.backoff import LONGEST_WAIT
from bridge.local_google.api.trouble import Fault
from bridge.reports.explain import explain
from bridge.worker.run import due

HEADER = ["id", "name", "status", "task_id", "notes", "sync"]


@pytest.fixture
def agreed(running):
    stack = running(header=HEADER)
    stack.install()
    stack.edit("A2:E3", [1, "Ann", "NEW", None, "a"], [2, "Bob", "NEW", None, "b"])
    stack.settle()
    return stack


def away(stack, seconds):
    """Google answers 500 for so long."""
    stack.google.trouble.fail(Fault(500), 5000)
    stack.run_for(seconds)


def back(stack):
    stack.google.trouble.reset()


def test_a_return_is_noticed_within_the_longest_wait_and_explain_says_when(agreed):
    agreed.patch(1, status="DONE")
    away(agreed, 1800)
    at = due(agreed.runtime)[0].at
    assert at - agreed.runtime.now() <= timedelta(seconds=LONGEST_WAIT)
    with agreed.runtime.session() as session:
        (said,) = explain(session, agreed.runtime, "1")
    assert any(f"{at:%H:%M:%S} UTC" in reason for reason in said.reasons)
    back(agreed)
    agreed.run_for((at - agreed.runtime.now()).total_seconds() + 1)
    assert agreed.cell("C2") == "QUALIFIED"


@pytest.mark.full
def test_after_hours_of_trouble_row_and_sync_cell_are_right_and_nothing_waits(agreed):
    agreed.patch(1, status="DONE")
    away(agreed, 2 * 3600)
    back(agreed)
    agreed.run_for(2 * 3600)
    assert (agreed.cell("C2"), agreed.cell("F2"), agreed.cell("F3")) == ("QUALIFIED", "ok", "ok")
    assert [one["state"] for one in agreed.changes(1) if one["state"] == "waiting"] == []
    assert agreed.pending() == 0


def test_a_write_given_up_while_google_failed_shows_so_in_its_row_or_is_made_good_once_it_is_back(agreed):
    agreed.patch(1, status="DONE")
    agreed.google.trouble.fail(Fault(500, kind="write"), 5000)
    agreed.run_for(2 * 3600)
    back(agreed)
    agreed.run_for(600)
    said = (agreed.cell("C2"), str(agreed.cell("F2")).partition(":")[0])
    assert said in {("QUALIFIED", "ok"), ("NEW", "waiting")}
    agreed.run_for(3600)
    assert (agreed.cell("C2"), agreed.cell("F2")) == ("QUALIFIED", "ok")
    assert [one for one in agreed.changes(1) if one["state"] == "waiting"] == []
