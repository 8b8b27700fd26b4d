"""Parts of the worker on PostgreSQL fail one by one, while the rest of it looks alive: it is got over without help."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from bridge.engine.postgres import PostgresEngine
from task_api import tasks
from task_api.actor import Actor
from tests.postgres.server import Postgres
from tests.stack import Stack, eventually

LISTENERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s"
)
BEATS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %s"


@pytest.fixture
def stack(tmp_path: Any, postgres: Postgres) -> Iterator[Stack]:
    """One lead, and a worker that is taken for dead after two and a half seconds."""
    with Stack(tmp_path, postgres, engine=True) as running:
        running.edit("A2:C2", [12, "Vikram", "NEW"])
        running.deliver([12, "Vikram", "NEW", None])
        running.settle()
        running.stop_bridge()
        running.lease = timedelta(seconds=10)
        running.start_bridge()
        running.settle()
        yield running


class Aside:
    """Somebody else's connection to the same database."""

    def __init__(self, stack: Stack, *, autocommit: bool = True) -> None:
        self._address, self._autocommit = stack.database.replace("+psycopg", ""), autocommit
        self.connection = eventually(self._connected, "the database answers")

    def _connected(self) -> psycopg.Connection[Any] | None:
        with suppress(psycopg.OperationalError):
            return psycopg.connect(self._address, autocommit=self._autocommit)
        return None

    def __enter__(self) -> "Aside":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def one(self, query: str, *values: Any) -> Any:
        row = self.connection.execute(query, values or None).fetchone()
        return row and row[0]


def cut_off_while_it_waits(stack: Stack, locking: str, waits: str) -> None:
    """End the one connection that waits for these rows in this call."""
    with Aside(stack) as looking, Aside(stack, autocommit=False) as locks:
        eventually(lambda: locks.connection.execute(locking).rowcount or locks.connection.rollback(), "rows to lock")
        found = eventually(lambda: looking.one(WAITING, f"%{waits}%"), f"{waits} waits")
        looking.one("SELECT pg_terminate_backend(%s)", found)
        eventually(lambda: looking.one(WAITING, f"%{waits}%") != found, "it is gone")


def test_a_job_waits_for_whoever_counts_on_it(stack: Stack) -> None:
    stack.runtime.engine.stop()
    engine = PostgresEngine(stack.runtime)
    with stack.runtime.session() as session, Aside(stack) as looking:
        session.begin_write()
        task = tasks.locked(session, 1)
        assert task is not None
        tasks.change(session, task, {"status": "DONE"}, actor=Actor("token", "test"))
        session.flush()
        job = threading.Thread(target=engine._work, args=("leads",))
        job.start()
        eventually(lambda: looking.one(WAITING, "%sheet_queues%"), "the job waits")
        session.commit()
    job.join(60)
    assert stack.cell("C2") == "QUALIFIED"


def test_a_job_whose_end_could_not_be_told_holds_nobody_up(stack: Stack) -> None:
    stack.google.trouble.latency = 1.0
    stack.patch(1, status="DONE")
    cut_off_while_it_waits(stack, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' FOR UPDATE", "finish_job")
    stack.google.trouble.latency = 0.0
    stack.patch(1, status="IN_PROGRESS")
    eventually(lambda: stack.cell("C2") == "CONTACTED", "the sheet goes on")


def test_a_heartbeat_that_failed_is_not_the_last(stack: Stack) -> None:
    cut_off_while_it_waits(stack, "SELECT 1 FROM procrastinate_workers FOR UPDATE", "update_heartbeat")
    with Aside(stack) as looking:
        moment = looking.one("SELECT now()")
        eventually(lambda: looking.one(BEATS, moment), "it beats again")


def test_after_a_restart_of_the_database_it_is_told_of_jobs_again(stack: Stack, postgres: Postgres) -> None:
    postgres.restart()
    with Aside(stack) as looking:
        eventually(lambda: looking.one(LISTENERS), "somebody listens")
    assert eventually(lambda: stack.patch(1, status="DONE").status_code == 200, "a PATCH is taken")
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "the cell follows")
