"""A refusal by Google is not for ever: what is refused once, or for a while, is written as soon as Google takes it."""

import pytest

from bridge.local_google.api.trouble import Fault
from bridge.store.models import Link

HEADER = ["id", "name", "status", "task_id", "notes", "sync"]


@pytest.fixture
def leads(running):
    """Two linked leads, with notes and a sync column."""
    stack = running(header=HEADER)
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.sweep()
    stack.later(11)
    return stack


def needs(stack, kind):
    return [need for need in stack.get("/needs") if need["kind"] == kind]


def states(stack, task, field="notes"):
    return [one["state"] for one in stack.changes(task) if (one["field"], one["side"]) == (field, "task")]


@pytest.mark.both
@pytest.mark.parametrize("fields", [{"notes": "x"}, {"notes": "x", "status": "DONE"}], ids=["a cell", "a row"])
@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_write_that_google_refuses_a_few_times_is_written(leads, times, fields):
    leads.google.trouble.fail(Fault(400, kind="write"), times=times)
    leads.patch(1, **fields)
    leads.settle()
    assert (leads.cell("E2"), leads.cell("F2")) == ("x", "ok")
    assert states(leads, 1)[0] == "applied"
    assert leads.get("/needs") == needs(leads, "silent")


@pytest.mark.sqlite
def test_a_tab_renamed_and_renamed_back_around_a_write_loses_nothing(leads):
    tab = leads.google.book.tab("Leads")
    leads.google.trouble.before_write(lambda: tab.rename("Leads (renaming)"))
    leads.google.trouble.before_write(lambda: tab.rename("Leads"))
    leads.google.trouble.fail(Fault(400, kind="write"))
    leads.patch(1, notes="x")
    leads.settle()
    assert leads.cell("E2") == "x"


@pytest.mark.sqlite
@pytest.mark.parametrize("answer", [401, 403, 404])
@pytest.mark.parametrize("kind", ["read", "write"])
def test_one_refusal_of_the_whole_spreadsheet_pauses_for_seconds_only(leads, answer, kind):
    leads.google.trouble.fail(Fault(answer, kind=kind))
    leads.patch(1, notes="x")
    leads.run_for(20)
    assert leads.cell("E2") == "x"
    assert needs(leads, "paused") == []


@pytest.mark.sqlite
def test_a_spreadsheet_that_is_shared_again_is_found_within_a_minute(leads):
    leads.google.trouble.unshared = True
    leads.patch(1, notes="x")
    leads.run_for(600)
    assert "share it with" in needs(leads, "paused")[0]["why"]
    leads.google.trouble.unshared = False
    leads.run_for(61)
    assert leads.cell("E2") == "x"


@pytest.mark.sqlite
def test_a_protection_that_is_taken_away_lets_the_write_through(leads):
    guard = leads.google.book.tab("Leads").protect("E2:E2")
    leads.patch(1, notes="x")
    leads.settle()
    assert "protected" in needs(leads, "refused")[0]["why"]
    before = leads.calls()[0]
    leads.sweep()
    assert leads.calls()[0] == before + 1  # nothing to try while it stands
    leads.google.book.tab("Leads").unprotect(guard)
    leads.sweep()
    assert (leads.cell("E2"), leads.cell("F2"), needs(leads, "refused")) == ("x", "ok", [])


def refusing(stack, hours):
    """Let Google refuse every write for so long."""
    stack.google.trouble.fail(Fault(400, kind="write"), times=10_000)
    stack.run_for(hours * 3600)


@pytest.mark.sqlite
def test_who_looks_is_told_soon_and_only_what_is_refused_for_an_hour_is_given_up(leads):
    leads.patch(1, notes="x")
    refusing(leads, 1 / 60)
    (told,) = needs(leads, "refused")
    assert told["why"].startswith("Google refuses it")
    assert (needs(leads, "dead_letter"), states(leads, 1)[0]) == ([], "waiting")
    refusing(leads, 1.1)
    assert len(needs(leads, "dead_letter")) == 1
    assert states(leads, 1)[0] == "refused"


@pytest.mark.both
def test_a_sweep_tries_a_dead_letter_again_after_an_hour_and_it_stays_one_until_then(leads):
    leads.patch(1, notes="x")
    refusing(leads, 2.2)
    assert len(needs(leads, "dead_letter")) == 1
    leads.google.trouble.reset()
    leads.run_for(3700)
    assert (leads.cell("E2"), leads.cell("F2"), leads.get("/needs")) == ("x", "ok", needs(leads, "silent"))


@pytest.mark.sqlite
def test_an_edit_of_the_row_tries_a_dead_letter_again_at_once(leads):
    leads.patch(1, notes="x")
    refusing(leads, 1.2)
    leads.google.trouble.reset()
    leads.edit("C2", ["CONTACTED"])
    leads.sweep()
    assert leads.cell("E2") == "x"


@pytest.mark.sqlite
def test_a_refused_cell_costs_ever_fewer_tries(leads):
    leads.patch(1, notes="x")
    refusing(leads, 0.4)
    before = leads.calls()[1]
    leads.run_for(1800)
    assert leads.calls()[1] - before <= 45  # twelve tries: the row, then each of two cells
    with leads.runtime.session() as session:
        assert session.query(Link).filter(Link.wanted > Link.written).count() == 1
