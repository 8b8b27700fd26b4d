"""A database that has lost its last commits is noticed at the start, told, and made good from the sheet."""

import shutil
import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.sqlite


@pytest.fixture
def stack(stack):
    stack.install()
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.settle()
    return stack


def copied(stack):
    """The database file alone, as it is without what stands in its WAL file later."""
    old = stack.folder / "old.db"
    with closing(sqlite3.connect(stack.home / "tasks.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(stack.home / "tasks.db", old)
    return old


def without_its_wal(stack, old):
    """A start after somebody deleted the WAL file."""
    stack.stop_bridge()
    for ending in ("", "-wal", "-shm"):
        (stack.home / f"tasks.db{ending}").unlink(missing_ok=True)
    if old is not None:
        shutil.copy(old, stack.home / "tasks.db")
    stack.start_bridge()


def told(stack):
    return [one["kind"] for one in stack.get("/needs") if one["kind"] == "older_database"]


@pytest.mark.parametrize("whole", [False, True], ids=["its last commits", "the whole file"])
def test_what_the_database_has_lost_is_told_and_taken_from_the_sheet(stack, whole):
    old = copied(stack)
    stack.patch(1, status="DONE")
    stack.edit("C3", ["CONTACTED"])
    stack.edit("A4:C4", [3, "Cid", "NEW"])
    stack.settle()
    without_its_wal(stack, None if whole else old)
    stack.settle()
    assert told(stack) == ["older_database"]
    tasks = {task["lead_id"]: task["status"] for task in stack.tasks()}
    assert tasks == {"1": "DONE", "2": "IN_PROGRESS", "3": "TODO"}
    stack.edit("C4", ["QUALIFIED"])
    stack.settle()
    assert {task["lead_id"]: task["status"] for task in stack.tasks()}["3"] == "DONE"
    assert stack.pending() == 0


def test_it_is_told_for_a_day_and_not_again_at_each_start(stack):
    old = copied(stack)
    stack.edit("C3", ["CONTACTED"])
    stack.settle()
    without_its_wal(stack, old)
    stack.settle()
    stack.later(25 * 3600)
    assert told(stack) == []
    stack.stop_bridge()
    stack.start_bridge()
    stack.settle()
    assert told(stack) == []


def test_a_start_on_the_same_database_tells_nothing(stack):
    stack.stop_bridge()
    stack.start_bridge()
    stack.settle()
    assert told(stack) == []


def test_another_database_in_the_same_home_is_not_an_older_one(stack, sqlite_files, postgres):
    """There and back: each database is held against its own jobs alone."""
    first, other = stack.database, stack.folder / "other"
    other.mkdir()
    for database in (postgres.new(stack.folder), sqlite_files.new(other), first):
        for lead in range(3):
            stack.edit(f"B{lead + 2}", [f"{lead} of {database[:6]}"])
            stack.settle()
        stack.stop_bridge()
        stack.database = database
        stack.start_bridge()
        stack.settle()
        assert told(stack) == []


def test_what_the_database_at_hand_has_lost_is_told_after_another_one_was_used(stack, postgres):
    old, first = copied(stack), stack.database
    stack.patch(1, status="DONE")
    stack.settle()
    stack.stop_bridge()
    stack.database = postgres.new(stack.folder)
    stack.start_bridge()
    stack.settle()
    stack.database = first
    without_its_wal(stack, old)
    stack.settle()
    assert told(stack) == ["older_database"]
