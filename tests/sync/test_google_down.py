"""Google on its bad days: refused, slow, away, answering nonsense. Nothing pending is dropped, and the queue says
what is wrong.
"""

import json
import os
from dataclasses import replace

import pytest
import requests

from bridge.engine.choose import make_engine
from bridge.google.sheet import Sheet
from bridge.local_google.api.trouble import Fault
from bridge.runtime import Runtime


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
    linked.settle()
    assert linked.rows() == [[12, "Vikram", "QUALIFIED", 1]]
    assert problem(linked) is None


def test_a_retry_after_is_obeyed(linked):
    linked.google.trouble.fail(Fault(429, retry_after=3))
    linked.patch(1, status="DONE")
    linked.drain()
    assert problem(linked)
    linked.run_for(2.9)
    assert linked.cell("C2") == "NEW"
    linked.run_for(0.2)
    assert linked.cell("C2") == "QUALIFIED"


LASTING = {
    "401": (Fault(401), "key"),
    "403": (Fault(403), "share it with"),
    "404": (Fault(404), "no spreadsheet with this id"),
}


@pytest.mark.parametrize(("fault", "sentence"), LASTING.values(), ids=LASTING)
def test_what_lasts_pauses_the_queue_with_a_plain_reason_and_drops_nothing(linked, fault, sentence):
    linked.google.trouble.fail(fault, times=9)
    linked.patch(1, status="DONE")
    linked.drain()
    assert sentence in problem(linked)
    assert linked.pending() == 1
    linked.google.trouble.reset()
    linked.stop_bridge()
    linked.start_bridge()
    linked.settle()
    assert linked.cell("C2") == "QUALIFIED"


def test_a_revoked_key_is_said(linked):
    linked.google.trouble.key_revoked = True
    linked.google.tokens.forget()
    linked.patch(1, status="DONE")
    linked.drain()
    assert "key" in problem(linked)


def test_a_protected_cell_is_buried_with_its_reason_and_its_neighbours_go_through(stack):
    stack.edit("A2:C5", *([n, f"Lead {n}", "NEW"] for n in range(1, 5)))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 5)))
    stack.settle()
    protected = stack.google.book.tab("Leads").protect("C3:C3")
    for task_id in range(1, 5):
        stack.patch(task_id, status="DONE")
    stack.settle()
    assert [row[2] for row in stack.rows()] == ["QUALIFIED", "NEW", "QUALIFIED", "QUALIFIED"]
    assert any(change["state"] == "refused" and "protected" in change["reason"] for change in stack.changes(2))
    stack.google.book.tab("Leads").unprotect(protected)
    stack.patch(2, status="DONE", notes="again")
    stack.patch(2, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C3") == "CONTACTED"


def test_a_renamed_tab_is_followed(linked):
    linked.google.book.tab("Leads").rename("Prospects")
    linked.patch(1, status="DONE")
    linked.settle()
    assert linked.google.book.tab("Prospects").values(2, 3)[0][0] == "QUALIFIED"


def test_a_vanished_id_column_pauses_the_queue_and_says_so(linked):
    linked.edit("A1", ["number"])
    linked.patch(1, status="DONE")
    linked.drain()
    assert "no id column" in problem(linked)
    linked.edit("A1", ["id"])
    linked.stop_bridge()
    linked.start_bridge()
    linked.settle()
    assert linked.cell("C2") == "QUALIFIED"


def test_an_unforeseen_failure_postpones_the_queue_and_is_said(linked, monkeypatch):
    monkeypatch.setattr(Sheet, "read", lambda *_args: 1 / 0)
    linked.patch(1, status="DONE")
    linked.drain()
    assert "unexpected" in problem(linked)
    monkeypatch.undo()
    linked.settle()
    assert linked.cell("C2") == "QUALIFIED"


def test_a_paused_queue_looks_again_as_soon_as_somebody_works_in_the_sheet(linked):
    linked.install()
    linked.settle()
    linked.edit("A1", ["number"])
    linked.run_for(5)
    assert problem(linked)
    linked.edit("A1", ["id"])
    linked.run_for(5)
    assert problem(linked) is None
    linked.edit("C2", ["CONTACTED"])
    linked.settle()
    assert linked.task(1)["status"] == "IN_PROGRESS"


def test_fifteen_seconds_of_silence_and_a_hundred_patches_all_arrive(stack):
    stack.edit("A2:C101", *([n, f"Lead {n}", "NEW"] for n in range(1, 101)))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 101)))
    stack.settle()
    stack.google.trouble.fail(Fault("drop"), times=10_000)
    for task in stack.tasks():
        assert stack.patch(task["id"], status="DONE").status_code == 200
    stack.run_for(15)
    stack.google.trouble.reset()
    stack.settle()
    assert [row[2] for row in stack.rows()] == ["QUALIFIED"] * 100


class Interrupted:
    """Google, except that something happens while it is asked for the first read and the first write."""

    def __init__(self, google, act):
        self.google, self.act, self.left = google, act, {"GET", "POST"}

    def testify(self):
        self.google.testify()

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/v4/") and environ["REQUEST_METHOD"] in self.left:
            self.left.remove(environ["REQUEST_METHOD"])
            self.act()
        return self.google(environ, start_response)


def test_a_slow_google_delays_no_patch_and_no_delivery(linked):
    """They are answered while it still works on a read, and on a write."""
    answers = []

    def meanwhile():
        answers.append(linked.patch(1, status="TODO" if answers else "IN_PROGRESS"))
        answers.append(linked.deliver([13, "Other", "NEW", None], first=3, seq=2 + len(answers)))

    linked.witness = Interrupted(linked.witness, meanwhile)
    linked.patch(1, status="DONE")
    linked.settle()
    assert [answer.status_code for answer in answers] == [200] * 4
    assert linked.cell("C2") == "NEW"


def test_a_google_that_is_not_there_at_all(linked):
    linked.stop_bridge()
    linked.google_url = "http://127.0.0.1:9"
    linked.start_bridge()
    linked.patch(1, status="DONE")
    linked.drain()
    assert "does not answer" in problem(linked)
    assert requests.get(f"{linked.url}/healthz", timeout=60).status_code == 200


def test_a_new_key_in_the_old_ones_place_is_used_without_a_restart(linked):
    before, file = linked.runtime.sheet("leads").google, linked.config.credentials[0]
    file.write_text(json.dumps(json.loads(file.read_text()), indent=3))
    linked.patch(1, status="DONE")
    linked.settle()
    assert linked.cell("C2") == "QUALIFIED"
    assert linked.runtime.sheet("leads").google is not before


def test_a_new_key_leaves_what_is_known_of_the_sheet_and_its_calls(linked):
    requests.post(f"{linked.google_url}/rename", json={"tab": "Leads", "title": "Leads 2026"}, timeout=60)
    linked.patch(1, status="DONE")
    linked.settle()
    assert linked.pending() == 0
    used, file = linked.runtime.used("leads"), linked.config.credentials[0]
    os.utime(file)
    linked.patch(1, status="TODO")
    linked.settle()
    assert linked.pending() == 0
    assert problem(linked) is None
    assert linked.google.book.tab("Leads 2026").values(2, 3) == [["NEW"]]
    assert linked.runtime.used("leads") > used


def test_while_a_new_key_is_half_written_the_old_one_is_used(linked):
    file = linked.config.credentials[0]
    key = file.read_text()
    file.write_text(key[:100])
    linked.patch(1, status="DONE")
    linked.settle()
    assert linked.cell("C2") == "QUALIFIED"
    file.write_text(key)
    linked.patch(1, status="TODO")
    linked.settle()
    assert linked.cell("C2") == "NEW"
    assert not linked.runtime.sheet("leads").google.outdated


def test_the_sheets_of_one_account_share_its_connection(linked):
    sheets = linked.config.sheets | {"other": replace(linked.config.sheets["leads"], key="other")}
    runtime = Runtime(replace(linked.config, sheets=sheets), linked.runtime.database, make_engine)
    assert runtime.sheet("leads").google is runtime.sheet("other").google
    assert runtime.sheet("leads") is not runtime.sheet("other")
