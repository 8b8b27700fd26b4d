"""What is particular about PostgreSQL: others migrate it, many share one quota, and jobs meet in it."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import requests
from procrastinate.manager import JobManager
from sqlalchemy import create_engine, text

from bridge.config.file import load
from bridge.config.model import ConfigError
from bridge.engine.choose import make_engine
from bridge.engine.postgres import PostgresEngine
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.runtime import Runtime
from bridge.store.quota import Pace
from bridge.worker import run
from bridge.worker.job import LostLease, begin, end
from task_api import schema, tasks
from task_api.actor import Actor
from tests.databases import migrated_at_once
from tests.process.process import ROOT
from tests.stack import Stack, eventually


@pytest.fixture
def stack(tmp_path, postgres):
    with Stack(tmp_path, postgres, engine=True) as running:
        running.edit("A2:C2", [12, "Vikram", "NEW"])
        running.deliver([12, "Vikram", "NEW", None])
        running.settle()
        yield running


def ready(stack):
    answer = requests.get(f"{stack.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["missing"]


def test_a_task_that_gets_its_row_while_it_is_patched_keeps_the_patch(stack):
    stack.runtime.engine.stop()
    waiting = stack.post_to("/tasks", title="Follow up: Maya").json()["id"]
    stack.config.sheets["leads"] = replace(stack.config.sheets["leads"], create_rows=True)
    with stack.runtime.writing() as session:
        ask_for_sweep(session, "leads", stack.runtime.now())
        session.commit()
    with stack.runtime.session() as session:
        task = tasks.locked(session, waiting)
        assert task is not None
        tasks.change(session, task, {"lead_id": "X-9"}, actor=Actor("token", "test"))
        session.flush()
        job = threading.Thread(target=run.run, args=(stack.runtime, "leads"))
        job.start()
        with stack.runtime.session() as other:
            eventually(lambda: other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")), "it waits")
        session.commit()
    job.join()
    assert stack.task(waiting)["lead_id"] == "X-9"


SLOW_COMMIT = """
CREATE TEMP TABLE slow (a int);
CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.slow();
INSERT INTO slow VALUES (1);
"""


def at_work(stack):
    """True while a job is running, or due."""
    with stack.runtime.database.connect() as connection:
        now = "status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())"
        return connection.scalar(text(f"SELECT count(*) FROM procrastinate_jobs WHERE {now}")) > 0


def test_what_falls_due_while_it_is_committed_is_not_forgotten(stack):
    eventually(lambda: not at_work(stack), "it waits for the next sweep, in five minutes")
    with stack.runtime.writing() as session:
        at = stack.runtime.now() + timedelta(seconds=0.3)
        ask_for_sweep(session, "leads", at)
        session.connection().exec_driver_sql(SLOW_COMMIT)
        session.commit()
    began = time.monotonic()
    eventually(lambda: datetime.fromisoformat(stack.get("/status")[0]["swept_at"]) >= at, "swept")
    assert time.monotonic() - began < 15  # the safety net would take up to a minute


@pytest.mark.full
def test_while_a_newer_version_is_rolled_out_the_older_one_works_on_and_asks_to_be_spared(stack):
    with stack.runtime.database.begin() as connection:  # what an upgrade of another process does: it only adds
        for table in ("tasks", "links", "sheet_queues", "changes", "deliveries"):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN from_the_future TEXT DEFAULT 'x' NOT NULL"))
        connection.execute(text("CREATE TABLE future (id INTEGER)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    status, missing = ready(stack)
    assert status == 503
    assert "schema 9999" in missing[0]
    assert stack.patch(1, status="DONE").status_code == 200
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "its jobs go on")
    assert stack.deliver([12, "Vikram", "CONTACTED", 1], [13, "Maya", "NEW", None], seq=2).status_code == 200
    assert [task["status"] for task in stack.tasks()] == ["IN_PROGRESS", "TODO"]
    stack.stop_bridge()
    with pytest.raises(schema.SchemaError, match="this version only knows"):
        stack.start_bridge()
    with stack.runtime.database.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{schema.head()}'"))
    stack.start_bridge()


def test_a_row_takes_a_task_as_the_patch_left_it_that_was_under_way(stack):
    stack.runtime.engine.stop()  # no sweep mends it
    waiting = stack.post_to("/tasks", title="Follow up: Maya", lead_id="13").json()["id"]
    answers = []
    with stack.runtime.session() as session:
        task = tasks.locked(session, waiting)
        assert task is not None
        tasks.change(session, task, {"status": "DONE"}, actor=Actor("token", "test"))
        session.flush()
        row = threading.Thread(target=lambda: answers.append(stack.deliver([13, "Maya", "NEW", None], seq=2, first=3)))
        row.start()
        with stack.runtime.session() as other:
            eventually(lambda: other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")), "the row waits")
        session.commit()
    row.join()
    assert [one["outcome"] for one in answers[0].json()["outcomes"]] == ["task_linked"]
    assert (stack.task(waiting)["status"], stack.task(waiting)["version"]) == ("TODO", 3)
    lost = [one for one in stack.changes(waiting) if one["state"] == "lost"]
    assert [(one["field"], one["new"]) for one in lost] == [("status", "QUALIFIED")]


@pytest.mark.full
def test_processes_that_start_at_once_migrate_once(tmp_path, postgres):
    url = postgres.empty()
    migrated_at_once(url, 4)
    engine = create_engine(url)
    assert schema.current(engine) == schema.head()
    engine.dispose()
    postgres.drop(url)


def test_the_newest_change_of_the_queue_s_tables_is_known():
    """A release of Procrastinate with others needs a migration of ours."""
    from procrastinate.schema import migrations_path

    newest = max(file.stem for file in Path(migrations_path).glob("*.sql"))
    assert newest == "03.04.00_50_post_add_retry_failed_job_procedure"


def test_the_budget_of_an_account_is_shared_by_every_process(stack):
    stack.runtime.engine.stop()
    stack.runtime.pace = Pace(burst=3, per_second=0.001, tokens=3)
    other = Runtime(stack.config, stack.runtime.database, make_engine)
    other.pace = stack.runtime.pace
    with stack.runtime.database.begin() as connection:
        connection.execute(text("DELETE FROM accounts"))
    first = begin(stack.runtime, "leads")
    assert first is not None
    stack.runtime.sheet("leads").read([2])
    end(first)
    assert begin(other, "leads") is not None  # one read is left over
    with stack.runtime.database.begin() as connection:
        connection.execute(text("UPDATE sheet_queues SET lease_until = NULL"))
    assert begin(other, "leads") is None
    assert run.due(other)[0].at > other.now()


def test_a_job_that_slept_over_its_lease_makes_no_call_when_another_has_the_queue(stack):
    stack.runtime.engine.stop()
    slow = begin(stack.runtime, "leads")
    stack.later(200)
    fast = begin(Runtime(stack.config, stack.runtime.database, make_engine, now=stack.runtime.now), "leads")
    assert slow is not None
    assert fast is not None
    calls = stack.calls()
    with pytest.raises(LostLease):
        slow.open_sheet().read([2])
    assert stack.calls() == calls


def test_a_job_that_slept_over_its_lease_goes_on_when_nobody_took_the_queue(stack):
    stack.runtime.engine.stop()
    slow = begin(stack.runtime, "leads")
    stack.later(200)
    assert slow is not None
    assert slow.open_sheet().read([2]).cells(2)[1].value == "Vikram"


def test_an_engine_that_is_told_to_stop_while_it_starts_stops(stack, monkeypatch):
    stack.runtime.engine.stop()
    engine, registering = PostgresEngine(stack.runtime), threading.Event()
    register = JobManager.register_worker

    async def hears_no_cancellation(jobs):  # as psycopg's pool may not, before Python 3.12 (python/cpython#86296)
        registering.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1)
        return await register(jobs)

    monkeypatch.setattr(JobManager, "register_worker", hears_no_cancellation)
    engine.start()
    assert registering.wait(60)
    stopping = threading.Thread(target=engine.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()


def test_several_keys_share_the_sheets_and_one_more_moves_only_its_share(stack):
    files = tuple(Path(f"{letter}.json") for letter in "abcd")
    keys = [f"sheet{number}" for number in range(400)]
    three = replace(stack.config, credentials=files[:3])
    four = replace(stack.config, credentials=files)
    served = [three.key_file(key) for key in keys]
    assert all(90 < served.count(file) < 180 for file in files[:3])
    moved = [key for key, before in zip(keys, served, strict=True) if four.key_file(key) != before]
    assert 60 < len(moved) < 140
    assert {four.key_file(key) for key in moved} == {files[3]}


@pytest.mark.parametrize(
    ("url", "lines", "said"),
    [
        ("mysql://u@h/d", "", "DATABASE_URL: use postgresql"),
        ("", "engine = false", "engine = false leaves the work to `leadbridge worker`, which needs PostgreSQL"),
        ("postgresql://u@h/d", "lease = 1", "bridge.lease"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, url, lines, said):
    (tmp_path / "service_account.json").write_text("{}")
    (tmp_path / "bridge.toml").write_text(f'[bridge]\n{lines}\n[sheets.leads]\nspreadsheet = "abcdefgh"\n')
    with pytest.raises(ConfigError) as told:
        load({"DATABASE_URL": url, "LEADBRIDGE_SECRET_LEADS": ""}, tmp_path)
    assert said in str(told.value)


@pytest.mark.full
def test_a_worker_on_sqlite_says_what_it_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "worker"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "needs a bridge.toml and PostgreSQL" in done.stderr


@pytest.mark.full
def test_a_worker_that_finds_no_tables_makes_them(tmp_path, postgres):
    url = postgres.empty()
    (tmp_path / "bridge.toml").write_text('[sheets.leads]\nspreadsheet = "1abcdefghij"\n')
    (tmp_path / "service_account.json").write_text("{}")
    environ = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bridge", "worker"]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        said = worker.stdout.readline()
        worker.terminate()
    engine = create_engine(url)
    assert (said, worker.returncode, schema.current(engine)) == ("ready\n", 0, schema.head())
    engine.dispose()
    postgres.drop(url)
