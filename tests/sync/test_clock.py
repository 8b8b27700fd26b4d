"""A clock that is set back, or two machines whose clocks are apart: nothing waits until it is as late as it was."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from bridge.store.clock import clock_of
from bridge.store.models import Link, SheetHealth, SheetQueue
from bridge.worker import start
from bridge.worker.job import acquire

pytestmark = pytest.mark.both
AHEAD = 240.0
HEADER = ["id", "name", "status", "task_id", "notes", "sync"]


@pytest.fixture
def set_back(running):
    """Two leads; what one of them agreed on is dated four minutes ahead of a clock that has been put right since."""
    stack = running(header=HEADER)
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.sweep()
    stack.later(40)
    stack.clock.advance(AHEAD)
    stack.patch(1, notes="written ahead")
    stack.settle()
    assert stack.cell("E2") == "written ahead"
    stack.clock.advance(-AHEAD)
    return stack


def date(stack, table, **moments):
    """Store these moments, in seconds from now."""
    with stack.runtime.writing() as session:
        now = stack.runtime.now()
        at = {name: now + timedelta(seconds=seconds) for name, seconds in moments.items()}
        session.execute(update(table).where(table.sheet == "leads").values(at))
        session.commit()


def test_an_edit_whose_event_was_lost_is_found_by_the_next_sweep(set_back):
    set_back.edit("E2", ["typed after"])
    set_back.sweep()
    assert set_back.task(1)["notes"] == "typed after"


def test_a_read_from_before_our_write_is_no_edit_though_the_clock_was_set_back_since(running):
    stack = running(header=HEADER)
    stack.edit("A2:E2", [1, "Ann", "NEW", None, "before"])
    stack.sweep()
    stack.later(60)
    stack.google.trouble.lag(60, lasting=8)
    stack.patch(1, notes="from the API")
    stack.drain()
    back = timedelta(seconds=20)
    stack.runtime.now, stack.started = lambda: stack.clock.now() - back, stack.started - back
    start.clock_set_back(stack.runtime, 20)
    stack.drain()
    stack.later(30)
    stack.settle()
    assert (stack.cell("E2"), stack.task(1)["notes"]) == ("from the API", "from the API")
    assert [one["new"] for one in stack.changes(1) if one["field"] == "notes" and one["side"] == "sheet"] == []


def test_a_patch_is_written_at_once(set_back):
    set_back.patch(1, notes="patched after")
    set_back.patch(2, notes="another")
    reads = set_back.calls()[0]
    set_back.run_for(3)
    assert (set_back.cell("E2"), set_back.cell("E3")) == ("patched after", "another")
    assert set_back.calls()[0] - reads <= 3


def test_the_regular_sweep_comes_although_the_last_one_lies_ahead(set_back):
    date(set_back, SheetQueue, swept_at=3600)
    set_back.edit("E2", ["typed after"])
    set_back.run_for(1)
    assert set_back.task(1)["notes"] == "typed after"


def test_a_row_deleted_after_the_step_is_missed_at_once_and_its_task_archived_after_the_grace_time(set_back):
    set_back.google.person.delete_rows("Leads", 2)
    set_back.sweep()
    set_back.run_for(62)
    assert set_back.task(1)["archived_at"]


@pytest.mark.parametrize(
    ("table", "moments"),
    [
        (SheetQueue, {"lease_until": 3600}),
        (SheetQueue, {"not_before": 3600}),
        (Link, {"next_try": 3600}),
        (Link, {"agreed_at": 3600}),
        (SheetQueue, {"lease_until": 3600, "not_before": 3600, "swept_at": 3600}),
    ],
    ids=["lease", "pause", "next try", "agreement", "all"],
)
def test_no_stored_moment_of_the_future_keeps_a_patch_from_its_cell(set_back, table, moments):
    set_back.patch(2, notes="x")
    date(set_back, table, **moments)
    set_back.run_for(10)
    assert set_back.cell("E3") == "x"


def test_a_step_of_seconds_that_the_engine_notices_ends_what_waits(set_back):
    set_back.patch(2, notes="x")
    date(set_back, SheetQueue, not_before=100)
    date(set_back, Link, next_try=100)
    start.clock_set_back(set_back.runtime, 100)
    set_back.run_for(1)
    assert set_back.cell("E3") == "x"


def test_a_lease_that_is_held_is_not_taken_for_one_of_the_future(set_back):
    lasts = set_back.runtime.config.lease
    with set_back.runtime.writing() as session:
        now = set_back.runtime.now()
        assert acquire(session, "leads", now, lasts)
        assert acquire(session, "leads", now + lasts / 2, lasts) is None
        assert acquire(session, "leads", now - timedelta(seconds=4), lasts) is None
        assert acquire(session, "leads", now - timedelta(minutes=1), lasts)
        session.rollback()


def test_an_approval_dated_ahead_does_not_count_for_rows_that_vanish_later(running):
    stack = running()
    stack.edit("A2:C13", *([n, f"Lead {n}", "NEW"] for n in range(1, 13)))
    stack.sweep()
    stack.later(40)
    date(stack, SheetHealth, approved_at=3600)
    stack.google.person.delete_rows("Leads", 2, 10)
    stack.sweep()
    stack.run_for(120)
    assert [need["kind"] for need in stack.get("/needs") if need["kind"] == "deletions"] == ["deletions"]
    assert len(stack.tasks()) == 12


def test_a_script_that_is_silent_is_told_although_it_was_heard_ahead(set_back):
    date(set_back, SheetHealth, heard_at=7200)
    set_back.sweep()
    set_back.later(16 * 60)
    assert "not heard of since" in set_back.get("/status")[0]["silence"]


def test_a_grace_time_that_began_ahead_begins_again(set_back):
    set_back.google.person.delete_rows("Leads", 2)
    set_back.sweep()
    date(set_back, Link, gone_at=7200)
    set_back.sweep()
    set_back.later(62)
    set_back.sweep()
    assert set_back.task(1)["archived_at"]


def test_a_row_is_appended_although_its_last_try_lies_ahead(running):
    stack = running(create_rows=True)
    stack.http.post(f"{stack.url}/tasks", json={"title": "Follow up: Ann"}, timeout=60)
    date(stack, Link, append_tried_at=7200)
    stack.sweep()
    stack.run_for(30)
    assert stack.rows()[0][1] == "Ann"


def test_a_value_of_ours_that_was_written_ahead_is_a_persons_when_somebody_types_it(set_back):
    set_back.patch(1, notes="second")
    set_back.settle()
    set_back.later(61)
    set_back.edit("E2", ["written ahead"])
    set_back.sweep()
    assert set_back.task(1)["notes"] == "written ahead"
    assert set_back.cell("E2") == "written ahead"


@pytest.mark.postgres
def test_machines_of_a_fleet_have_the_databases_clock(stack):
    stack.clock.advance(3600)  # this machine's is an hour ahead
    now = clock_of(stack.runtime.database)
    with stack.runtime.database.connect() as connection:
        told = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    assert abs((now() - told).total_seconds()) < 1
