"""The back-off while the bridge does not answer, and that every failure is shown."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.local_google.app import SCRIPT_FILES
from bridge.local_google.errors import Invalid
from tests.apps_script.conftest import Receiver, Sheet


@pytest.fixture
def hasty(tmp_path: Path, receiver: Receiver) -> Iterator[Sheet]:
    """The script as shipped, but it waits for an answer one second instead of fifteen, and backs off after half of it."""
    files = tmp_path / "script"
    shutil.copytree(SCRIPT_FILES, files)
    for name, shipped, hasty in [
        ("Delivery.js", "const TIMEOUT = 15;", "const TIMEOUT = 1;"),
        ("Rest.js", "const SLOW_MS = 4000;", "const SLOW_MS = 500;"),
    ]:
        source = (files / name).read_text(encoding="utf-8")
        assert shipped in source
        (files / name).write_text(source.replace(shipped, hasty), encoding="utf-8")
    sheet = Sheet(tmp_path, receiver, files)
    sheet.install()
    receiver.taken.clear()
    yield sheet
    sheet.close()


@pytest.fixture
def silence(receiver: Receiver) -> Iterator[Callable[[], int]]:
    """The bridge takes connections and never answers; calling it gives how often it was asked."""
    asked: list[object] = []
    over = threading.Event()

    def swallow(message: dict[str, object]) -> None:
        asked.append(message)
        over.wait(60)  # longer than the script waits

    receiver.before_answer = swallow
    yield lambda: len(asked)
    receiver.before_answer = lambda _: None
    over.set()


def rest(sheet: Sheet) -> dict[str, int]:
    """The rest that is kept."""
    return json.loads(sheet.properties().get("BRIDGE_0_REST", "{}"))


def ended(sheet: Sheet) -> None:
    """The rest is over."""
    sheet.store.save("properties:script", "BRIDGE_0_REST", json.dumps(rest(sheet) | {"until": 1}))


def test_after_a_silence_edits_are_noted_and_nobody_waits(hasty: Sheet, silence: Callable[[], int]) -> None:
    hasty.edit("A2:B2", [12, "Vikram"])
    hasty.edit("A3:B3", [13, "Ada"])
    hasty.clock()
    assert silence() == 1
    assert hasty.unsent() == [["12"], ["13"]]
    assert rest(hasty)["tries"] == 1
    assert hasty.toasts()[-1].startswith("A3:B3 not sent yet. The bridge did not answer lately: the next try is in")


def test_a_silence_is_tried_every_minute_at_first_then_ever_more_rarely_up_to_half_an_hour(
    hasty: Sheet, silence: Callable[[], int]
) -> None:
    lengths = []
    for tries in (0, 19, 20, 21, 26, 90):
        hasty.store.save("properties:script", "BRIDGE_0_REST", json.dumps({"tries": tries, "until": 1}))
        hasty.clock()
        assert rest(hasty)["tries"] == tries + 1
        lengths.append(rest(hasty)["until"] - time.time())
    assert lengths == [pytest.approx(length, abs=5) for length in (25, 25, 50, 100, 1800, 1800)]


def test_when_the_rest_is_over_and_the_bridge_answers_everything_goes_out(
    hasty: Sheet, receiver: Receiver, silence: Callable[[], int]
) -> None:
    hasty.edit("A2:B2", [12, "Vikram"])
    hasty.edit("A3:B3", [13, "Ada"])
    receiver.before_answer = lambda _: None
    ended(hasty)
    hasty.clock()
    receiver.taken[:] = [
        message for message in receiver.of("rows") if message["rows"][-1]["row"] == 3
    ]  # not the swallowed one
    assert [number for number, _ in receiver.rows()] == [2, 3]
    assert (hasty.unsent(), rest(hasty)) == ([], {})


def test_a_person_who_asks_does_not_wait_out_the_rest(
    hasty: Sheet, receiver: Receiver, silence: Callable[[], int]
) -> None:
    hasty.edit("A2:B2", [12, "Vikram"])
    receiver.before_answer = lambda _: None
    (said,) = hasty.scripts.run("bridgeSyncEverything", [])["dialogs"]
    assert said["text"] == "The bridge is comparing every row now."
    assert (hasty.unsent(), rest(hasty)) == ([], {})


def test_a_quick_no_is_never_rested_on(sheet: Sheet, receiver: Receiver) -> None:
    receiver.down()
    sheet.edit("A2", [12])
    receiver.up()
    sheet.edit("A3", [13])
    assert (len(receiver.taken), rest(sheet)) == (2, {})


def test_a_toast_names_what_was_not_sent(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:C2", [12, "Vikram", "NEW"])
    receiver.status = 503
    sheet.edit("C2", ["LOST"])
    assert sheet.toasts()[-1].startswith("C2 not sent yet. The bridge is busy or in trouble (503).")
    sheet.clock()
    assert sheet.toasts()[-1].startswith("Earlier edits not sent yet.")


def test_a_bridge_in_trouble_is_told_also_when_nothing_is_unsent(sheet: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    sheet.clock()
    assert sheet.toasts() == ["The bridge is busy or in trouble (503). Edits are kept meanwhile."]


@pytest.mark.parametrize("handler", ["edit", "clock"])
def test_what_nobody_foresaw_is_told_in_the_sheet_and_made_up_for(
    sheet: Sheet, receiver: Receiver, handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    properties = sheet.scripts.project.properties

    def gone() -> dict[str, str]:
        raise Invalid("We're sorry, a server error occurred.")

    with monkeypatch.context() as broken:
        broken.setattr(properties, "all", gone)
        if handler == "edit":
            sheet.person.edit("A2:B2", [[12, "Vikram"]])
        else:
            sheet.scripts.fire_clock()
        assert sheet.scripts.wait_idle(10)
    assert "not sent yet. We're sorry, a server error occurred. Nothing is lost" in sheet.toasts()[-1]
    assert any("error" in run for run in sheet.scripts.executions())  # so Google mails the owner
    assert sheet.unsent() == [None]
