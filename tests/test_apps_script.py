"""The sheet's script: the real files in the local Google's runtime, against the real bridge or a receiver that fails."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook

from bridge.local_google.errors import Invalid
from bridge.local_google.script import host
from bridge.models import Delivery
from tests.stack import SECRET, Stack, eventually


class Receiver:
    """Takes deliveries in the bridge's place: checks each signature with the reference package, answers as told."""

    def __init__(self) -> None:
        self.messages: list[dict] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                Webhook(SECRET).verify(body.decode(), dict(self.headers.items()))
                if receiver.status == 200:
                    receiver.messages.append(json.loads(body))
                reply = json.dumps({"outcomes": [], "detail": "told to"}).encode()
                self.send_response(receiver.status)
                self.send_header("content-length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/sheets/leads"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, kind: str) -> list[dict]:
        return [message for message in self.messages if message["type"] == kind]

    def ids(self) -> list[list[str]]:
        """The lead ids of each delivery of rows."""
        return [[row["shown"][0] for row in message["rows"]] for message in self.of("rows")]


@pytest.fixture
def receiver():
    running = Receiver()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def sheet(stack, receiver):
    """The stack's sheet, its script installed for the receiver."""
    stack.google.scripts.run("installBridge", [f"{receiver.url}#{SECRET}"])
    receiver.messages.clear()
    return stack


def idle(stack):
    assert stack.google.scripts.wait_idle(20)


def properties(stack):
    return stack.google.scripts.project.properties("script", "")


def handlers(stack):
    return sorted(trigger.handler for trigger in stack.google.scripts.project.triggers())


# installing


def test_installing_connects_and_makes_three_triggers_however_often(stack):
    for _ in range(2):
        done = stack.google.scripts.run("installBridge", [stack.config.connection("leads")])
        assert done["result"].startswith("Connected")
    assert handlers(stack) == ["bridgeChanged", "bridgeEdited", "bridgeEveryFiveMinutes"]


def test_a_second_person_is_told_who_installed_it(sheet):
    sheet.google.scripts.email = "other@local.invalid"
    with pytest.raises(Invalid, match="already installed here by you@local.invalid"):
        sheet.google.scripts.run("installBridge", [sheet.config.connection("leads")])
    assert len(handlers(sheet)) == 3


def test_uninstalling_leaves_nothing_and_another_may_install(sheet):
    sheet.google.scripts.run("uninstallBridge", [])
    assert (handlers(sheet), properties(sheet)) == ([], {})
    sheet.google.scripts.email = "other@local.invalid"
    sheet.install()


WRONG = {
    "a wrong secret": (
        lambda s: s.config.connection("leads").replace(SECRET, "whsec_" + "B" * 43 + "="),
        "does not accept the secret",
    ),
    "a wrong path": (lambda s: f"{s.url}/hooks/sheets/nowhere#{SECRET}", "does not know this sheet"),
    "nobody there": (lambda s: f"http://127.0.0.1:9/hooks/sheets/leads#{SECRET}", "cannot be reached"),
    "cut off": (lambda s: s.config.connection("leads")[:-30], "cut off"),
    "something else": (lambda s: "hello", "no connection string"),
}


@pytest.mark.parametrize(("connection", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_connection_is_said_in_words(stack, connection, sentence):
    with pytest.raises(Invalid, match=sentence):
        stack.google.scripts.run("installBridge", [connection(stack)])


def test_numbers_grow_across_installations(sheet, receiver):
    sheet.edit("A2:C2", ["1", "Ann", "NEW"])
    idle(sheet)
    sheet.google.scripts.run("uninstallBridge", [])
    sheet.google.scripts.run("installBridge", [f"{receiver.url}#{SECRET}"])
    assert receiver.of("hello")[-1]["seq"] > receiver.of("rows")[-1]["seq"]


# editing


def test_one_edit_is_one_delivery_with_the_columns_that_were_touched(sheet, receiver):
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    idle(sheet)
    (message,) = receiver.messages
    assert message["edited"] == {"first": 1, "last": 3}
    assert message["rows"] == [{"row": 2, "cells": [12, "Vikram", "NEW", ""], "shown": ["12", "Vikram", "NEW", ""]}]


def test_accents_and_emoji_are_signed_right(sheet, receiver):
    sheet.edit("A2:C2", ["1", "Zoë 🦊 Łukasz", "NEW"])
    idle(sheet)
    assert receiver.messages[0]["rows"][0]["cells"][1] == "Zoë 🦊 Łukasz"


def test_an_edit_of_another_tab_or_an_unknown_column_sends_nothing(stack):
    stack.install()
    stack.settle()
    stack.edit("A2:C2", ["1", "Ann", "NEW"])
    stack.settle()
    stack.google.book.add_tab("Other")
    before = stack.changes(1)
    stack.edit("Other!A1", ["1"])
    stack.edit("Leads!J2", ["a private remark"])
    idle(stack)
    edits = [ran for ran in stack.google.scripts.executions() if ran["function"] == "bridgeEdited"]
    assert all("error" not in ran for ran in edits)
    with stack.runtime.session() as session:
        replies = session.scalars(select(Delivery.reply)).all()
    assert sum(len(reply["outcomes"]) for reply in replies) == 1
    assert stack.changes(1) == before


def test_twelve_hundred_pasted_rows_are_three_deliveries(sheet, receiver):
    sheet.google.person.edit("A2:C1201", [[n, f"Lead {n}", "NEW"] for n in range(1, 1201)], pasted=True)
    idle(sheet)
    assert [len(ids) for ids in receiver.ids()] == [500, 500, 200]


def test_a_date_arrives_as_the_day_its_cell_shows_in_any_zone(stack):
    for zone in ("Asia/Kolkata", "America/Los_Angeles"):
        stack.google.book.set_time_zone(zone)
        stack.edit("A1:E1", ["id", "name", "status", "task_id", "due"])
        stack.install()
        stack.edit("A2:E2", ["12", "Vikram", "NEW", None, "2026-11-22"])
        eventually(lambda: stack.tasks() and stack.task(1)["due"] == "2026-11-22")
        stack.edit("E2", [""])
        eventually(lambda: stack.task(1)["due"] is None)


def test_new_rows_get_an_id_when_the_configuration_says_so(tmp_path, migrated):
    with Stack(tmp_path, migrated, assign_ids=True) as stack:
        stack.install()
        stack.edit("B2:C3", ["Ann", "NEW"], ["Bob", "NEW"])
        eventually(lambda: len(stack.tasks()) == 2)
        assert [str(stack.cell(f"A{row}")) for row in (2, 3)] == [task["lead_id"] for task in stack.tasks()]


def test_a_refused_row_is_told_to_the_person(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "WON"])
    idle(stack)
    stack.edit("C2", ["ALSO WRONG"])
    eventually(lambda: any("use one of NEW" in toast.text for toast in stack.google.book.toasts))


# what could not be sent


def test_what_the_bridge_did_not_take_goes_out_with_the_next_edit(sheet, receiver):
    receiver.status = 503
    sheet.edit("A2:C2", ["1", "Ann", "NEW"])
    idle(sheet)
    receiver.status = 200
    sheet.edit("A3:C3", ["2", "Bob", "NEW"])
    idle(sheet)
    assert sorted(sum(receiver.ids(), [])) == ["1", "2"]
    assert "BRIDGE_UNSENT" not in properties(sheet)


def test_or_with_the_time_trigger_wherever_the_row_stands_then(sheet, receiver):
    receiver.status = 500
    sheet.edit("A2:C3", ["1", "Ann", "NEW"], ["2", "Bob", "NEW"])
    idle(sheet)
    sheet.google.person.sort("Leads!A2:D3", 1, ascending=False)
    idle(sheet)
    sheet.google.scripts.run("keep_", [{"BRIDGE_UNSENT_ALL": None}])  # leave only the note of the two rows
    receiver.status = 200
    sheet.google.scripts.fire_clock()
    idle(sheet)
    sent = {row["shown"][0]: row["shown"][1] for message in receiver.of("rows") for row in message["rows"]}
    assert sent == {"1": "Ann", "2": "Bob"}


def test_an_unsent_row_that_is_gone_asks_for_everything(sheet, receiver):
    receiver.status = 503
    sheet.edit("A2:C2", ["1", "Ann", "NEW"])
    idle(sheet)
    sheet.google.book.tab("Leads").delete_rows(2)
    receiver.status = 200
    sheet.google.scripts.fire_clock()
    idle(sheet)
    assert len(receiver.of("all")) == 1
    assert not {"BRIDGE_UNSENT", "BRIDGE_UNSENT_ALL"} & properties(sheet).keys()


def test_when_nothing_is_unsent_the_time_trigger_is_a_heartbeat(sheet, receiver):
    sheet.google.scripts.fire_clock()
    idle(sheet)
    assert [message["type"] for message in receiver.messages] == ["heartbeat"]


def test_a_note_that_grows_too_long_becomes_all(sheet, receiver):
    receiver.status = 503
    sheet.google.person.edit("A2:C501", [[f"lead-number-{n:05}", "x", "NEW"] for n in range(500)], pasted=True)
    idle(sheet)
    assert "BRIDGE_UNSENT_ALL" in properties(sheet)
    receiver.status = 200
    sheet.google.scripts.fire_clock()
    idle(sheet)
    assert [message["type"] for message in receiver.messages] == ["all"]


def test_contention_for_the_lock_loses_nothing(sheet, receiver, monkeypatch):
    locks = sheet.google.scripts.project.locks
    monkeypatch.setattr(host.Services, "on_lock_try", lambda *_args, **_kwargs: False)
    sheet.edit("A2:C2", ["1", "Ann", "NEW"])
    idle(sheet)
    assert (receiver.of("rows"), "BRIDGE_UNSENT_ALL" in properties(sheet)) == ([], True)
    monkeypatch.undo()
    sheet.google.scripts.fire_clock()
    idle(sheet)
    assert len(receiver.of("all")) == 1
    assert not any(lock.locked() for lock in locks.values())


def test_a_deleted_row_asks_for_everything_and_an_inserted_one_for_nothing(sheet, receiver):
    sheet.google.person.insert_rows("Leads", 2)
    idle(sheet)
    assert receiver.messages == []
    sheet.google.person.delete_rows("Leads", 2)
    idle(sheet)
    assert [message["type"] for message in receiver.messages] == ["all"]


def test_events_that_google_drops_under_fast_typing_are_found_by_the_sweep(stack):
    stack.install()
    stack.settle()
    stack.google.trouble.edit_queue = 2
    for n in range(1, 21):
        stack.edit(f"A{n + 1}:C{n + 1}", [n, f"Lead {n}", "NEW"])
    eventually(lambda: len(stack.tasks()) == 20, seconds=20)
    stack.settle(20)
    assert sorted(row[3] for row in stack.rows()) == list(range(1, 21))


def test_a_whole_day_of_edits_through_the_script_ends_equal(stack):
    stack.install()
    stack.edit("A2:C6", *([n, f"Lead {n}", "NEW"] for n in range(1, 6)))
    stack.settle()
    for turn in range(12):
        n = turn % 5
        stack.edit(f"C{n + 2}", [["CONTACTED", "LOST", "QUALIFIED"][turn % 3]])
        stack.patch(n % 5 + 1, assignee=f"person {turn}")
    stack.settle(30)
    meant = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    assert [meant[row[2]] for row in stack.rows()] == [task["status"] for task in stack.tasks()]


# the stand-in itself


def test_what_google_has_and_the_stand_in_has_not_says_so_by_name(tmp_path, stack):
    (tmp_path / "Odd.js").write_text("function odd() { return SpreadsheetApp.getActiveSpreadsheet().getOwner(); }")
    scripts = host.Scripts(stack.google.book, stack.google.store, stack.google.trouble, tmp_path)
    with pytest.raises(Invalid, match=r"Spreadsheet\.getOwner is not available in the local stand-in"):
        scripts.run("odd", [])
    scripts.stop()


def test_no_log_of_an_execution_holds_a_secret_or_a_name(sheet, receiver):
    receiver.status = 401
    sheet.edit("A2:C2", ["1", "Ann Secretly", "NEW"])
    idle(sheet)
    logged = json.dumps([ran["log"] for ran in sheet.google.scripts.executions()])
    assert SECRET not in logged
    assert "Ann Secretly" not in logged
