"""Installing, taking over, uninstalling, and what a person is told when it does not work."""

import time

import pytest

from bridge.local_google.errors import Invalid
from tests.apps_script.conftest import HEADER, SECRET, Receiver, Sheet

HANDLERS = ["bridgeChanged", "bridgeEdited", "bridgeEveryFiveMinutes"]


def handlers(sheet: Sheet) -> list[str]:
    return sorted(trigger.handler for trigger in sheet.scripts.project.triggers.all())


def refused(sheet: Sheet, connection: str) -> str:
    """What installing with a wrong connection string says; nothing may have been installed."""
    with pytest.raises(Invalid) as refusal:
        sheet.scripts.run("installBridge", [connection])
    assert (handlers(sheet), sheet.properties()) == ([], {})
    return str(refusal.value)


def test_install_says_hello_with_the_header_and_a_number_from_the_clock(bare: Sheet, receiver: Receiver) -> None:
    before = time.time_ns() // 1000
    assert bare.install() == 'Connected: edits of "Leads" reach the bridge from now on.'
    (hello,) = receiver.taken
    assert (hello["type"], hello["header"], hello["owner"]) == ("hello", list(HEADER), "you@local.invalid")
    assert (hello["spreadsheet"], hello["sheet_id"]) == ("1" * 44, 0)
    assert before // 1000 * 1000 <= hello["seq"] < 2**53
    assert handlers(bare) == HANDLERS


def test_installing_twice_makes_no_second_set_of_triggers_and_a_greater_number(bare: Sheet, receiver: Receiver) -> None:
    bare.install()
    bare.edit("A2:C2", ["12", "Vikram", "NEW"])
    bare.install()
    assert handlers(bare) == HANDLERS
    first, rows, second = (message["seq"] for message in receiver.taken)
    assert first < rows < second


def test_installing_again_without_a_connection_string_keeps_the_present_one(sheet: Sheet, receiver: Receiver) -> None:
    sheet.scripts.run("installBridge", [])
    assert receiver.of("hello")


def test_a_second_person_is_told_who_has_installed_it(sheet: Sheet, receiver: Receiver) -> None:
    sheet.scripts.email = "other@local.invalid"
    with pytest.raises(Invalid, match=r"already installed here, by you@local\.invalid"):
        sheet.scripts.run("installBridge", [receiver.connection])
    with pytest.raises(Invalid, match=r"belong to you@local\.invalid"):
        sheet.scripts.run("uninstallBridge", [])
    assert len(handlers(sheet)) == 3


def test_after_a_take_over_the_triggers_of_the_former_owner_are_silent(sheet: Sheet, receiver: Receiver) -> None:
    sheet.scripts.email = "other@local.invalid"
    sheet.scripts.run("takeOverBridge", [receiver.connection])
    assert len(handlers(sheet)) == 6
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    assert len(receiver.rows()) == 1


def test_a_wrong_secret_is_told_in_words(bare: Sheet, receiver: Receiver) -> None:
    said = refused(bare, receiver.connection.replace(SECRET, "whsec_" + "A" * 43 + "="))
    assert said.startswith("Nothing was installed. The secret is wrong, or the clock of the bridge is")
    assert "the signature does not fit the body" in said


def test_a_wrong_address_is_told_in_words(bare: Sheet, receiver: Receiver) -> None:
    receiver.status, receiver.detail = 404, "there is no sheet 'lead' here"
    assert "The address is wrong" in refused(bare, receiver.connection)


def test_a_bridge_out_of_reach_is_told_in_words(bare: Sheet, receiver: Receiver) -> None:
    receiver.down()
    said = refused(bare, receiver.connection)
    receiver.up()
    assert "cannot be reached" in said
    assert "Google itself reaches public addresses only" in said


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ("", "is missing"),
        ("https://example.org/hooks/sheets/leads", "cut off"),
        (f"https://example.org/#{SECRET}", "not one of the bridge"),
        (f"example.org/hooks/sheets/leads#{SECRET}", "not one of the bridge"),
        ("https://example.org/hooks/sheets/leads#whsec_AbC", "cut off"),
        (f"https://example.org/hooks/sheets/leads#{SECRET}#{SECRET}", "cut off"),
    ],
)
def test_half_a_connection_string_is_told_from_a_whole_one(bare: Sheet, connection: str, said: str) -> None:
    assert said in refused(bare, connection)


def test_another_web_page_at_the_address_is_not_taken_for_the_bridge(bare: Sheet, receiver: Receiver) -> None:
    def hello(headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        return 200, {"hello": "world"}

    receiver.take = hello  # type: ignore[method-assign]
    assert "not the bridge" in refused(bare, receiver.connection)


def test_a_header_without_an_id_column_is_told_and_mended_by_typing_one(bare: Sheet, receiver: Receiver) -> None:
    bare.edit("A1", ["number"])
    receiver.settings = {"columns": ["name", "status", "task_id"], "id": "id", "assign_ids": False}
    assert "needs an id column" in bare.install()
    receiver.settings = None
    bare.edit("A1", ["id"])
    assert receiver.of("all")[0]["header"] == list(HEADER)


def test_a_failed_new_installation_leaves_the_present_one_working(sheet: Sheet, receiver: Receiver) -> None:
    with pytest.raises(Invalid):
        sheet.scripts.run(
            "installBridge", [receiver.connection.replace("leads#", "x#").replace("127.0.0.1", "no.invalid")]
        )
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    assert len(receiver.rows()) == 1


def test_when_no_more_triggers_can_be_made_the_present_ones_stay(sheet: Sheet, receiver: Receiver) -> None:
    triggers = sheet.scripts.project.triggers
    mine = triggers.all()
    for _ in range(15):
        triggers.create(type(mine[0])(str(_), "other", "ON_EDIT", 0, sheet.scripts.email))
    before = triggers.all()
    with pytest.raises(Invalid, match="too many triggers"):
        sheet.scripts.run("installBridge", [receiver.connection])
    assert triggers.all() == before


def test_a_new_installation_settles_what_was_unsent(sheet: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    receiver.status = 200
    sheet.install()
    assert sheet.unsent() == []
    sheet.clock()
    assert [message["type"] for message in receiver.taken] == ["hello", "heartbeat"]


def test_uninstalling_leaves_nothing_behind(sheet: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    sheet.scripts.run("uninstallBridge", [])
    assert (handlers(sheet), sheet.properties()) == ([], {})


def test_the_menu_asks_for_the_connection_string_and_tells_the_result(bare: Sheet, receiver: Receiver) -> None:
    (menu,) = bare.scripts.run("onOpen", [])["menus"]
    captions = [item["caption"] for item in menu["items"] if item]
    assert (menu["title"], captions) == ("Bridge", ["Install", "Sync everything", "Status", "Uninstall"])
    shown = bare.scripts.run(menu["items"][0]["handler"], [], answers=[receiver.connection, "OK"])["dialogs"]
    assert [dialog["kind"] for dialog in shown] == ["prompt", "alert"]
    assert shown[1]["text"].startswith("Connected")


def test_every_menu_item_names_a_function_of_the_script(sheet: Sheet) -> None:
    (menu,) = sheet.scripts.run("onOpen", [])["menus"]
    for item in filter(None, menu["items"]):
        sheet.scripts.run(item["handler"], [], answers=[None, None])


def test_status_tells_who_sends_what_is_unsent_and_whether_the_bridge_answers(sheet: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    sheet.edit("A2:C3", ["12", "Vikram", "NEW"], ["13", "Ada", "NEW"])
    receiver.status = 200
    (said,) = sheet.scripts.run("bridgeStatus", [])["dialogs"]
    assert said["text"].splitlines() == [
        "The bridge answers.",
        "Unsent rows: 2.",
        'Edits of "Leads" are sent by you@local.invalid.',
    ]


def test_sync_everything_asks_for_a_sweep(sheet: Sheet, receiver: Receiver) -> None:
    sheet.scripts.run("bridgeSyncEverything", [])
    assert [message["type"] for message in receiver.taken] == ["all"]


def test_uninstall_asks_first(sheet: Sheet) -> None:
    sheet.scripts.run("bridgeUninstall", [], answers=["NO"])
    assert len(handlers(sheet)) == 3
    sheet.scripts.run("bridgeUninstall", [], answers=["YES"])
    assert handlers(sheet) == []
