"""Google on its bad days: refused, slow, away, answering nonsense. Nothing pending is dropped, and the lane says
what is wrong.
"""

import json
import os
import time
from dataclasses import replace

import pytest
import requests

from bridge.google.sheet import Sheet
from bridge.local_google.trouble import Fault
from bridge.runtime import Runtime
from tests.stack import eventually

pytestmark = pytest.mark.engine


def problem(stack):
    return stack.http.get(f"{stack.url}/status", timeout=60).json()[0]["problem"]


PASSING = {
    "429": Fault(429),
    "500": Fault(500),
    "502 in HTML": Fault(502),
    "503": Fault(503),
    "503 after the write landed": Fault(503, kind="write", landed=True),
    "no answer at all": Fault("drop"),
    "no answer after the write landed": Fault("drop", kind="write", landed=True),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_passes_is_waited_out(linked, fault):
    linked.google.trouble.fail(fault)
    linked.patch(1, status="DONE")
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    linked.settle()
    assert linked.rows() == [[12, "Vikram", "QUALIFIED", 1]]
    assert eventually(lambda: problem(linked) is None) is True


def test_a_retry_after_is_obeyed(linked):
    linked.google.trouble.fail(Fault(429, retry_after=3))
    began = time.monotonic()
    linked.patch(1, status="DONE")
    eventually(lambda: problem(linked))
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    assert time.monotonic() - began > 2.9


LASTING = {
    "401": (Fault(401), "key"),
    "403": (Fault(403), "share it with"),
    "404": (Fault(404), "no spreadsheet with this id"),
}


@pytest.mark.parametrize(("fault", "sentence"), LASTING.values(), ids=LASTING)
def test_what_lasts_pauses_the_lane_with_a_plain_reason_and_drops_nothing(linked, fault, sentence):
    linked.google.trouble.fail(fault, times=9)
    linked.patch(1, status="DONE")
    assert sentence in eventually(lambda: problem(linked))
    assert linked.pending() == 1
    linked.google.trouble.reset()
    linked.stop_bridge()
    linked.start_bridge()
    eventually(lambda: linked.cell("C2") == "QUALIFIED")


def test_a_revoked_key_is_said(linked):
    linked.google.trouble.key_revoked = True
    linked.google.tokens.forget()
    linked.patch(1, status="DONE")
    assert "key" in eventually(lambda: problem(linked))


def test_a_protected_cell_is_buried_with_its_reason_and_its_neighbours_go_through(stack):
    stack.edit("A2:C5", *([n, f"Lead {n}", "NEW"] for n in range(1, 5)))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 5)))
    stack.settle()
    protected = stack.google.book.tab("Leads").protect("C3:C3")
    stack.app.extensions["engine"].stop()
    for task_id in range(1, 5):
        stack.patch(task_id, status="DONE")
    stack.stop_bridge()
    stack.start_bridge()
    stack.settle()
    assert [row[2] for row in stack.rows()] == ["QUALIFIED", "NEW", "QUALIFIED", "QUALIFIED"]
    assert any(change["state"] == "refused" and "protected" in change["reason"] for change in stack.changes(2))
    stack.google.book.tab("Leads").unprotect(protected)
    stack.patch(2, status="DONE", notes="again")
    stack.patch(2, status="IN_PROGRESS")
    eventually(lambda: stack.cell("C3") == "CONTACTED")


def test_a_renamed_tab_is_followed(linked):
    linked.google.book.tab("Leads").rename("Prospects")
    linked.patch(1, status="DONE")
    eventually(lambda: linked.google.book.tab("Prospects").values(2, 3)[0][0] == "QUALIFIED")


def test_a_vanished_id_column_pauses_the_lane_and_says_so(linked):
    linked.edit("A1", ["number"])
    linked.patch(1, status="DONE")
    assert "no id column" in eventually(lambda: problem(linked))
    linked.edit("A1", ["id"])
    linked.stop_bridge()
    linked.start_bridge()
    eventually(lambda: linked.cell("C2") == "QUALIFIED")


def test_an_unforeseen_failure_postpones_the_lane_and_is_said(linked, monkeypatch):
    monkeypatch.setattr(Sheet, "read", lambda *_args: 1 / 0)
    linked.patch(1, status="DONE")
    assert "unexpected" in eventually(lambda: problem(linked))
    monkeypatch.undo()
    eventually(lambda: linked.cell("C2") == "QUALIFIED")


def test_a_paused_lane_looks_again_as_soon_as_somebody_works_in_the_sheet(linked):
    linked.install()
    linked.settle()
    linked.edit("A1", ["number"])
    eventually(lambda: problem(linked))
    linked.edit("A1", ["id"])
    eventually(lambda: problem(linked) is None)
    linked.edit("C2", ["CONTACTED"])
    eventually(lambda: linked.task(1)["status"] == "IN_PROGRESS")


def test_fifteen_seconds_of_silence_and_a_hundred_patches_all_arrive(stack):
    stack.edit("A2:C101", *([n, f"Lead {n}", "NEW"] for n in range(1, 101)))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 101)))
    stack.settle()
    stack.google.trouble.fail(Fault("drop"), times=10_000)
    began = time.monotonic()
    for task in stack.tasks():
        assert stack.patch(task["id"], status="DONE").status_code == 200
    eventually(lambda: time.monotonic() - began > 15)
    stack.google.trouble.reset()
    stack.settle()
    assert [row[2] for row in stack.rows()] == ["QUALIFIED"] * 100


def test_a_slow_google_delays_no_patch_and_no_delivery(linked):
    linked.google.trouble.latency = 8
    began = time.monotonic()
    linked.patch(1, status="DONE")
    linked.deliver([13, "Other", "NEW", None], first=3, seq=2)
    assert time.monotonic() - began < 6
    linked.google.trouble.latency = 0
    eventually(lambda: linked.cell("C2") == "QUALIFIED")


def test_a_google_that_is_not_there_at_all(linked):
    linked._google_server.__exit__(None, None, None)
    linked.patch(1, status="DONE")
    assert "does not answer" in eventually(lambda: problem(linked))
    assert requests.get(f"{linked.url}/healthz", timeout=60).status_code == 200
    linked._google_server.__enter__ = lambda: None
    linked._google_server.__exit__ = lambda *_: None


def test_a_new_key_in_the_old_ones_place_is_used_without_a_restart(linked):
    before, file = linked.runtime.sheet("leads").google, linked.config.credentials
    file.write_text(json.dumps(json.loads(file.read_text()), indent=3))
    linked.patch(1, status="DONE")
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    assert linked.runtime.sheet("leads").google is not before


def test_a_new_key_leaves_what_is_known_of_the_sheet_and_its_calls(linked):
    requests.post(f"{linked.google_url}/rename", json={"tab": "Leads", "title": "Leads 2026"}, timeout=60)
    linked.patch(1, status="DONE")
    eventually(lambda: linked.pending() == 0)
    used, file = linked.runtime.used("leads"), linked.config.credentials
    os.utime(file)
    linked.patch(1, status="TODO")
    eventually(lambda: linked.pending() == 0)
    assert problem(linked) is None
    assert linked.google.book.tab("Leads 2026").values(2, 3) == [["NEW"]]
    assert linked.runtime.used("leads") > used


def test_while_a_new_key_is_half_written_the_old_one_is_used(linked):
    file = linked.config.credentials
    key = file.read_text()
    file.write_text(key[:100])
    linked.patch(1, status="DONE")
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    file.write_text(key)
    linked.patch(1, status="TODO")
    eventually(lambda: linked.cell("C2") == "NEW")
    assert not linked.runtime.sheet("leads").google.outdated


def test_the_sheets_of_one_account_share_its_connection(linked):
    sheets = linked.config.sheets | {"other": replace(linked.config.sheets["leads"], key="other")}
    runtime = Runtime(replace(linked.config, sheets=sheets), linked.runtime.database)
    assert runtime.sheet("leads").google is runtime.sheet("other").google
    assert runtime.sheet("leads") is not runtime.sheet("other")
