"""/healthz says that the process answers, /readyz that it can work; neither needs a token."""

import sqlite3
from contextlib import closing

import pytest
import requests
from sqlalchemy import event

pytestmark = [pytest.mark.sqlite, pytest.mark.engine]


def ready(stack):
    answer = requests.get(f"{stack.url}/readyz", timeout=60)
    return answer.status_code, answer.json()["missing"]


def execute(stack, statement):
    with closing(sqlite3.connect(stack.home / "tasks.db")) as database:
        database.execute(statement)
        database.commit()


def test_a_running_bridge_is_up_and_ready(stack):
    assert requests.get(f"{stack.url}/healthz", timeout=60).json() == {"status": "ok"}
    assert ready(stack) == (200, [])


def test_without_its_engine_it_is_up_but_not_ready(stack):
    stack.runtime.engine.stop()
    assert requests.get(f"{stack.url}/healthz", timeout=60).status_code == 200
    assert ready(stack) == (503, ["the engine is not running: changes of tasks do not reach the sheet"])


def test_on_another_schema_it_is_not_ready_and_says_what_to_do(stack):
    execute(stack, "UPDATE alembic_version SET version_num = '0001'")
    status, missing = ready(stack)
    assert (status, len(missing)) == (503, 1)
    assert missing[0].startswith("the database has schema 0001, this version needs ")
    assert missing[0].endswith(": leadbridge migrate")


def test_on_a_database_that_cannot_be_written_it_is_not_ready(stack):
    def read_only(connection, _record):
        connection.execute("PRAGMA query_only = ON")

    stack.runtime.engine.stop()
    event.listen(stack.runtime.database, "connect", read_only)
    stack.runtime.database.dispose()
    status, missing = ready(stack)
    event.remove(stack.runtime.database, "connect", read_only)
    stack.runtime.database.dispose()
    assert (status, missing[0]) == (503, "the database cannot be written")


def test_on_a_file_that_is_no_database_it_is_not_ready(stack):
    stack.runtime.engine.stop()
    stack.runtime.database.dispose()
    for leftover in stack.home.glob("tasks.db-*"):
        leftover.unlink()
    kept = (stack.home / "tasks.db").read_bytes()
    (stack.home / "tasks.db").write_bytes(b"no database at all" * 100)
    status, missing = ready(stack)
    stack.runtime.database.dispose()
    (stack.home / "tasks.db").write_bytes(kept)
    assert (status, missing[0]) == (503, "the database cannot be read")


def test_while_another_writes_it_is_ready(stack):
    with closing(sqlite3.connect(stack.home / "tasks.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        assert ready(stack) == (200, [])


@pytest.mark.sqlite
def test_a_full_disk_is_not_ready(stack, monkeypatch):
    from types import SimpleNamespace

    monkeypatch.setattr("bridge.reports.readiness.os.statvfs", lambda _path: SimpleNamespace(f_bavail=1, f_frsize=4096))
    answer = stack.http.get(f"{stack.url}/readyz", timeout=60)
    assert answer.status_code == 503
    assert any("disk is full" in one for one in answer.json()["missing"])


def test_a_damaged_page_is_not_ready(stack):
    assert ready(stack)[0] == 200
    with closing(sqlite3.connect(stack.home / "tasks.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'changes'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with (stack.home / "tasks.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    status, missing = ready(stack)
    assert (status, [one for one in missing if "damaged" in one]) == (503, missing)
