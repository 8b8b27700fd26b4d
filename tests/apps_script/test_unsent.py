"""Nothing that the bridge has not acknowledged is forgotten, and nothing newer is taken for acknowledged."""

import threading

import pytest

from bridge.local_google.errors import Invalid
from tests.apps_script.conftest import Receiver, Sheet
from tests.stack import eventually

BUSY = 503


def fail(sheet: Sheet, receiver: Receiver, where: str, *rows: list[object]) -> None:
    """An edit the bridge does not take."""
    receiver.status = BUSY
    sheet.edit(where, *rows)
    receiver.status = 200


def test_while_the_bridge_is_down_rows_stay_noted_and_go_out_with_the_next_edit(
    sheet: Sheet, receiver: Receiver
) -> None:
    receiver.down()
    sheet.edit("A2:B3", [12, "Vikram"], [13, "Ada"])
    assert sheet.unsent() == [["12", "13"]]
    assert "Nothing is lost" in sheet.toasts()[-1]
    receiver.up()
    sheet.edit("A4:B4", [14, "Grace"])
    assert [number for number, _ in receiver.rows()] == [4, 2, 3]
    assert sheet.unsent() == []


def test_the_clock_sends_what_is_unsent(sheet: Sheet, receiver: Receiver) -> None:
    fail(sheet, receiver, "A2:B2", [12, "Vikram"])
    sheet.clock()
    assert receiver.rows() == [(2, [12, "Vikram", "", ""])]
    assert sheet.unsent() == []


def test_what_failed_is_tried_again_a_minute_later_without_another_edit(sheet: Sheet, receiver: Receiver) -> None:
    def minutes() -> list[int]:
        return [one.minutes for one in sheet.scripts.project.triggers.all() if one.handler == "bridgeTriesAgain"]

    fail(sheet, receiver, "A2:B2", [12, "Vikram"])
    fail(sheet, receiver, "A3:B3", [13, "Ada"])
    assert minutes() == [1]
    receiver.status = BUSY
    sheet.scripts.run("bridgeTriesAgain", [])
    assert minutes() == [1]
    receiver.status = 200
    sheet.scripts.run("bridgeTriesAgain", [])
    assert (receiver.rows(), sheet.unsent(), minutes()) == (
        [(2, [12, "Vikram", "", ""]), (3, [13, "Ada", "", ""])],
        [],
        [],
    )


def test_with_nothing_unsent_the_clock_sends_a_heartbeat_with_the_last_number(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2", [12])
    sheet.clock()
    rows, heartbeat = receiver.taken
    assert (heartbeat["type"], heartbeat["seq"]) == ("heartbeat", rows["seq"])


def test_a_failed_delivery_is_not_tried_again_by_the_same_edit(sheet: Sheet, receiver: Receiver) -> None:
    tries: list[object] = []
    receiver.before_answer = tries.append
    fail(sheet, receiver, "A2", [12])
    fail(sheet, receiver, "A3", [13])
    assert len(tries) == 2
    assert sheet.unsent() == [["12"], ["13"]]


def test_a_row_that_moved_before_the_retry_is_found_by_its_id(sheet: Sheet, receiver: Receiver) -> None:
    fail(sheet, receiver, "A2:B3", [12, "Vikram"], [13, "Ada"])
    sheet.book.tab("Leads").insert_rows(2, 3)
    sheet.clock()
    assert receiver.rows() == [(5, [12, "Vikram", "", ""]), (6, [13, "Ada", "", ""])]


def test_a_sort_before_the_retry_makes_the_bridge_compare_everything(sheet: Sheet, receiver: Receiver) -> None:
    fail(sheet, receiver, "A2:B3", [13, "Ada"], [12, "Vikram"])
    receiver.status = BUSY
    sheet.person.sort("A2:D3", 1)
    sheet.idle()
    receiver.status = 200
    sheet.clock()
    assert receiver.kinds() == ["all"]
    assert sheet.unsent() == []


def test_the_retry_sends_the_row_as_it_is_now(sheet: Sheet, receiver: Receiver) -> None:
    fail(sheet, receiver, "A2:C2", [12, "Vikram", "NEW"])
    sheet.book.tab("Leads").write(2, 3, [["LOST"]])
    sheet.clock()
    assert receiver.rows() == [(2, [12, "Vikram", "LOST", ""])]


def test_a_lead_that_is_gone_before_the_retry_makes_the_bridge_compare_everything(
    sheet: Sheet, receiver: Receiver
) -> None:
    fail(sheet, receiver, "A2:B3", [12, "Vikram"], [13, "Ada"])
    sheet.book.tab("Leads").delete_rows(2)
    sheet.clock()
    assert receiver.kinds() == ["all"]
    assert sheet.unsent() == []


def test_a_note_too_long_for_a_property_becomes_everything(sheet: Sheet, receiver: Receiver) -> None:
    fail(sheet, receiver, "A2:A501", *([f"lead-number-{n:06}"] for n in range(500)))
    assert sheet.unsent() == [None]
    sheet.edit("A502", ["one more"])
    assert receiver.kinds() == ["rows", "all"]
    assert sheet.unsent() == []


@pytest.mark.parametrize("letter", ["x", "é", "名", "🙂"])
def test_a_note_is_measured_in_bytes(sheet: Sheet, receiver: Receiver, letter: str) -> None:
    fail(sheet, receiver, "A2:A201", *([f"{n:03}{letter * 20}"] for n in range(200)))
    assert all(len(text.encode()) <= 9 * 1024 for text in sheet.properties().values())
    sheet.clock()
    assert sum(len(message.get("rows", [])) for message in receiver.taken) == 200 or receiver.of("all")


def test_when_the_second_of_three_deliveries_fails_only_its_rows_and_later_ones_stay(
    sheet: Sheet, receiver: Receiver
) -> None:
    def second_fails(message: dict[str, object]) -> None:
        receiver.status = BUSY if receiver.taken else 200

    receiver.before_answer = second_fails
    sheet.edit("A2:A1101", *([n] for n in range(1100)))
    assert [len(ids or []) for ids in sheet.unsent()] == [500, 100]
    receiver.before_answer, receiver.status = lambda _: None, 200
    sheet.clock()
    assert [len(message["rows"]) for message in receiver.taken] == [500, 500, 100]
    assert sheet.unsent() == []


def test_an_acknowledged_older_delivery_does_not_erase_the_note_of_a_newer_edit(
    sheet: Sheet, receiver: Receiver
) -> None:
    first_arrived, second_failed = threading.Event(), threading.Event()

    def meet(message: dict[str, object]) -> None:
        if not first_arrived.is_set():
            first_arrived.set()
            assert second_failed.wait(5)
            receiver.status = 200
        else:
            receiver.status = BUSY

    receiver.before_answer = meet
    sheet.person.edit("A2:C2", [[12, "Vikram", "NEW"]])
    assert first_arrived.wait(5)
    sheet.person.edit("C2", [["LOST"]])
    eventually(lambda: "delivery_failed" in str([run["log"] for run in sheet.scripts.executions()]))
    second_failed.set()
    sheet.idle()
    assert len(receiver.taken) == 1
    assert sheet.unsent() == [["12"]]


def test_a_delivery_under_way_is_not_sent_a_second_time(sheet: Sheet, receiver: Receiver) -> None:
    arrived, free = threading.Event(), threading.Event()

    def hold(message: dict[str, object]) -> None:
        if not arrived.is_set():
            arrived.set()
            assert free.wait(5)

    receiver.before_answer = hold
    sheet.person.edit("A2", [[12]])
    assert arrived.wait(5)
    sheet.person.edit("A3", [[13]])
    eventually(lambda: receiver.taken)
    free.set()
    sheet.idle()
    assert sorted(number for number, _ in receiver.rows()) == [2, 3]


def test_what_an_execution_that_died_had_noted_is_sent_a_minute_later(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B2", [12, "Vikram"])
    receiver.taken.clear()
    sheet.store.save("properties:script", "BRIDGE_0_UNSENT_7", '{"since": 1700000000, "ids": ["12"]}')
    sheet.clock()
    assert len(receiver.rows()) == 1
    assert sheet.unsent() == []


@pytest.mark.parametrize("trouble", ["busy", "throws"])
def test_when_the_lock_is_not_to_be_had_the_edit_is_made_up_for(sheet: Sheet, receiver: Receiver, trouble: str) -> None:
    sheet.scripts.project.lock.trouble = trouble  # type: ignore[assignment]
    sheet.edit("A2:B2", [12, "Vikram"])
    assert receiver.taken == []
    assert sheet.unsent() == [None]
    sheet.scripts.project.lock.trouble = None
    sheet.edit("A3:B3", [13, "Ada"])
    assert receiver.kinds() == ["rows", "all"]
    assert sheet.unsent() == []


def test_an_edit_whose_note_cannot_be_kept_is_sent_all_the_same(sheet: Sheet, receiver: Receiver) -> None:
    for number in range(57):
        sheet.store.save("properties:script", f"full{number}", "x" * 9000)
    sheet.edit("A2:B2", [12, "Vikram"])
    assert len(receiver.rows()) == 1


def test_a_property_store_that_stumbles_costs_no_edit(
    sheet: Sheet, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    properties = sheet.scripts.project.properties
    real, stumbles = properties.all, [1, 2]

    def all_of() -> dict[str, str]:
        if stumbles:
            stumbles.pop()
            raise Invalid("We're sorry, a server error occurred. Please wait a bit and try again.")
        return real()

    monkeypatch.setattr(properties, "all", all_of)
    sheet.edit("A2:B2", [12, "Vikram"])
    assert (len(receiver.rows()), stumbles) == (1, [])


@pytest.mark.parametrize("status", [413, 422])
def test_rows_whose_form_is_refused_become_everything(sheet: Sheet, receiver: Receiver, status: int) -> None:
    receiver.status = status
    sheet.edit("A2:B2", [12, "Vikram"])
    assert sheet.unsent() == [None]


def test_a_spoilt_property_does_not_stop_the_script(sheet: Sheet, receiver: Receiver) -> None:
    for key, text in {"BRIDGE_0_UNSENT_5": "not json", "BRIDGE_0_SETTINGS": "[1", "BRIDGE_0_SEQ": "x"}.items():
        sheet.store.save("properties:script", key, text)
    sheet.edit("A2:B2", [12, "Vikram"])
    assert receiver.kinds() == ["rows", "all"]
    assert receiver.taken[0]["seq"] > 10**15
    assert sheet.unsent() == []
