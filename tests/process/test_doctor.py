"""``leadbridge doctor``: each check is seen well and ill."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bridge.cli.doctor import machine, sheet_queue
from bridge.config.model import Config, SheetConfig
from bridge.local_google.api.trouble import Fault
from bridge.local_google.sheet.cells import Validation
from bridge.store.models import ApiCall, Link, SheetHealth, SheetQueue
from task_api.db import open_engine
from task_api.models import Task
from tests.process.process import Process
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
    eventually(lambda: swept_at(process) > asked, "the rows are compared")
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


@pytest.mark.fast
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
    (sharing,) = [one for one in found if one["check"] == "sharing"]
    assert "not shared with" in sharing["said"]
    assert "share it with" in sharing["mend"]
    assert told(found, "signature") == [("ok", "a signed request arrives unchanged")]


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


def type_in(where, value):
    """What a person types, and how it is taken back."""
    return lambda sheet: sheet.person.edit(where, [[value]]), lambda sheet: sheet.person.clear(where)


SHEETS = {
    "two columns of one name": (
        *type_in("E1", "status"),
        "header",
        "warning",
        "2 columns fit status: 'status' (column C) is synced, 'status' (column E) is not",
    ),
    "an id that is a formula": (*type_in("A2", "=ROW()"), "ids", "problem", "formulas in row 2"),
    "an id that nobody can read": (*type_in("A9", "2026-11-20"), "ids", "problem", "no id can be read in row 9"),
    "an id with too many digits": (
        *type_in("A8", "1234567890123456789"),
        "ids",
        "problem",
        "numbers too long to be kept whole in row 8",
    ),
    "no name for the id column": (*type_in("A1", "number"), "header", "problem", "no column 'id'"),
}


@pytest.mark.parametrize(("type_it", "clear", "check", "level", "said"), SHEETS.values(), ids=SHEETS)
def test_what_is_wrong_in_the_sheet_is_told(well, type_it, clear, check, level, said):
    type_it(well.google)
    found = told(doctor(well), check)
    clear(well.google)
    assert any(one == level and words.startswith(said) for one, words in found), found


def test_a_running_bridge_that_is_not_fit_for_work_is_told_why(well):
    def at_schema(version):
        with closing(sqlite3.connect(well.folder / "home" / "tasks.db")) as database:
            (before,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
            database.execute("UPDATE alembic_version SET version_num = ?", [version])
            database.commit()
        return before

    right = at_schema("0001")
    found = told(doctor(well), "running")
    at_schema(right)
    assert found[0][0] == "problem"
    assert found[0][1].startswith("it answers 503:")
    assert "the database has schema 0001" in found[0][1]


def test_another_secret_than_the_running_bridges_is_told(well):
    found = doctor(well, LEADBRIDGE_SECRET_LEADS="whsec_" + "B" * 32)
    assert told(found, "signature") == [("problem", "the running bridge has another secret")]


def test_no_bridge_on_the_port_is_told(well):
    found = doctor(well, PORT="1")
    said = f"nothing answers on port 1; process {well.process.pid} serves at {well.url}"
    assert told(found, "running") == [("problem", said)]
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


@contextmanager
def answering(handler):
    """A server of the test's own for one request; its address."""
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"


def http_date(off):
    """The time now, so many seconds off, as a server writes it."""
    return (datetime.now(UTC) + timedelta(seconds=off)).strftime("%a, %d %b %Y %H:%M:%S GMT")


CLOCKS = {
    "right": (lambda: http_date(0), "ok", "agrees"),
    "a little ahead": (lambda: http_date(-20), "warning", "ahead of Google's"),
    "a little behind": (lambda: http_date(20), "warning", "behind Google's"),
    "far off": (lambda: http_date(-3600), "problem", "ahead of Google's"),
    "no Date in the answer": (lambda: None, "warning", "gave no time"),
    "a Date nobody can read": (lambda: "soon", "warning", "gave no time"),
    "a Date without a zone": (lambda: http_date(0).replace("GMT", "-0000"), "ok", "agrees"),
}


@pytest.mark.parametrize(("date", "level", "said"), CLOCKS.values(), ids=CLOCKS)
def test_the_clock_is_compared_with_googles(date, level, said):
    class Dated(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response_only(404)
            if date() is not None:
                self.send_header("Date", date())
            self.end_headers()

    with answering(Dated) as url:
        (found,) = machine.clock(SimpleNamespace(google_url=url), None)
    assert (found.level, said in found.said, bool(found.mend)) == (level, True, level != "ok")


def test_a_google_that_does_not_answer_tells_no_time():
    (found,) = machine.clock(SimpleNamespace(google_url="http://127.0.0.1:1"), None)
    assert (found.level, found.mend) == ("warning", "check outgoing connections of this machine")


@pytest.mark.parametrize(
    ("address", "level", "said"),
    [
        ("http://127.0.0.1:1", "warning", "is this machine's own"),
        ("http://bridge.invalid", "problem", "gives no answer"),
    ],
)
def test_a_public_address_that_google_cannot_reach_is_told(address, level, said):
    (found,) = machine.public_address(SimpleNamespace(local=False, public_url=address), None)
    assert (found.level, said in found.said) == (level, True)


@pytest.mark.parametrize(
    ("status", "kind", "level", "said"),
    [
        (200, "application/json", "ok", "leads here"),
        (200, "text/html", "problem", "/healthz answers 200"),
        (502, "text/html", "problem", "/healthz answers 502"),
    ],
    ids=["the bridge", "another site", "a proxy without a bridge"],
)
def test_what_answers_at_the_public_address_is_told(monkeypatch, status, kind, level, said):
    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response_only(status)
            self.send_header("Content-Type", kind)
            self.end_headers()

    with answering(Site) as url:  # as the machine's way out, so that the name needs no server of names
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
        (found,) = machine.public_address(SimpleNamespace(local=False, public_url="http://bridge.example.com"), None)
    assert (found.level, said in found.said, bool(found.mend)) == (level, True, level != "ok")


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path, migrated):
    """A database with one sheet queue and one link in sync."""
    shutil.copy(migrated, tmp_path / "tasks.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'tasks.db'}")
    with Session(engine) as session:
        health = SheetHealth(heard_at=NOW, owner="ann@example.com")
        session.add(SheetQueue(sheet="leads", spreadsheet="x", health=health))
        session.add(Task(id=1, title="Follow up: Ann", status="TODO", lead_id="1", created_at=NOW, updated_at=NOW))
        session.flush()
        session.add(Link(sheet="leads", lead_id="1", task_id=1, base={}, agreed_at=NOW, next_try=NOW))
        session.commit()
        yield session
    engine.dispose()


WORK = {
    "in sync": ({}, {}, {}, [("ok", "0 writes under way, nothing stuck")]),
    "under way": ({}, {}, {"wanted": 1}, [("ok", "1 writes under way, nothing stuck")]),
    "a dead letter": ({}, {}, {"failed_at": NOW, "error": "Google answered 500"}, [("problem", "dead letters: 1")]),
    "a conflict": ({}, {}, {"conflicts": {"status": "the sheet won"}}, [("warning", "leads with a conflict or a refused cell: 1")]),
    "a refused cell": ({}, {}, {"refused": {"status": ["WON", "no such word"]}}, [("warning", "leads with a conflict or a refused cell: 1")]),
    "a cell nobody can read": ({}, {}, {"unread": {"due": "no date"}}, [("warning", "leads with a conflict or a refused cell: 1")]),
    "a waiting queue": ({"problem": "Google answered 503"}, {}, {}, [("problem", "the queue waits: Google answered 503")]),
    "held deletions": ({}, {"held_why": "9 rows vanished at once"}, {}, [("warning", "9 rows vanished at once")]),
    "all at once": (
        {"problem": "not shared"}, {"held_why": "9 rows vanished at once"}, {"failed_at": NOW, "conflicts": {"status": "x"}},
        [("problem", "the queue waits: not shared"), ("warning", "9 rows vanished at once"), ("problem", "dead letters: 1"),
         ("warning", "leads with a conflict or a refused cell: 1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("of_queue", "of_health", "of_link", "expected"), WORK.values(), ids=WORK)
def test_what_stands_still_or_waits_for_a_person_is_told_with_what_to_do(kept, of_queue, of_health, of_link, expected):
    kept.execute(update(SheetQueue).values(**{"attempts": 0} | of_queue))
    kept.execute(update(SheetHealth).values(**{"held": 0} | of_health))
    kept.execute(update(Link).values(**{"wanted": 0} | of_link))
    found = list(sheet_queue.work(kept, SheetConfig("leads", "x"), NOW))
    assert [(one.level, one.said) for one in found] == expected
    assert all(bool(one.mend) == (one.level != "ok") for one in found)


HEARD = {
    "just now": ("leads", NOW - timedelta(seconds=7), "ok", "heard of 7 s ago, its triggers are ann@example.com's"),
    "an hour ago": ("leads", NOW - timedelta(hours=1), "problem", "not heard of since 2026-11-20 11:00 UTC"),
    "never": ("leads", None, "problem", "the sheet's script is not installed yet"),
    "a sheet without a queue": ("new", None, "problem", "this sheet has never been served"),
}


@pytest.mark.parametrize(("key", "heard", "level", "said"), HEARD.values(), ids=HEARD)
def test_when_the_script_was_last_heard_of_is_told(kept, key, heard, level, said):
    kept.execute(update(SheetHealth).values(heard_at=heard))
    (found,) = sheet_queue.script(kept, SheetConfig(key, "x"), NOW)
    assert (found.level, found.said, bool(found.mend)) == (level, said, level != "ok")


SPENT = {
    "nothing": ([], "ok", "60 of 60 reads left, 60 of 60 writes left in this minute"),
    "most of it": ([(1, "write")] * 53, "ok", "60 of 60 reads left, 7 of 60 writes left in this minute"),
    "nearly all writes": ([(1, "write")] * 54, "warning", "60 of 60 reads left, 6 of 60 writes left in this minute"),
    "more reads than there are": ([(5, "read")] * 61, "warning", "0 of 60 reads left, 60 of 60 writes left in this minute"),
    "all of it, a minute ago": ([(61, "read")] * 60, "ok", "60 of 60 reads left, 60 of 60 writes left in this minute"),
}  # fmt: skip


@pytest.mark.parametrize(("spent", "level", "said"), SPENT.values(), ids=SPENT)
def test_a_budget_that_is_nearly_used_up_is_told(kept, tmp_path, spent, level, said):
    now = datetime.now(UTC)
    kept.add_all(
        ApiCall(sheet="leads", at=now - timedelta(seconds=ago), kind=kind, purpose="look") for ago, kind in spent
    )
    kept.commit()
    (found,) = machine.quota(Config(tmp_path, {"leads": SheetConfig("leads", "x")}), kept.get_bind())
    assert (found.level, found.said, bool(found.mend)) == (level, said, level != "ok")


def test_a_sheet_that_is_shared_for_looking_only_is_told_with_whom_to_share_it_as_editor(well):
    well.google.trouble.fail(Fault(403, kind="write"), times=9)
    first, second = [one for one in doctor(well) if one["check"] == "sharing"]
    assert (first["level"], second["level"], second["said"]) == ("ok", "problem", "the sheet cannot be written")
    assert first["said"] == f"the sheet can be read as {address(well)}"
    assert second["mend"] == f"share it with {address(well)} as an Editor, not as a Viewer"


def address(process):
    """The service account's e-mail address."""
    return json.loads((process.folder / "google" / "service_account.json").read_text())["client_email"]


def test_what_a_person_reads_names_every_check_and_counts(well):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "doctor"], cwd=well.folder, capture_output=True, text=True,
        env=well.surroundings(), timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "leads: ids: 2 leads, each with an id of its own" in done.stdout
    assert done.stdout.rstrip().endswith("to look at, 0 to mend")
