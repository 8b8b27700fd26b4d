"""``leadbridge doctor``: each check is seen well and ill."""

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import requests

from bridge.doctor import lane, machine
from bridge.local_google.cells import Validation
from bridge.models import Lane
from tests.process import Process
from tests.stack import eventually


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    with Process(tmp_path_factory.mktemp("doctor")) as running:
        yield running


@pytest.fixture
def well(process):
    """A sheet in order, its script heard of; whatever a test breaks is mended after it."""
    tab = process.google.book.tab("Leads")
    tab.write(1, 1, [["id", "name", "status", "task_id"]])
    tab.write(2, 1, [["1", "Ann", "NEW"], ["2", "Bob", "LOST"], ["", "", ""]])
    asked = datetime.now(UTC)
    process.google.scripts.run("installBridge", [f"{process.url}/hooks/sheets/leads#{process.secret()}"])
    eventually(lambda: swept_at(process) > asked, "the rows are compared", 30)
    yield process
    process.google.trouble.reset()


def swept_at(process):
    return datetime.fromisoformat(process.api("GET", "/status").json()[0]["swept_at"] or "2000-01-01T00:00:00+00:00")


def doctor(process, **environ):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "doctor", "--json"], cwd=process.folder, capture_output=True, text=True,
        env=process.surroundings() | environ, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert done.returncode == sum(one["level"] == "problem" for one in found)
    return found


def told(found, check):
    return [(one["level"], one["said"]) for one in found if one["check"] == check]


def test_a_bridge_in_order_has_no_problem_and_the_exit_code_is_0(well):
    found = doctor(well)
    assert [one for one in found if one["level"] == "problem"] == []
    checks = {"database", "running", "clock", "quota", "sharing", "header", "ids", "status words", "protection",
              "formulas", "signature", "script", "work"}  # fmt: skip
    assert checks <= {one["check"] for one in found if one["level"] == "ok"}


def test_every_problem_says_what_to_do(well):
    well.google.trouble.unshared = True
    found = doctor(well)
    ill = [one for one in found if one["level"] == "problem"]
    assert ill
    assert all(one["mend"] for one in ill)
    assert "share it with" in told(found, "sharing")[0][1]
    assert told(found, "signature") == [("ok", "a signed letter comes through whole")]


def test_a_revoked_key_is_told(well):
    well.google.trouble.key_revoked = True
    assert tuple(part[:40] if i else part for i, part in enumerate(told(doctor(well), "sharing")[0])) == (
        "problem",
        "Google refuses the service account's key",
    )


def test_header_ids_words_formulas_and_protection_are_told_with_their_rows(well):
    tab = well.google.book.tab("Leads")
    tab.write(1, 3, [["state"]])
    assert ("problem", "no column 'status'") in told(doctor(well), "header")
    tab.write(1, 3, [["status"]])
    tab.write(2, 1, [["7", "Ann", "WON"], ["7", "Bob", "LOST"], ["", "Cyd", "NEW"]])
    tab.set_validation("C2:C3", Validation("ONE_OF_LIST", ("NEW", "WON"), strict=True))
    well.google.person.edit("D3", [["=ROW()"]])
    guard = tab.protect("C2:C3", editors=["owner@example.com"])
    found = doctor(well)
    tab.unprotect(guard)
    tab.set_validation("C2:C3", None)
    well.google.person.clear("A2:D4")
    assert told(found, "ids") == [("problem", "id 7 stands in rows 2, 3"), ("warning", "no id in row 4")]
    assert told(found, "status words") == [
        ("problem", "'WON' in 1 rows is not known"),
        ("warning", "the dropdown does not offer CONTACTED, QUALIFIED, LOST"),
    ]
    assert told(found, "protection") == [("warning", "2 cells of status may not be written")]
    assert told(found, "formulas") == [("warning", "1 cells of task_id hold formulas")]


def test_another_secret_than_the_running_bridges_is_told(well):
    found = doctor(well, LEADBRIDGE_SECRET_LEADS="whsec_" + "B" * 32)
    assert told(found, "signature") == [("problem", "the running bridge has another secret")]


def test_no_bridge_on_the_port_is_told(well):
    found = doctor(well, PORT="1")
    assert told(found, "running") == [("problem", "nothing answers on port 1")]
    assert told(found, "signature")[0][0] == "problem"


def test_a_database_that_is_behind_or_broken_is_told(well, tmp_path):
    behind = tmp_path / "old.db"
    sqlite3.connect(behind).close()
    found = doctor(well, DATABASE_URL=f"sqlite:///{behind}")
    assert "leadbridge migrate" in told(found, "database")[0][1]
    assert any(level == "problem" for level, _ in told(found, "script"))
    (tmp_path / "junk.db").write_bytes(b"no database at all" * 500)
    found = doctor(well, DATABASE_URL=f"sqlite:///{tmp_path / 'junk.db'}")
    assert told(found, "database")[0][0] == "problem"


@pytest.mark.parametrize(
    ("off", "level"), [(0, "ok"), (-20, "warning"), (3600, "problem")], ids=["right", "a little off", "far off"]
)
def test_the_clock_is_compared_with_googles(monkeypatch, off, level):
    date = (datetime.now(UTC) - timedelta(seconds=off)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    monkeypatch.setattr(requests, "head", lambda *_, **__: SimpleNamespace(headers={"Date": date}))
    (found,) = machine.clock(SimpleNamespace(google_url="https://sheets.googleapis.com"), None)
    assert found.level == level


@pytest.mark.parametrize(
    ("address", "level", "said"),
    [
        ("http://127.0.0.1:1", "warning", "is this machine's own"),
        ("http://bridge.invalid", "problem", "gives no answer"),
    ],
)
def test_a_public_address_that_google_cannot_reach_is_told(address, level, said):
    (found,) = machine.public(SimpleNamespace(local=False, public_url=address), None)
    assert (found.level, said in found.said) == (level, True)


def test_a_silent_script_held_deletions_and_a_waiting_lane_are_told(stack):
    stack.install()
    stack.settle()
    sheet = stack.config.sheets["leads"]
    with stack.runtime.writing() as session:
        now = stack.runtime.now()
        assert [one.level for one in lane.script(session, sheet, now)] == ["ok"]
        assert [one.level for one in lane.work(session, sheet, now)] == ["ok"]
        row = session.get_one(Lane, "leads")
        row.heard_at, row.problem, row.held_why = now - timedelta(hours=1), "not shared", "9 rows vanished at once"
        assert [one.level for one in lane.script(session, sheet, now)] == ["problem"]
        assert [one.level for one in lane.work(session, sheet, now)] == ["problem", "warning"]
        session.rollback()


def test_what_a_person_reads_names_every_check_and_counts(well):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "doctor"], cwd=well.folder, capture_output=True, text=True,
        env=well.surroundings(), timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "leads: ids: 2 leads, each with an id of its own" in done.stdout
    assert done.stdout.rstrip().endswith("to look at, 0 to mend")
