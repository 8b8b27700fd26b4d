"""Backup under load, restore, and both sides come together again although the sheet has gone on."""

import itertools
import random
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
import requests
from alembic import command
from click.testing import CliRunner
from sqlalchemy import select

from bridge.cli.main import cli
from bridge.engine.choose import lock_file
from bridge.errors import Permanent
from bridge.local_google.api.trouble import Fault
from bridge.maintenance.backup import backup, checked
from bridge.maintenance.restore import GAP, restore
from bridge.store.models import InFlightWrite
from task_api import schema, tokens
from task_api.db import open_engine
from tests.process.process import until_equal
from tests.process.test_killed import MEANT, deliver
from tests.process.workers import Workers
from tests.stack import eventually

NOW = datetime(2026, 11, 23, 7, 45, tzinfo=UTC)

pytestmark = pytest.mark.sqlite


def query(file, sql):
    with closing(sqlite3.connect(file)) as database:
        return database.execute(sql).fetchall()


def execute(file, sql):
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(sql)


def restored(stack, file):
    """Stop, restore, start."""
    stack.stop_bridge()
    found = restore(file, stack.home / "tasks.db", lock_file(stack.config), NOW)
    stack.start_bridge()
    stack.settle()
    return found


def in_sync(stack):
    """Every row says what its task says, and names it."""
    tasks = {str(task["lead_id"]): task for task in stack.tasks()}
    rows = stack.rows()
    return len(tasks) == len(rows) and all(
        MEANT[row[2]] == tasks[str(row[0])]["status"] and row[3] == tasks[str(row[0])]["id"] for row in rows
    )


@pytest.fixture
def scripted(stack):
    """Six leads, kept by the sheet's own script."""
    stack.install()
    stack.edit("A2:C7", *([n, f"Lead {n}", "NEW"] for n in range(1, 7)))
    eventually(lambda: len(stack.tasks()) == 6)
    stack.settle()
    return stack


def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it_began(tmp_path):
    acknowledged, stop, seq = {}, threading.Event(), itertools.count(1)
    with Workers(tmp_path) as process:

        def program():
            own = random.Random(1)
            while not stop.is_set():
                task = process.api("POST", "/tasks", title="A task").json()
                acknowledged[task["id"]] = task["version"]
                known = own.choice(list(acknowledged))
                answer = process.api("PATCH", f"/tasks/{known}", status=own.choice(["TODO", "IN_PROGRESS", "DONE"]))
                acknowledged[known] = max(acknowledged[known], answer.json()["version"])

        def person():
            for row in itertools.count(2):
                if stop.is_set():
                    return
                process.google.person.edit(f"A{row}:C{row}", [[row, f"Lead {row}", "CONTACTED"]])
                deliver(process, [row], seq)

        sides = [threading.Thread(target=side) for side in (program, person)]
        for side in sides:
            side.start()
        for n in range(3):
            eventually(lambda n=n: len(acknowledged) > 20 * (n + 1))
            before = dict(acknowledged)
            assert process.cli("backup", f"{n}.db").startswith(f"{n}.db holds ")
            held = dict(query(tmp_path / f"{n}.db", "SELECT id, version FROM tasks"))
            assert {known: version for known, version in before.items() if held.get(known, 0) < version} == {}
            assert query(tmp_path / f"{n}.db", "PRAGMA integrity_check") == [("ok",)]
        stop.set()
        for side in sides:
            side.join()
        assert sorted(path.name for path in tmp_path.iterdir() if ".db" in path.name) == ["0.db", "1.db", "2.db"]


def test_after_a_restore_what_people_did_in_the_sheet_since_stands_and_the_tasks_follow(scripted, tmp_path):
    stack = scripted
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    stack.edit("C2", ["LOST"])
    eventually(lambda: stack.task(1)["status"] == "DONE")
    stack.patch(2, status="DONE")
    eventually(lambda: stack.cell("C3") == "QUALIFIED")
    stack.edit("A8:C8", [7, "Lead 7", "CONTACTED"])
    eventually(lambda: stack.cell("D8") == 7)
    stack.google.person.sort("A2:D8", 1, ascending=False)
    stack.settle()
    stack.stop_bridge()
    stack.edit("C4", ["CONTACTED"])  # nobody hears of it
    sheet = [row[:3] for row in stack.rows()]
    restore(tmp_path / "backup.db", stack.home / "tasks.db", lock_file(stack.config), NOW)
    stack.start_bridge()
    stack.settle()
    assert [row[:3] for row in stack.rows()] == sheet
    assert in_sync(stack)
    assert {task["lead_id"]: task["id"] for task in stack.tasks()}["7"] == 8


def test_a_row_never_takes_a_new_task_for_the_one_it_had_before_the_restore(scripted, tmp_path):
    stack = scripted
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    stack.edit("A8:C8", [7, "Lead 7", "NEW"])
    eventually(lambda: stack.cell("D8") == 7)
    stack.settle()
    stack.stop_bridge()
    restore(tmp_path / "backup.db", stack.home / "tasks.db", lock_file(stack.config), NOW)
    stack.google.trouble.latency = 0.5
    stack.start_bridge()
    made = stack.post_to("/tasks", title="Water the plants").json()
    stack.settle()
    assert stack.task(made["id"])["title"] == "Water the plants"
    assert stack.task(made["id"])["lead_id"] is None
    assert stack.cell("D8") not in {7, made["id"]}


def test_a_write_that_was_owed_in_the_backup_does_not_fall_on_what_a_person_typed_since(scripted, tmp_path):
    stack = scripted
    stack.runtime.engine.stop()
    stack.patch(1, status="DONE")
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    stack.stop_bridge()
    stack.start_bridge()
    stack.install()
    eventually(lambda: stack.cell("C2") == "QUALIFIED")
    stack.edit("C2", ["CONTACTED"])
    eventually(lambda: stack.task(1)["status"] == "IN_PROGRESS")
    stack.settle()
    restored(stack, tmp_path / "backup.db")
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")


def test_a_word_typed_since_is_no_write_of_ours_that_was_under_way_in_the_backup(scripted, tmp_path):
    stack = scripted
    stack.google.trouble.fail(Fault("drop", kind="write"))
    stack.patch(1, status="IN_PROGRESS")
    eventually(lambda: noted(stack, "CONTACTED"))
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    stack.settle()
    stack.edit("C2", ["LOST"])
    stack.patch(2, status="DONE")
    eventually(lambda: stack.task(1)["status"] == "DONE")
    stack.edit("C2", ["CONTACTED"])
    eventually(lambda: stack.task(1)["status"] == "IN_PROGRESS")
    stack.settle()
    stack.stop_bridge()
    restore(tmp_path / "backup.db", stack.home / "tasks.db", lock_file(stack.config), NOW)
    execute(stack.home / "tasks.db", "UPDATE tasks SET status = 'DONE' WHERE id = 1")  # as a later PATCH would
    stack.start_bridge()
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")


def noted(stack, word):
    with stack.runtime.session() as session:
        return word in session.scalars(select(InFlightWrite.value)).all()


def test_rows_deleted_since_take_their_tasks_along_after_the_grace_time(scripted, tmp_path):
    stack = scripted
    stack.later(31)
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    stack.google.person.delete_rows("Leads", 3)
    restored(stack, tmp_path / "backup.db")
    stack.later(131)
    stack.sweep()
    stack.later(65)
    stack.sweep()
    assert {task["lead_id"] for task in stack.tasks()} == {"1", "3", "4", "5", "6"}


def test_whatever_people_and_programs_do_after_the_backup_no_typed_word_is_lost(scripted, tmp_path):
    stack, chance = scripted, random.Random(20261123)
    for n in range(30):
        if n == 10:
            backup(stack.home / "tasks.db", tmp_path / "backup.db")
        row = chance.randrange(2, 8)
        if chance.random() < 0.6:
            stack.edit(f"C{row}", [chance.choice(list(MEANT))])
        else:
            stack.patch(row - 1, status=chance.choice(["TODO", "IN_PROGRESS", "DONE"]))
    stack.settle()
    sheet = stack.rows()
    restored(stack, tmp_path / "backup.db")
    assert stack.rows() == sheet
    assert in_sync(stack)


def test_the_command_restores_a_stopped_bridge_and_keeps_what_it_replaces(tmp_path):
    with Workers(tmp_path) as process:
        process.google.person.edit("A2:C2", [[1, "Lead 1", "NEW"]])
        deliver(process, [2], itertools.count(1))
        until_equal(process, MEANT)
        process.cli("backup", "backup.db")
        process.google.person.edit("A3:C3", [[2, "Lead 2", "NEW"]])
        deliver(process, [3], itertools.count(2))
        with pytest.raises(AssertionError, match=r"a bridge already runs on .*: stop it first"):
            process.cli("restore", "backup.db")
        process.stop()
        said = process.cli("restore", "backup.db")
        kept = next((tmp_path / "home").glob("tasks.db.2*"))
        assert said.startswith("restored 1 tasks")
        assert str(kept) in said
        assert checked(kept).tasks == 2
        assert (kept.stat().st_mode & 0o777, (tmp_path / "backup.db").stat().st_mode & 0o777) == (0o644, 0o600)
        process.start()
        until_equal(process, MEANT)
        assert [task["lead_id"] for task in process.api("GET", "/tasks").json()] == ["1", "2"]
        process.google.person.edit("C2", [["LOST"]])
        deliver(process, [2], itertools.count(9))  # the script's numbers are ahead of the restored ones
        assert process.api("GET", "/tasks").json()[0]["status"] == "DONE"


def test_a_token_revoked_since_stays_revoked(scripted, tmp_path):
    stack = scripted
    with stack.runtime.writing() as session:
        lost = tokens.issue(session, "lost", ["tasks:read"])
        session.commit()
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    with stack.runtime.writing() as session:
        tokens.revoke(session, "lost")
        session.commit()
    restored(stack, tmp_path / "backup.db")
    assert (
        requests.get(f"{stack.url}/tasks", headers={"Authorization": f"Bearer {lost}"}, timeout=60).status_code == 401
    )


@pytest.fixture
def file(tmp_path, migrated):
    """A backup of an empty database."""
    backup(migrated, tmp_path / "backup.db")
    return tmp_path / "backup.db"


def refused(file, database):
    with pytest.raises(Permanent) as caught:
        restore(file, database, database.with_suffix(".engine"), NOW)
    return str(caught.value)


def test_a_backup_overwrites_nothing(file, migrated):
    before = file.read_bytes()
    with pytest.raises(Permanent, match="exists already and was not changed"):
        backup(migrated, file)
    assert file.read_bytes() == before


def test_without_a_database_there_is_nothing_to_back_up(tmp_path):
    with pytest.raises(Permanent, match="there is no database"):
        backup(tmp_path / "none.db", tmp_path / "backup.db")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_refused_and_nothing_is_changed(file, tmp_path, migrated):
    database = tmp_path / "tasks.db"
    backup(migrated, database)
    before = database.read_bytes()
    content = bytearray(file.read_bytes())
    content[4096:20000] = b"\x55" * (20000 - 4096)
    file.write_bytes(content)
    assert "damaged" in refused(file, database)
    file.write_bytes(b"hello")
    assert "is not a database of the bridge" in refused(file, database)
    assert database.read_bytes() == before


def test_a_backup_of_a_newer_version_is_refused(file, tmp_path):
    execute(file, "UPDATE alembic_version SET version_num = '9999'")
    assert "has schema 9999, this version only knows" in refused(file, tmp_path / "tasks.db")
    assert not (tmp_path / "tasks.db").exists()


def test_a_backup_of_an_older_version_is_migrated_by_the_start(scripted, tmp_path):
    stack = scripted
    backup(stack.home / "tasks.db", tmp_path / "backup.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'backup.db'}")
    command.downgrade(schema.alembic(engine), "0001")
    engine.dispose()
    assert checked(tmp_path / "backup.db").schema == "0001"
    restored(stack, tmp_path / "backup.db")
    assert in_sync(stack)
    assert query(stack.home / "tasks.db", "SELECT version_num FROM alembic_version") == [(schema.head(),)]


def test_a_database_that_somebody_has_open_is_not_replaced(file, tmp_path, migrated):
    database = tmp_path / "tasks.db"
    backup(migrated, database)
    with closing(sqlite3.connect(database)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("SELECT * FROM tasks").fetchall()
        assert "another process has this database open" in refused(file, database)


def test_a_damaged_database_is_replaced_kept_and_leaves_a_gap_in_the_numbers(file, tmp_path):
    database = tmp_path / "tasks.db"
    database.write_bytes(b"what a bad disk left" * 1000)
    (tmp_path / "tasks.db-wal").write_bytes(b"a journal")
    _, kept = restore(file, database, database.with_suffix(".engine"), NOW)
    assert kept == tmp_path / "tasks.db.2026-11-23T074500Z"
    assert kept.read_bytes().startswith(b"what a bad disk left")
    assert (tmp_path / f"{kept.name}-wal").read_bytes() == b"a journal"
    assert not (tmp_path / "tasks.db-wal").exists()
    assert checked(database).highest_task == GAP


def test_another_kind_of_database_has_tools_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/tasks")
    done = CliRunner().invoke(cli, ["backup", "x.db"])
    assert (done.exit_code, "use its own tools, such as pg_dump" in done.stderr) == (1, True)
