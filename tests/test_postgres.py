"""What is particular about PostgreSQL: it goes away and comes back, others migrate it, and many share one budget."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bridge import lane
from bridge.config import ConfigError, load
from bridge.core.retry import Pace
from bridge.doctor import machine
from bridge.engine.postgres import LONGEST_WAIT, PostgresEngine
from bridge.outbox import LostLease, ask_for_sweep
from bridge.runtime import Runtime
from task_api import schema, tasks
from tests.process import ROOT, free_port
from tests.stack import Stack, eventually


@pytest.fixture
def stack(tmp_path, postgres):
    with Stack(tmp_path, postgres) as running:
        running.edit("A2:C2", [12, "Vikram", "NEW"])
        running.deliver([12, "Vikram", "NEW", None])
        running.settle()
        yield running


def ready(stack):
    answer = requests.get(f"{stack.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["missing"]


def test_a_restart_of_the_database_loses_nothing_and_is_got_over_without_help(stack, postgres):
    stack.patch(1, status="DONE")
    postgres.restart()
    assert eventually(lambda: stack.patch(1, status="IN_PROGRESS").status_code == 200, "a PATCH is taken")
    eventually(lambda: stack.cell("C2") == "CONTACTED", "the cell follows")
    assert ready(stack) == (200, [])


def test_while_the_database_is_away_the_answer_says_so_and_nothing_is_lost(stack, postgres):
    postgres.control("stop")
    try:
        for answer in (stack.patch(1, status="DONE"), stack.deliver([12, "Vikram", "LOST", 1], seq=2)):
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
            assert "Nothing was stored" in answer.json()["detail"]
        assert ready(stack)[0] == 503
    finally:
        postgres.control("start")
    assert eventually(lambda: stack.deliver([12, "Vikram", "LOST", 1], seq=2).status_code == 200, "taken")
    eventually(lambda: stack.task(1)["status"] == "DONE")


def test_an_absence_is_told_once_and_so_is_its_end(stack, postgres, caplog, monkeypatch):
    tries, reach = [], PostgresEngine._reach
    monkeypatch.setattr(PostgresEngine, "_reach", lambda engine: tries.append(1) or reach(engine))
    stack.patch(1, status="DONE")
    postgres.control("stop")
    try:
        eventually(lambda: len(tries) > 3, "the worker has tried again and again")
    finally:
        postgres.control("start")
    eventually(lambda: "database_back" in caplog.text, "it is at work again")
    assert caplog.text.count("database_away") == 1
    assert "engine_failed" not in caplog.text
    assert eventually(lambda: stack.patch(1, status="IN_PROGRESS").status_code == 200, "a PATCH is taken")
    eventually(lambda: stack.cell("C2") == "CONTACTED", "the cell follows")


def test_a_disk_that_is_full_for_the_queue_is_told_as_such(stack):
    stack.app.extensions["engine"].stop()
    full = "CREATE FUNCTION stop_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$"
    with stack.runtime.database.begin() as connection:
        connection.execute(text(full))
        connection.execute(text("DELETE FROM procrastinate_jobs"))  # one that waits would do
        connection.execute(text("CREATE TRIGGER here BEFORE INSERT ON procrastinate_jobs EXECUTE FUNCTION stop_here()"))
    answer = stack.patch(1, status="DONE")
    assert (answer.status_code, "disk" in answer.json()["detail"]) == (507, True)


def test_where_others_do_the_work_the_probe_too_says_that_the_database_is_away(stack, postgres):
    stack.runtime.config = replace(stack.config, engine=False)
    postgres.control("stop")
    try:
        assert ready(stack) == (503, ["the database cannot be read"])
    finally:
        postgres.control("start")


def test_a_task_that_gets_its_row_while_it_is_patched_keeps_the_patch(stack):
    stack.app.extensions["engine"].stop()
    waiting = stack.post_to("/tasks", title="Follow up: Maya").json()["id"]
    stack.config.sheets["leads"] = replace(stack.config.sheets["leads"], create_rows=True)
    with stack.runtime.writing() as session:
        ask_for_sweep(session, "leads", stack.runtime.now())
        session.commit()
    with stack.runtime.session() as session:
        task = tasks.locked(session, waiting)
        assert task is not None
        tasks.change(session, task, {"lead_id": "X-9"}, actor="token:test")
        session.flush()
        turn = threading.Thread(target=lane.run, args=(stack.runtime, "leads"))
        turn.start()
        with stack.runtime.session() as other:
            eventually(lambda: other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")), "it waits")
        session.commit()
    turn.join()
    assert stack.task(waiting)["lead_id"] == "X-9"


SLOW_COMMIT = """
CREATE TEMP TABLE slow (a int);
CREATE FUNCTION pg_temp.slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.slow();
INSERT INTO slow VALUES (1);
"""


def test_what_falls_due_while_it_is_committed_is_not_forgotten(stack):
    time.sleep(1.5)  # the clock has nothing to look at for half a minute
    with stack.runtime.writing() as session:
        at = stack.runtime.now() + timedelta(seconds=0.3)
        ask_for_sweep(session, "leads", at)
        session.connection().exec_driver_sql(SLOW_COMMIT)
        session.commit()
    began = time.monotonic()
    eventually(lambda: datetime.fromisoformat(stack.get("/status")[0]["swept_at"]) >= at, "swept")
    assert time.monotonic() - began < LONGEST_WAIT / 2


def test_while_every_connection_is_taken_the_answer_says_so_and_nothing_is_lost(stack):
    pool, taken = stack.runtime.database.pool, []
    with suppress(PoolTimeout):
        while pool.checkedout() < pool.size() + pool._max_overflow:
            taken.append(stack.runtime.database.connect())
    for answer in (stack.patch(1, status="DONE"), stack.deliver([12, "Vikram", "LOST", 1], seq=2)):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert "Nothing was stored" in answer.json()["detail"]
    for connection in taken:
        connection.close()
    assert stack.patch(1, status="IN_PROGRESS").status_code == 200
    eventually(lambda: stack.cell("C2") == "CONTACTED", "its turns go on")


def test_while_a_newer_version_is_rolled_out_the_older_one_works_on_and_asks_to_be_spared(stack):
    with stack.runtime.database.begin() as connection:  # what an upgrade of another process does: it only adds
        for table in ("tasks", "links", "lanes", "changes", "deliveries"):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN from_the_future TEXT DEFAULT 'x' NOT NULL"))
        connection.execute(text("CREATE TABLE future (id INTEGER)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    status, missing = ready(stack)
    assert status == 503
    assert "schema 9999" in missing[0]
    assert stack.patch(1, status="DONE").status_code == 200
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "its turns go on")
    assert stack.deliver([12, "Vikram", "CONTACTED", 1], [13, "Maya", "NEW", None], seq=2).status_code == 200
    assert [task["status"] for task in stack.tasks()] == ["IN_PROGRESS", "TODO"]
    stack.stop_bridge()
    with pytest.raises(schema.SchemaError, match="this version only knows"):
        stack.start_bridge()
    with stack.runtime.database.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{schema.head()}'"))
    stack.start_bridge()


def test_a_row_takes_a_task_as_the_patch_left_it_that_was_under_way(stack):
    stack.app.extensions["engine"].stop()  # no sweep mends it
    waiting = stack.post_to("/tasks", title="Follow up: Maya", lead_id="13").json()["id"]
    answers = []
    with stack.runtime.session() as session:
        task = tasks.locked(session, waiting)
        assert task is not None
        tasks.change(session, task, {"status": "DONE"}, actor="token:test")
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


def test_a_database_that_can_only_be_read_is_not_ready_and_says_why(stack):
    name = stack.database.split("?")[0].rsplit("/", 1)[1]
    with stack.runtime.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("UPDATE api_tokens SET last_used_at = NULL"))  # the next request would like to note it
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    stack.runtime.database.dispose()
    assert stack.http.get(f"{stack.url}/tasks").status_code == 200
    answer = stack.patch(1, status="DONE")
    assert (answer.status_code, answer.json()["detail"]) == (
        503, "the database can only be read at this moment. Nothing was stored",
    )  # fmt: skip
    assert ready(stack) == (503, ["the database cannot be written"])
    (finding,) = machine.database(stack.config, stack.runtime.database)
    assert (finding.level, "standby" in finding.mend) == ("problem", True)
    with create_engine(stack.database, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    stack.runtime.database.dispose()
    assert stack.patch(1, status="DONE").status_code == 200


FULL = """
CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'auf dem Gerät ist kein Speicherplatz mehr verfügbar' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER refuse_row BEFORE INSERT ON changes EXECUTE FUNCTION refuse_row();
"""


def test_a_full_disk_is_507_in_whatever_language_and_with_space_again_all_goes_on(stack):
    with psycopg.connect(stack.database.replace("+psycopg", ""), autocommit=True) as database:
        database.execute(FULL)
        for answer in (stack.patch(1, status="DONE"), stack.deliver([12, "Vikram", "LOST", 1], seq=2)):
            assert (answer.status_code, "disk" in answer.json()["detail"]) == (507, True)
        assert stack.task(1)["status"] == "TODO"
        database.execute("DROP TRIGGER refuse_row ON changes")
    assert stack.patch(1, status="DONE").status_code == 200
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "the cell follows")


def test_processes_that_start_at_once_migrate_once(tmp_path, postgres):
    url = postgres.empty()
    starts = [threading.Thread(target=schema.upgrade, args=(url,)) for _ in range(4)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
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
    stack.app.extensions["engine"].stop()
    stack.runtime.pace = Pace(burst=3, per_second=0.001, tokens=3)
    other = Runtime(stack.config, stack.runtime.database)
    other.pace = stack.runtime.pace
    with stack.runtime.database.begin() as connection:
        connection.execute(text("DELETE FROM accounts"))
    first = lane.begin(stack.runtime, "leads")
    assert first is not None
    stack.runtime.sheet("leads").read([2])
    lane.end(first)
    assert lane.begin(other, "leads") is not None  # one read is left over
    with stack.runtime.database.begin() as connection:
        connection.execute(text("UPDATE lanes SET lease_until = NULL"))
    assert lane.begin(other, "leads") is None
    assert lane.due(other)[0].at > other.now()


def test_a_turn_that_slept_over_its_lease_makes_no_call_when_another_has_the_lane(stack):
    stack.app.extensions["engine"].stop()
    slow = lane.begin(stack.runtime, "leads")
    stack.later(200)
    fast = lane.begin(Runtime(stack.config, stack.runtime.database, now=stack.runtime.now), "leads")
    assert slow is not None
    assert fast is not None
    calls = stack.calls()
    with pytest.raises(LostLease):
        slow.sheet.read([2])
    assert stack.calls() == calls


def test_a_turn_that_slept_over_its_lease_goes_on_when_nobody_took_the_lane(stack):
    stack.app.extensions["engine"].stop()
    slow = lane.begin(stack.runtime, "leads")
    stack.later(200)
    assert slow is not None
    assert slow.sheet.read([2]).cells(2)[1].value == "Vikram"


def test_an_engine_that_is_told_to_stop_while_it_starts_stops(stack, monkeypatch):
    stack.app.extensions["engine"].stop()
    engine, registering = PostgresEngine(stack.runtime), threading.Event()
    register = engine._jobs.job_manager.register_worker

    async def hears_no_cancellation():  # as psycopg's pool may not, before Python 3.12 (python/cpython#86296)
        registering.set()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(1)
        return await register()

    monkeypatch.setattr(engine._jobs.job_manager, "register_worker", hears_no_cancellation)
    engine.start()
    assert registering.wait(60)
    stopping = threading.Thread(target=engine.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    assert not stopping.is_alive()


def test_several_keys_share_the_sheets_and_one_more_moves_only_its_share(stack):
    files = tuple(Path(f"{letter}.json") for letter in "abcd")
    keys = [f"sheet{number}" for number in range(400)]
    three = replace(stack.config, credentials=files[0], more_credentials=files[1:3])
    four = replace(stack.config, credentials=files[0], more_credentials=files[1:])
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


def test_who_waits_for_a_lane_is_told_when_its_turn_has_ended(postgres, tmp_path):
    address = postgres.new(tmp_path).replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as database:
        job = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status) VALUES ('lanes', 'turn', %s, %s)"
        for lane, status in (("leads", "doing"), ("leads", "todo"), ("other", "doing")):
            database.execute(job, (lane, status))
        database.execute('LISTEN "procrastinate_queue_v1#lanes"')
        database.execute("DELETE FROM procrastinate_jobs WHERE lock = 'other'")  # nobody waits for this one
        database.execute("DELETE FROM procrastinate_jobs WHERE status = 'doing'")
        told = [json.loads(one.payload) for one in database.notifies(timeout=1)]
    assert [one["type"] for one in told] == ["job_inserted"]


BAD = {
    "nobody there": ("postgresql+psycopg://u:secret-word@127.0.0.1:1/x", "Connection refused"),
    "no such database": ("{url}", 'database "nosuch" does not exist'),
    "no rights": ("{poor}", "permission denied for schema public"),
    "only to be read": ("{read}", "read-only transaction"),
}


@pytest.mark.parametrize(("address", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("command", ["run", "worker", "migrate"])
def test_a_database_that_cannot_be_used_is_one_sentence(postgres, tmp_path, address, said, command):
    url = postgres.empty()
    with create_engine(postgres.url_of("postgres"), isolation_level="AUTOCOMMIT").connect() as admin:
        if not admin.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = 'poor'")):
            admin.execute(text("CREATE ROLE poor LOGIN PASSWORD 'secret-word'"))
    given = {
        "url": make_url(url).set(database="nosuch").render_as_string(hide_password=False),
        "poor": make_url(url).set(username="poor", password="secret-word").render_as_string(hide_password=False),
        "read": make_url(url)
        .update_query_dict({"options": "-c default_transaction_read_only=on"})
        .render_as_string(hide_password=False),
    }
    (tmp_path / "bridge.toml").write_text('[sheets.leads]\nspreadsheet = "1abcdefghij"\n')
    (tmp_path / "service_account.json").write_text("{}")
    environ = os.environ | {"DATABASE_URL": address.format(**given), "PORT": str(free_port()), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "bridge", command],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "secret-word" not in done.stderr


@pytest.fixture
def bound(stack):
    """The address of the same database for a user who may only read ``links``, and may not count its new rows."""
    name = stack.database.split("?")[0].rsplit("/", 1)[1]
    made = [
        "CREATE ROLE bound LOGIN", f"GRANT CONNECT ON DATABASE {name} TO bound",
        "GRANT USAGE ON SCHEMA public TO bound", "GRANT ALL ON ALL TABLES IN SCHEMA public TO bound",
        "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO bound",
        "REVOKE UPDATE ON links FROM bound", "REVOKE USAGE ON SEQUENCE links_id_seq FROM bound",
    ]  # fmt: skip
    with create_engine(stack.database, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as owner:
        for statement in made:
            owner.execute(text(statement))
        yield make_url(stack.database).set(username="bound").render_as_string(hide_password=False)
        for statement in ("DROP OWNED BY bound", "DROP ROLE bound"):
            owner.execute(text(statement))


def test_a_user_without_every_right_is_told_which_to_grant(stack, bound):
    stack.stop_bridge()
    owners, stack.database = stack.database, bound
    stack.start_bridge()
    status, missing = ready(stack)
    refused = stack.patch(1, status="DONE")
    found = list(machine.database(stack.config, stack.runtime.database))
    stack.stop_bridge()
    stack.database = owners
    stack.start_bridge()
    assert status == 503
    assert [sentence.partition(" ON ")[0] for sentence in missing] == [
        "the database's user lacks rights to the tables links: GRANT SELECT, INSERT, UPDATE, DELETE",
        "the database's user lacks rights to the sequences links_id_seq: GRANT USAGE",
    ]
    assert [finding.said for finding in found] == missing
    assert (refused.status_code, "what to grant" in refused.json()["detail"]) == (503, True)
    assert stack.patch(1, status="DONE").status_code == 200
