"""What grows with time is kept for a time, and lost at no moment."""

import gzip
import json
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, insert, inspect, select, update

from bridge.maintenance import retention
from bridge.store.models import ApiCall, Change, Delivery, Link
from task_api import tokens
from task_api.models import ApiToken
from tests.process.process import ROOT


@pytest.fixture
def aged(stack):
    """One lead whose history is 500 days old, and one change of today."""
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None])
    stack.settle()
    stack.patch(1, status="DONE")
    stack.settle()
    with stack.runtime.writing() as session:
        old = stack.runtime.now() - timedelta(days=500)
        session.execute(update(Change).values(at=old))
        session.execute(update(Delivery).values(received_at=old))
        session.commit()
    stack.patch(1, notes="today")
    stack.settle()
    return stack


def count(stack, table):
    with stack.runtime.session() as session:
        return session.scalar(select(func.count()).select_from(table))


def archived(stack):
    files = sorted((stack.runtime.config.home / "archive").glob("*.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file, "rt", encoding="utf-8")]


@pytest.mark.both
def test_old_changes_go_to_a_file_of_their_month_and_young_ones_stay(aged):
    before = {one["id"]: one for one in aged.changes(1)}
    retention.tidy(aged.runtime)
    left = {one["id"] for one in aged.changes(1)}
    assert [one["new"] for one in aged.changes(1)] == ["today"]
    assert {one["id"]: one for one in archived(aged)} == {key: one for key, one in before.items() if key not in left}
    assert aged.task(1)["notes"] == "today"


def test_old_deliveries_are_forgotten(aged):
    retention.tidy(aged.runtime)
    assert count(aged, Delivery) == 0


def test_a_change_that_still_waits_for_the_sheet_is_kept_however_old(aged):
    with aged.runtime.writing() as session:
        session.execute(update(Change).values(state="waiting", at=aged.runtime.now() - timedelta(days=500)))
        session.commit()
    before = count(aged, Change)
    retention.tidy(aged.runtime)
    assert (count(aged, Change), archived(aged)) == (before, [])


def test_a_crash_between_file_and_database_loses_nothing(aged, monkeypatch):
    monkeypatch.setattr(retention, "delete", lambda _table: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        retention._archive_changes(aged.runtime, aged.runtime.now() - timedelta(days=400))
    monkeypatch.undo()
    retention.tidy(aged.runtime)
    ids = [one["id"] for one in archived(aged)]
    assert len(ids) == 2 * len(set(ids)) > 0


@pytest.mark.both
def test_much_is_put_away_in_portions(aged):
    with aged.runtime.writing() as session:
        link = session.scalars(select(Link)).one()
        old = {
            "at": aged.runtime.now() - timedelta(days=450),
            "actor": "token:x",
            "side": "task",
            "link_id": link.id,
            "task_id": 1,
            "field": "notes",
            "old": None,
            "new": "x",
            "state": "applied",
        }
        session.execute(update(Change).values(at=old["at"]))
        session.execute(insert(Change), [old] * 2500)
        session.commit()
    portions = 1
    while retention.tidy(aged.runtime):
        portions += 1
    assert (portions, count(aged, Change)) == (3, 0)


def test_ended_sign_ins_are_forgotten_and_tokens_of_programs_are_not(stack):
    with stack.runtime.writing() as session:
        tokens.issue(session, "ann", ["tasks:read"], "link")
        tokens.issue(session, "bob", ["tasks:read"], "link")
        old = update(ApiToken).where(ApiToken.name == "ann")
        session.execute(old.values(expires_at=stack.runtime.now() - timedelta(days=2)))
        session.commit()
    before = count(stack, ApiToken)
    retention.tidy(stack.runtime)
    assert count(stack, ApiToken) == before - 1


def test_calls_to_google_are_forgotten_once_no_quota_counts_them(aged):
    calls = aged.get("/status")[0]["calls"]
    retention.tidy(aged.runtime)
    assert aged.get("/status")[0]["calls"] == calls
    with aged.runtime.writing() as session:
        session.execute(update(ApiCall).values(at=aged.runtime.now() - timedelta(seconds=61)))
        session.commit()
    assert aged.get("/status")[0]["calls"]["read"] == 0
    assert count(aged, ApiCall) > 0
    retention.tidy(aged.runtime)
    assert count(aged, ApiCall) == 0


def test_everything_is_kept_where_the_setting_says_so(aged):
    object.__setattr__(aged.runtime.config, "keep_history", 0)
    before = count(aged, Change)
    retention.tidy(aged.runtime)
    assert count(aged, Change) == before


DIVIDE = ROOT / "migrations" / "partition_history.sql"
RANGES = """SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_inherits JOIN pg_class ON oid = inhrelid
            WHERE inhparent = 'changes'::regclass ORDER BY oid"""


def divided(stack):
    """Divide the history as an operator does; the ranges there are now."""
    with psycopg.connect(stack.database.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(DIVIDE.read_text(encoding="utf-8"))
        return connection.execute(RANGES).fetchall()


def shape(stack):
    """What migrations name: indexes, keys, and what they lead to."""
    seen = inspect(stack.runtime.database)
    keys = seen.get_pk_constraint("changes")["name"], [key["name"] for key in seen.get_foreign_keys("changes")]
    return {index["name"]: index["column_names"] for index in seen.get_indexes("changes")}, keys


@pytest.mark.postgres
def test_a_divided_history_is_the_same_history_and_gives_its_room_back(aged):
    before, made = aged.changes(1), shape(aged)
    (first, _), (second, bound) = divided(aged)
    assert (aged.changes(1), shape(aged)) == (before, made)
    assert (first, bound) == ("changes_from_0", f"FOR VALUES FROM ('{second.rpartition('_')[2]}') TO (MAXVALUE)")

    aged.patch(1, notes="tomorrow")
    aged.edit("C2", ["LOST"])
    aged.deliver([12, "Vikram", "LOST", 1], seq=7, edited={"first": 3, "last": 3})
    aged.settle()
    young = [one["new"] for one in aged.changes(1)][:2]
    assert young == ["LOST", "tomorrow"]
    undone = aged.post_to(f"/changes/{aged.changes(1)[1]['id']}/undo")
    assert (undone.status_code, aged.task(1)["notes"]) == (200, "today")
    aged.settle()

    retention.tidy(aged.runtime)
    assert len(archived(aged)) == len(before) - 1
    assert [name for name, _ in divided(aged)][:2] == ["changes_from_0", second]  # what is of today is there
    with aged.runtime.writing() as session:
        session.execute(update(Change).values(at=aged.runtime.now() - timedelta(days=500)))
        session.commit()
    retention.tidy(aged.runtime)
    assert [(one["state"], one["new"]) for one in aged.changes(1)] == []
    assert len(divided(aged)) == 1
    aged.patch(1, notes="and on")
    assert [one["new"] for one in aged.changes(1)] == ["and on"]
    missing = aged.http.get(f"{aged.url}/readyz", timeout=60).json()["missing"]
    assert [one for one in missing if "engine" not in one] == []


def test_a_full_disk_leaves_the_archive_as_it_was_and_deletes_nothing(aged, monkeypatch):
    before = count(aged, Change)
    retention._append(aged.runtime.config.home / "archive" / "changes-2025-01.jsonl.gz", [{"id": 0, "at": "2025-01"}])

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(retention.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        retention.tidy(aged.runtime)
    assert (archived(aged), count(aged, Change)) == ([{"id": 0, "at": "2025-01"}], before)
    assert [file.suffix for file in (aged.runtime.config.home / "archive").iterdir()] == [".gz"]


def test_a_torn_archive_is_kept_aside_and_what_it_holds_is_carried_on(aged):
    file = aged.runtime.config.home / "archive" / "changes-2025-01.jsonl.gz"
    retention._append(file, [{"id": 1}])
    whole = file.read_bytes()
    file.write_bytes(whole + gzip.compress(b'{"id": 2}\n' * 50)[:-9])
    retention._append(file, [{"id": 3}])
    ids = [json.loads(line)["id"] for line in gzip.decompress(file.read_bytes()).splitlines()]
    assert (ids[0], ids[-1], set(ids)) == (1, 3, {1, 2, 3})
    assert file.with_suffix(".torn").exists()
