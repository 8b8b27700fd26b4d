"""Procrastinate's jobs of one sheet: few, each at its time, and another one for each that is lost."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bridge.engine.postgres import PostgresEngine
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.unit_of_work import wake_after_commit
from bridge.worker import run
from tests.postgres.server import Postgres
from tests.stack import Stack, eventually

BEFORE_THE_NET = 10.0
"""Seconds; the safety net comes every minute, and this lease's dead workers are looked for every 22 seconds."""


@pytest.fixture
def stack(tmp_path: Any, postgres: Postgres) -> Iterator[Stack]:
    """One lead, and an engine."""
    with Stack(tmp_path, postgres, engine=True) as running:
        running.edit("A2:C2", [12, "Vikram", "NEW"])
        running.deliver([12, "Vikram", "NEW", None])
        running.settle()
        yield running


@pytest.fixture
def idle(tmp_path: Any, postgres: Postgres) -> Iterator[Stack]:
    """One lead, nobody who takes the jobs, and none."""
    with Stack(tmp_path, postgres) as running:
        running.edit("A2:C2", [12, "Vikram", "NEW"])
        running.deliver([12, "Vikram", "NEW", None])
        running.settle()
        execute(running, "DELETE FROM procrastinate_jobs")
        yield running


def execute(stack: Stack, statement: str) -> Any:
    with stack.runtime.database.begin() as connection:
        done = connection.execute(text(statement))
        return done.all() if done.returns_rows else None


def wish(stack: Stack, *seconds: float) -> None:
    for wait in seconds:
        with stack.runtime.writing() as session:
            wake_after_commit(session, "leads", stack.runtime.now() + timedelta(seconds=wait))
            session.commit()


def waits(stack: Stack) -> list[float]:
    """Seconds until each job that waits, in the order in which they would be taken; at once is 0."""
    due = "greatest(0, extract(epoch FROM coalesce(scheduled_at, now()) - now()))"
    rows = execute(stack, f"SELECT {due} FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id")
    return [float(row[0]) for row in rows]


def test_many_changes_leave_one_job(idle: Stack) -> None:
    for number in range(20):
        idle.patch(1, status="DONE" if number % 2 else "IN_PROGRESS")
        with idle.runtime.writing() as session:
            ask_for_sweep(session, "leads", idle.runtime.now() + timedelta(seconds=number))
            session.commit()
    assert waits(idle) == [0]


def test_a_job_that_comes_sooner_is_taken_before_one_that_waits_already(idle: Stack) -> None:
    wish(idle, 3600, 60, 600, 90, 0, 30)
    assert waits(idle) == [0, pytest.approx(60, abs=20), pytest.approx(3600, abs=20)]


def test_a_job_for_later_keeps_no_change_back(stack: Stack) -> None:
    wish(stack, 200)
    assert waits(stack)
    stack.patch(1, status="DONE")
    began = time.monotonic()
    eventually(lambda: stack.cell("C2") == "QUALIFIED")
    assert time.monotonic() - began < BEFORE_THE_NET


def test_the_time_of_a_job_is_the_database_s(idle: Stack) -> None:
    idle.later(7200)
    execute(idle, "DELETE FROM procrastinate_jobs")
    wish(idle, 100)
    assert waits(idle) == [pytest.approx(100, abs=20)]


def test_a_job_leaves_one_for_when_its_sheet_is_due_again(idle: Stack) -> None:
    PostgresEngine(idle.runtime)._work("leads")
    (wait,) = waits(idle)
    assert 200 < wait <= idle.config.sheets["leads"].sweep_every


def test_a_sheet_that_waits_out_a_failure_has_its_job_then(idle: Stack) -> None:
    execute(idle, "UPDATE sheet_queues SET not_before = (now() AT TIME ZONE 'UTC') + interval '40 s'")
    idle.patch(1, status="DONE")
    execute(idle, "DELETE FROM procrastinate_jobs")
    PostgresEngine(idle.runtime)._work("leads")
    assert waits(idle) == [pytest.approx(40, abs=20)]


def test_a_sheet_whose_job_was_lost_gets_another(idle: Stack) -> None:
    PostgresEngine(idle.runtime)._look_after_sheets(0)
    (wait,) = waits(idle)
    assert 200 < wait <= idle.config.sheets["leads"].sweep_every


TAKEN = """
WITH other AS (INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '{beat}') RETURNING id)
INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)
SELECT 'sheets', 'work_on_sheet', 'leads', jsonb_build_object('sheet', 'leads'), 'doing', id FROM other
"""


def taken(stack: Stack, beat: str) -> None:
    """Another worker has the sheet's job under way; its heart beat then."""
    eventually(lambda: not execute(stack, "SELECT FROM procrastinate_jobs WHERE lock = 'leads' AND status = 'doing'"))
    execute(stack, TAKEN.format(beat=beat))


def takeable(stack: Stack) -> list[int]:
    """The job that a worker would be given now, if any; it is not taken."""
    with stack.runtime.database.connect() as connection:
        fetched = connection.execute(text("SELECT id FROM procrastinate_fetch_job_v2(ARRAY['sheets'], NULL)"))
        return [number for (number,) in fetched if number is not None]


def test_who_waits_for_a_lock_begins_when_it_is_free_though_nobody_tells(stack: Stack) -> None:
    taken(stack, "1 hour")
    stack.patch(1, status="DONE")
    assert (len(waits(stack)) > 0, takeable(stack)) == (True, [])
    assert stack.cell("C2") == "NEW"
    execute(stack, "DELETE FROM procrastinate_jobs WHERE lock = 'leads' AND status = 'doing'")
    began = time.monotonic()
    eventually(lambda: stack.cell("C2") == "QUALIFIED")
    assert time.monotonic() - began < BEFORE_THE_NET


def test_a_job_that_lost_the_database_is_tried_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    due, lost = run.due, []

    def loses(*asked: Any) -> Any:
        if len(lost) < 2:
            lost.append(asked)
            raise OperationalError("SELECT", None, Exception("gone"))
        return due(*asked)

    monkeypatch.setattr(run, "due", loses)
    stack.patch(1, status="DONE")
    began = time.monotonic()
    eventually(lambda: stack.cell("C2") == "QUALIFIED")
    assert len(lost) == 2
    assert time.monotonic() - began < BEFORE_THE_NET


def test_what_a_dead_worker_had_taken_is_given_back(stack: Stack) -> None:
    stack.stop_bridge()
    stack.lease = timedelta(seconds=8)
    stack.start_bridge()
    stack.settle()
    taken(stack, "-1 hour")
    stack.patch(1, status="DONE")
    eventually(lambda: stack.cell("C2") == "QUALIFIED")


def test_the_periodic_tasks_run(stack: Stack) -> None:
    run = "SELECT task_name FROM procrastinate_periodic_defers WHERE job_id IS NULL"
    eventually(lambda: {"give_back_stalled", "look_after_sheets"} <= {row[0] for row in execute(stack, run)})
