"""Installing, taking over, uninstalling, and what a person is told when it does not work."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.local_google.app import SCRIPT_FILES
from bridge.local_google.errors import Invalid
from bridge.local_google.script.host import Scripts
from tests.apps_script.conftest import HEADER, SECRET, SETTINGS, Receiver, Sheet

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
    assert said.startswith("Nothing was installed. The secret is wrong: copy")
    assert "signature mismatch" in said


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
        (f"https://example.org/hooks/sheets/leads#whsec_{'A' * 43}", "cut off"),
        (f"https://example.org/hooks/sheets/leads#whsec_{'A' * 38}", "cut off"),
        (f"https://example.org/hooks/sheets/leads#whsec_{'A' * 37}=", "cut off"),
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
    assert bare.install().endswith('no row can be synced yet. The first row needs a column "id".')
    receiver.settings = None
    bare.edit("A1", ["id"])
    assert receiver.of("all")[0]["header"] == list(HEADER)


def test_every_column_that_the_bridge_misses_is_named(bare: Sheet, receiver: Receiver) -> None:
    receiver.settings = SETTINGS | {"missing": ["name", "stage"]}
    assert bare.install().endswith('The first row needs a column "name" and a column "stage".')


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


def test_two_who_install_at_the_same_moment_do_not_both(bare: Sheet, receiver: Receiver) -> None:
    """Each says hello before either has left a mark."""
    both = threading.Barrier(2)
    receiver.before_answer = lambda _: both.wait(5) and None
    other = Scripts(bare.book, bare.store, bare.trouble, SCRIPT_FILES)
    other.project, other.email = bare.scripts.project, "other@local.invalid"
    with ThreadPoolExecutor() as people:
        outcomes = [people.submit(one.run, "installBridge", [receiver.connection]) for one in (bare.scripts, other)]
    other.stop()
    refusals = [str(outcome.exception()) for outcome in outcomes if outcome.exception()]
    assert len(refusals) == 1
    assert "already installed here" in refusals[0]
    assert handlers(bare) == HANDLERS


def test_a_double_click_on_install_makes_one_set_of_triggers(bare: Sheet, receiver: Receiver) -> None:
    both = threading.Barrier(2)
    receiver.before_answer = lambda _: both.wait(5) and None
    with ThreadPoolExecutor() as clicks:
        for click in [clicks.submit(bare.install) for _ in range(2)]:
            assert click.result().startswith("Connected")
    assert handlers(bare) == HANDLERS


def test_a_right_that_was_not_granted_is_told_in_words_and_nothing_is_installed(
    bare: Sheet, receiver: Receiver
) -> None:
    bare.scripts.project.rights.withheld.add("script.external_request")
    assert "tick every box" in refused(bare, receiver.connection)


def test_install_asks_for_all_rights_before_it_opens_the_sidebar(bare: Sheet) -> None:
    bare.scripts.project.rights.withheld.add("script.scriptapp")
    with pytest.raises(Invalid, match="Authorization is required"):
        bare.scripts.run("bridgeInstall", [])
    assert bare.scripts.panel("sidebar") is None


def test_the_menu_has_all_that_a_person_needs(bare: Sheet) -> None:
    (menu,) = bare.scripts.run("onOpen", [])["menus"]
    captions = [item["caption"] for item in menu["items"] if item]
    assert menu["title"] == "Bridge"
    assert captions == [
        "Install",
        "Status",
        "Sync this row now",
        "Sync everything",
        "Show history of this row",
        "Disconnect this tab",
        "Uninstall",
    ]


def test_every_menu_item_names_a_function_of_the_script_that_shows_something(sheet: Sheet) -> None:
    (menu,) = sheet.scripts.run("onOpen", [])["menus"]
    for item in filter(None, menu["items"]):
        assert sheet.scripts.run(item["handler"], [], answers=[None, None])["dialogs"], item["caption"]


def test_before_the_installation_every_item_says_what_to_do(bare: Sheet) -> None:
    for item in ("bridgeStatus", "bridgeSyncRow", "bridgeSyncEverything", "bridgeShowHistory"):
        (said,) = bare.scripts.run(item, [])["dialogs"]
        assert said["text"] == "The bridge is not installed here: choose Bridge → Install."


def test_status_tells_what_the_bridge_itself_lacks(sheet: Sheet, receiver: Receiver) -> None:
    receiver.problem = "the sheet is not shared with bot@example.org"
    (said,) = sheet.scripts.run("bridgeStatus", [])["dialogs"]
    assert "It cannot work yet: the sheet is not shared with bot@example.org" in said["text"].splitlines()


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
