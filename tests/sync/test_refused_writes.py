"""One link whose write fails, or that Google refuses, stops no other of its batch."""

import pytest

from bridge.worker.flush import flush
from tests.sync.test_refused_rows import Picky

HEADER = ["id", "name", "status", "task_id", "notes", "sync"]
MANY = 40


@pytest.fixture
def stack(running):
    """Many leads in sync."""
    stack = running(header=HEADER)
    stack.edit(f"A2:C{MANY + 1}", *([n, f"Lead {n}", "NEW"] for n in range(1, MANY + 1)))
    stack.sweep()
    stack.later(11)
    return stack


def written(stack):
    tab = stack.google.book.tab("Leads")
    return [line[0] for line in tab.values(2, 5, MANY, 1)]


def needs(stack):
    return [need for need in stack.get("/needs") if need["kind"] not in {"silent", "header"}]


@pytest.mark.both
@pytest.mark.parametrize("bad", [{7}, {1, 40}])
def test_of_a_batch_that_google_refuses_all_others_are_written_at_once(stack, bad):
    stack.witness = Picky(stack.witness, "BAD")
    for task in range(1, MANY + 1):
        stack.patch(task, notes="BAD" if task in bad else f"note {task}")
    before = stack.calls()[1]
    stack.run_for(5)
    assert [text for n, text in enumerate(written(stack), 1) if n not in bad] == [
        f"note {n}" for n in range(1, MANY + 1) if n not in bad
    ]
    assert stack.calls()[1] - before <= 30
    stack.run_for(60)
    assert {need["lead_id"] for need in needs(stack)} == {str(n) for n in bad}
    stack.witness = stack.witness.google
    stack.run_for(301)
    assert [written(stack)[n - 1] for n in bad] == ["BAD"] * len(bad)
    assert needs(stack) == []


@pytest.mark.sqlite
def test_when_google_refuses_everything_the_quota_is_kept_and_nothing_is_lost(stack):
    stack.witness = Picky(stack.witness, "values")
    for task in range(1, MANY + 1):
        stack.patch(task, notes=f"note {task}")
    stack.run_for(600)
    assert stack.witness.refused <= 600  # 60 a minute
    stack.witness = stack.witness.google
    stack.run_for(301)
    assert written(stack) == [f"note {n}" for n in range(1, MANY + 1)]
    assert needs(stack) == []


@pytest.mark.both
def test_a_link_whose_merge_raises_stops_no_other_and_is_tried_again(stack, monkeypatch, caplog):
    whole = flush.merge_values

    def fail(context, link, *arguments):
        outcome = whole(context, link, *arguments)
        if link.lead_id == "7":
            raise RuntimeError("a fault of ours")
        return outcome

    monkeypatch.setattr(flush, "merge_values", fail)
    for task in range(1, MANY + 1):
        stack.patch(task, notes=f"note {task}")
    stack.run_for(10)
    assert [n for n, text in enumerate(written(stack), 1) if text != f"note {n}"] == [7]
    assert "a fault of ours" in caplog.text
    assert [need["lead_id"] for need in needs(stack)] == ["7"]
    monkeypatch.setattr(flush, "merge_values", whole)
    stack.run_for(301)
    assert (written(stack)[6], stack.cell("F8"), needs(stack)) == ("note 7", "ok", [])


@pytest.mark.sqlite
def test_more_than_google_takes_in_one_call_goes_in_several(stack):
    for task in range(1, MANY + 1):
        stack.patch(task, notes="ü" * 50_000)
    stack.settle()
    assert {len(text) for text in written(stack)} == {50_000}
    assert needs(stack) == []
