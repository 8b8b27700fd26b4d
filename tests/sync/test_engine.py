"""The engine: one per file, taken over when its process dies, fenced when it oversleeps, cheap when idle."""

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from bridge.engine.choose import make_engine
from bridge.runtime import Runtime
from bridge.store.models import SheetQueue
from bridge.worker.job import Job, LostLease, acquire, check
from tests.stack import Stack, eventually

LEASE = timedelta(seconds=90)

pytestmark = pytest.mark.sqlite


def second(stack):
    """A second engine on the same database, as another server process has it (an flock is held per opened file)."""
    return Runtime(stack.config, stack.runtime.database, make_engine).engine


@pytest.mark.engine
def test_of_two_engines_on_one_file_one_works_and_the_other_takes_over(linked):
    waiting = second(linked)
    waiting.start()
    linked.patch(1, status="DONE")
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    assert waiting._runtime.sheets == {}
    linked.runtime.engine.stop()
    linked.patch(1, status="TODO")
    eventually(lambda: linked.cell("C2") == "NEW")
    assert waiting._runtime.sheets
    waiting.stop()
    waiting._runtime.close()


@pytest.mark.engine
def test_a_commit_of_another_process_is_noticed_without_a_wake_up(linked):
    linked.runtime.engine.wake = lambda *_: None
    linked.patch(1, status="DONE")
    eventually(lambda: linked.cell("C2") == "QUALIFIED")


def test_a_worker_that_overslept_its_lease_may_not_write_any_more(stack):
    now = datetime.now(UTC)
    with stack.runtime.writing() as session:
        slow = acquire(session, "leads", now, LEASE).token
        assert acquire(session, "leads", now, LEASE) is None
        assert acquire(session, "leads", now + timedelta(minutes=5), LEASE).token > slow
        with pytest.raises(LostLease):
            check(session, "leads", slow, now, LEASE)
        Job(stack.runtime, "leads", slow).finish(session)
        assert session.scalars(select(SheetQueue)).one().lease_until is not None


def test_a_key_cannot_change_its_spreadsheet_unnoticed(tmp_path, databases):
    with Stack(tmp_path, databases) as stack:
        with stack.runtime.writing() as session:
            session.scalars(select(SheetQueue)).one().spreadsheet = "another"
            session.commit()
        stack.stop_bridge()
        with pytest.raises(Exception, match="give the new spreadsheet a key of its own"):
            stack.start_bridge()
        with sqlite3.connect(stack.home / "tasks.db") as database:
            database.execute("UPDATE sheet_queues SET spreadsheet = ?", (stack.google.book.id,))
        database.close()
        stack.start_bridge()


def test_a_locked_database_delays_but_loses_nothing(linked):
    answers = []
    delivery = threading.Thread(target=lambda: answers.append(linked.deliver([12, "Vikram", "CONTACTED", 1], seq=2)))
    with closing(sqlite3.connect(linked.home / "tasks.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        delivery.start()
        delivery.join(0.2)
        assert delivery.is_alive()
        database.execute("COMMIT")
    delivery.join()
    assert [answer.json()["outcomes"][0]["outcome"] for answer in answers] == ["task_updated"]


def test_a_full_disk_refuses_with_a_sentence_and_recovers(linked):

    def cramp(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")  # SQLite keeps at least what is there: no page more

    event.listen(linked.runtime.database, "connect", cramp)
    linked.runtime.database.dispose()
    rows = [[n, "x" * 400, "NEW", None] for n in range(100, 300)]
    answer = linked.deliver(*rows, seq=2, first=3)
    assert (answer.status_code, answer.json()["status"]) == (507, 507)
    assert "disk" in answer.json()["detail"]
    event.remove(linked.runtime.database, "connect", cramp)
    linked.runtime.database.dispose()
    assert len(linked.tasks()) == 1
    assert linked.deliver(*rows, seq=2, first=3).status_code == 200
    assert len(linked.tasks()) == 201


def test_a_backup_copy_of_the_database_starts_where_it_was_made(linked, tmp_path):
    source, target = sqlite3.connect(linked.home / "tasks.db"), sqlite3.connect(tmp_path / "copy.db")
    source.backup(target)
    source.close()
    target.close()
    linked.patch(1, status="DONE")
    linked.settle()
    linked.stop_bridge()
    for leftover in linked.home.glob("tasks.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "copy.db", linked.home / "tasks.db")
    linked.start_bridge()
    linked.settle()
    assert {"QUALIFIED": "DONE", "NEW": "TODO"}[linked.cell("C2")] == linked.task(1)["status"]
