"""PostgreSQL's bad days: away, full, forbidding, exhausted, only to be read. It is told, and got over without help."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import requests
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bridge.cli.doctor import machine
from bridge.store.unit_of_work import lock_queue
from bridge.worker import job
from task_api import db
from task_api.db_errors import UNUSABLE, unusable
from tests.process.process import ROOT, free_port
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


@pytest.mark.full
def test_an_absence_is_told_once_and_so_is_its_end(stack, postgres, caplog, monkeypatch):
    tries, prepare = [], stack.runtime.engine._worker._prepare
    monkeypatch.setattr(stack.runtime.engine._worker, "_prepare", lambda: tries.append(1) or prepare())
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


@pytest.mark.full
def test_a_job_that_lost_the_database_is_ended_as_soon_as_it_is_back(stack, postgres, monkeypatch):
    """Its lease would last for minutes more."""
    tries, finish = [], job.Job.finish
    monkeypatch.setattr(job, "PATIENCE", 0.5)
    monkeypatch.setattr(job.Job, "finish", lambda one, session: tries.append(1) or finish(one, session))
    stack.stop_bridge()
    stack.lease = timedelta(seconds=400)
    stack.start_bridge()
    stack.settle()
    tries.clear()
    stack.google.trouble.latency = 1.0
    stack.patch(1, status="DONE")
    with stack.runtime.session() as session:
        eventually(lambda: session.scalar(text("SELECT lease_until FROM sheet_queues")) or session.rollback(), "a job")
    postgres.control("stop")
    try:
        eventually(lambda: len(tries) > 6, "it has tried for longer than it used to")
    finally:
        postgres.control("start")
        stack.google.trouble.latency = 0.0
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "the cell follows")


def test_a_disk_that_is_full_for_the_queue_is_told_as_such(stack):
    stack.runtime.engine.stop()
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


@pytest.mark.full
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
    eventually(lambda: stack.cell("C2") == "CONTACTED", "its jobs go on")


def test_a_process_that_stands_still_within_a_transaction_holds_nobody_up_for_long(stack, monkeypatch):
    monkeypatch.setattr(db, "IDLE_TIMEOUT", 2.0)
    stack.runtime.database.dispose()
    with stack.runtime.writing() as session:
        lock_queue(session, "leads")
        assert stack.patch(1, status="DONE").status_code == 200
        with pytest.raises(UNUSABLE) as ended:
            session.scalar(text("SELECT 1"))
        assert unusable(ended.value)
    eventually(lambda: stack.cell("C2") == "QUALIFIED", "the cell follows")


def test_a_database_that_can_only_be_read_is_not_ready_and_says_why(stack):
    name = stack.database.split("?")[0].rsplit("/", 1)[1]
    with stack.runtime.database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("UPDATE api_tokens SET last_used_at = NULL"))  # the next request would like to note it
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    stack.runtime.database.dispose()
    assert stack.http.get(f"{stack.url}/tasks").status_code == 200
    answer = stack.patch(1, status="DONE")
    assert (answer.status_code, answer.json()["detail"]) == (
        503, "the database is read-only at the moment. Nothing was stored",
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


BAD = {
    "nobody there": ("postgresql+psycopg://u:secret-word@127.0.0.1:1/x", "Connection refused"),
    "no such database": ("{url}", 'database "nosuch" does not exist'),
    "no rights": ("{poor}", "permission denied for schema public"),
    "only to be read": ("{read}", "read-only transaction"),
}


@pytest.mark.full
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
