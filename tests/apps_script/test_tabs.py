"""Several tabs of one spreadsheet, each with its own connection; a connection of an earlier version; triggers by hand."""

import pytest

from bridge.local_google.errors import Invalid
from tests.apps_script.conftest import HEADER, Receiver, Sheet

LEADS = 0


def add_tab(sheet: Sheet, header: tuple[str, ...] = HEADER) -> int:
    """A second tab with these headers; its sheet id."""
    sheet.person.add_tab()
    tab = sheet.book.now.grids[-1]
    sheet.edit(f"{tab.title}!A1", list(header))
    return tab.sheet_id


def north(receiver: Receiver) -> str:
    """The connection string of the second tab."""
    return receiver.connection.replace("leads#", "north#")


@pytest.fixture
def two(sheet: Sheet, receiver: Receiver) -> tuple[Sheet, int]:
    """A spreadsheet of which two tabs are connected, and the second one's sheet id."""
    tab = add_tab(sheet)
    sheet.scripts.run("installBridge", [north(receiver), tab])
    receiver.taken.clear()
    return sheet, tab


def tabs_of(receiver: Receiver, kind: str) -> list[int]:
    return [message["sheet_id"] for message in receiver.of(kind)]


def test_edits_of_two_tabs_go_each_to_its_own_connection(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    sheet.edit("Leads!A2:C2", ["12", "Vikram", "NEW"])
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS, tab]
    assert receiver.paths[-2:] == ["/hooks/sheets/leads", "/hooks/sheets/north"]


def test_one_set_of_triggers_serves_every_tab(two: tuple[Sheet, int]) -> None:
    assert len(two[0].scripts.project.triggers.all()) == 3


def test_each_tab_counts_its_deliveries_for_itself(two: tuple[Sheet, int], receiver: Receiver) -> None:
    """A gap in the numbers makes the bridge compare everything."""
    sheet, tab = two
    for name in ("Leads", "Sheet2", "Leads", "Sheet2"):
        sheet.edit(f"{name}!A2:C2", ["12", "Vikram", "NEW"])
    for one in (LEADS, tab):
        first, second = (message["seq"] for message in receiver.of("rows") if message["sheet_id"] == one)
        assert second == first + 1


def test_what_is_unsent_in_one_tab_stays_its_own(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    receiver.status = 503
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    receiver.status = 200
    sheet.edit("Leads!A2:C2", ["13", "Vikram", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS]
    sheet.scripts.run("bridgeEveryFiveMinutes", [])  # alone: the trigger that tries again would leave nothing unsent
    assert (tabs_of(receiver, "rows"), tabs_of(receiver, "heartbeat")) == ([LEADS, tab], [LEADS])


def test_a_bridge_that_fails_for_one_tab_keeps_no_other_waiting(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    receiver.before_answer = lambda message: setattr(receiver, "status", 500 if message["sheet_id"] == LEADS else 200)
    sheet.clock()
    assert tabs_of(receiver, "heartbeat") == [tab]


def test_moved_rows_are_told_for_each_tab(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    sheet.person.delete_rows("Leads", 2)
    sheet.idle()
    assert tabs_of(receiver, "all") == [LEADS, tab]


def test_an_edit_in_a_tab_without_a_connection_is_not_sent(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, _ = two
    add_tab(sheet)
    receiver.taken.clear()
    sheet.edit("Sheet3!A2:C2", ["12", "Ada", "NEW"])
    assert receiver.taken == []


def test_status_speaks_of_each_tab(two: tuple[Sheet, int]) -> None:
    (said,) = two[0].scripts.run("bridgeStatus", [])["dialogs"]
    assert said["text"].splitlines() == [
        '"Leads"',
        "The bridge answers.",
        "Nothing is unsent.",
        'Edits of "Leads" are sent by you@local.invalid.',
        "",
        '"Sheet2"',
        "The bridge answers.",
        "Nothing is unsent.",
        'Edits of "Sheet2" are sent by you@local.invalid.',
    ]


def test_the_sidebar_says_which_tabs_are_connected(two: tuple[Sheet, int]) -> None:
    sheet, _ = two
    add_tab(sheet)
    setup = sheet.scripts.run("bridgeSetup", [])["result"]
    assert [(one["name"], one["connected"]) for one in setup["tabs"]] == [
        ("Leads", True),
        ("Sheet2", True),
        ("Sheet3", False),
    ]
    assert 'Edits of "Leads"' in setup["said"]
    assert 'Edits of "Sheet2"' in setup["said"]


def test_sync_everything_asks_for_every_tab(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    sheet.scripts.run("bridgeSyncEverything", [])
    assert tabs_of(receiver, "all") == [LEADS, tab]


def test_sync_this_row_speaks_for_the_tab_that_is_open(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    receiver.taken.clear()
    sheet.scripts.run("bridgeSyncRow", [], at="Sheet2!A2")
    assert tabs_of(receiver, "rows") == [tab]
    add_tab(sheet)
    (said,) = sheet.scripts.run("bridgeSyncRow", [], at="Sheet3!A2")["dialogs"]
    assert said["text"] == 'Choose a row of "Leads" or "Sheet2" first, below the header.'


def test_disconnecting_one_tab_leaves_the_others_at_work(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, _ = two
    done = sheet.scripts.run("bridgeDisconnect", [], answers=["YES"], at="Sheet2!A1")
    assert done["dialogs"][-1]["text"] == '"Sheet2" is disconnected.'
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    sheet.edit("Leads!A2:C2", ["12", "Ada", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS]
    assert not [key for key in sheet.properties() if not key.startswith("BRIDGE_0_")]


def test_with_the_last_tab_the_triggers_go(two: tuple[Sheet, int]) -> None:
    sheet, tab = two
    sheet.scripts.run("disconnectBridge", [tab])
    sheet.scripts.run("disconnectBridge", [LEADS])
    assert (sheet.scripts.project.triggers.all(), sheet.properties()) == ((), {})


def test_disconnecting_asks_first_and_says_when_there_is_nothing_to_disconnect(two: tuple[Sheet, int]) -> None:
    sheet, _ = two
    before = sheet.properties()
    sheet.scripts.run("bridgeDisconnect", [], answers=["NO"], at="Sheet2!A1")
    assert sheet.properties() == before
    add_tab(sheet)
    (said,) = sheet.scripts.run("bridgeDisconnect", [], at="Sheet3!A1")["dialogs"]
    assert said["text"].startswith('"Sheet3" is not connected')


def test_a_second_tab_needs_a_connection_string_of_its_own(sheet: Sheet) -> None:
    tab = add_tab(sheet)
    with pytest.raises(Invalid, match="connection string is missing"):
        sheet.scripts.run("installBridge", ["", tab])


def test_one_address_serves_one_tab_and_installing_says_which_it_ends(sheet: Sheet, receiver: Receiver) -> None:
    tab = add_tab(sheet)
    said = sheet.scripts.run("installBridge", [receiver.connection, tab])["result"]
    assert said.endswith('This connection was that of "Leads", which has none now.')
    receiver.taken.clear()
    sheet.edit("Leads!A2:C2", ["12", "Ada", "NEW"])
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    assert tabs_of(receiver, "rows") == [tab]


def test_installing_another_connection_in_a_tab_says_which_it_ends(sheet: Sheet, receiver: Receiver) -> None:
    said = sheet.scripts.run("installBridge", [north(receiver)])["result"]
    assert "Its connection with http://127.0.0.1:" in said
    assert said.endswith("/hooks/sheets/leads has ended.")
    farewell = receiver.of("heartbeat")[-1]
    assert farewell["replaced_by"] == north(receiver).partition("#")[0]
    assert receiver.paths[-2:] == ["/hooks/sheets/north", "/hooks/sheets/leads"]


def test_the_connection_of_a_tab_that_is_gone_can_be_given_to_another(sheet: Sheet, receiver: Receiver) -> None:
    tab = add_tab(sheet)
    sheet.person.delete_tab(LEADS)
    sheet.idle()
    assert "is gone" in sheet.scripts.run("bridgeSetup", [])["result"]["said"]
    assert "a tab that is gone" in sheet.scripts.run("installBridge", ["", tab])["result"]
    assert {key.split("_")[1] for key in sheet.properties()} == {str(tab)}


def test_a_second_person_is_refused_in_every_tab(sheet: Sheet, receiver: Receiver) -> None:
    """Two sets of triggers would run for every edit of either tab."""
    tab = add_tab(sheet)
    sheet.scripts.email = "other@local.invalid"
    with pytest.raises(Invalid, match=r"already installed here, by you@local\.invalid"):
        sheet.scripts.run("installBridge", [north(receiver), tab])


def test_whoever_takes_over_serves_every_tab(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, tab = two
    sheet.scripts.email = "other@local.invalid"
    sheet.scripts.run("takeOverBridge", [north(receiver), tab])
    receiver.taken.clear()
    sheet.edit("Leads!A2:C2", ["12", "Vikram", "NEW"])
    sheet.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS, tab]


@pytest.fixture
def former(sheet: Sheet) -> Sheet:
    """A sheet whose connection an earlier version stored, with a note of an unsent row."""
    for key, text in sheet.properties().items():
        sheet.store.save("properties:script", key.replace("BRIDGE_0_", "BRIDGE_"), text)
        sheet.store.save("properties:script", key, None)
    sheet.store.save("properties:script", "BRIDGE_TAB", "0")
    sheet.store.save("properties:script", "BRIDGE_UNSENT_7", '{"since": 0, "ids": null}')
    return sheet


def test_a_connection_of_an_earlier_version_goes_on_working(former: Sheet, receiver: Receiver) -> None:
    number = int(former.properties()["BRIDGE_SEQ"])
    former.edit("A2:C2", ["12", "Vikram", "NEW"])
    (rows,) = receiver.of("rows")
    assert rows["seq"] == number + 1
    assert len(receiver.of("all")) == 1
    assert former.unsent() == []
    former.clock()
    assert len(receiver.of("heartbeat")) == 1


def test_a_second_tab_beside_a_connection_of_an_earlier_version(former: Sheet, receiver: Receiver) -> None:
    tab = add_tab(former)
    former.scripts.run("installBridge", [north(receiver), tab])
    receiver.taken.clear()
    former.edit("Leads!A2:C2", ["12", "Vikram", "NEW"])
    former.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS, tab]


def test_installing_anew_gives_an_earlier_connection_its_new_names(former: Sheet, receiver: Receiver) -> None:
    number = int(former.properties()["BRIDGE_SEQ"])
    former.install()
    assert all(key.startswith("BRIDGE_0_") for key in former.properties())
    assert int(former.properties()["BRIDGE_0_SEQ"]) > number
    former.edit("A2:C2", ["12", "Vikram", "NEW"])
    assert tabs_of(receiver, "rows") == [LEADS]


def test_an_earlier_connection_is_not_read_for_another_tab(former: Sheet, receiver: Receiver) -> None:
    add_tab(former)
    receiver.taken.clear()
    former.edit("Sheet2!A2:C2", ["12", "Ada", "NEW"])
    assert receiver.taken == []


def test_an_earlier_connection_can_be_uninstalled(former: Sheet) -> None:
    former.scripts.run("uninstallBridge", [])
    assert former.properties() == {}


@pytest.mark.parametrize(
    ("handler", "when"),
    [
        ("bridgeEdited", "when a cell is edited"),
        ("bridgeChanged", "when rows, columns or tabs change"),
        ("bridgeEveryFiveMinutes", "every five minutes"),
    ],
)
@pytest.mark.parametrize("args", [[], [None], [{}]])
def test_a_trigger_run_by_hand_says_that_google_runs_it(
    bare: Sheet, receiver: Receiver, handler: str, when: str, args: list[object]
) -> None:
    if args == [{}] and handler == "bridgeEveryFiveMinutes":
        args = []
    done = bare.scripts.run(handler, args)
    said = f"Google runs this by itself {when}: there is nothing to run here."
    assert (done["result"], done["toasts"]) == (said, [said])
    assert done["log"] == [["DEBUG", said]]
    assert receiver.taken == []


def copy_of_leads(sheet: Sheet, *rows: list[object]) -> int:
    """A second tab with the headers of the first, and these rows."""
    tab = add_tab(sheet)
    for number, row in enumerate(rows, 2):
        sheet.edit(f"Sheet2!A{number}:C{number}", list(row))
    return tab


def test_an_edit_in_a_copy_of_a_tab_is_told_at_once(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    copy_of_leads(sheet, ["12", "Vikram", "NEW"])
    assert sheet.toasts()[-1].startswith('"Sheet2" is a copy of "Leads", with the same ids: edits in it are not sent.')
    assert receiver.of("heartbeat")[-1]["copies"] == ["Sheet2"]
    assert tabs_of(receiver, "rows") == [LEADS]


def test_a_copy_is_known_whatever_nobody_sees_in_its_ids(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:C2", ["L 12", "Vikram", "NEW"])
    copy_of_leads(sheet, ["L\u00a012\u200b", "Vikram", "NEW"])
    assert receiver.of("heartbeat")[-1]["copies"] == ["Sheet2"]


def test_status_names_a_copy_and_the_clock_tells_the_bridge(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    tab = copy_of_leads(sheet, ["12", "Vikram", "NEW"])
    (said,) = sheet.scripts.run("bridgeStatus", [])["dialogs"]
    assert '"Sheet2" is a copy of "Leads"' in said["text"]
    sheet.clock()
    assert receiver.of("heartbeat")[-1]["copies"] == ["Sheet2"]
    sheet.person.delete_tab(tab)
    sheet.idle()
    assert receiver.of("heartbeat")[-1]["copies"] == []


@pytest.mark.parametrize("row", [["13", "Vikram", "NEW"], ["", "Vikram", "NEW"]], ids=["another id", "no id"])
def test_a_tab_with_ids_of_its_own_is_no_copy(sheet: Sheet, receiver: Receiver, row: list[object]) -> None:
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    copy_of_leads(sheet, row)
    sheet.clock()
    assert sheet.toasts() == []
    assert receiver.of("heartbeat")[-1]["copies"] == []


def test_a_copy_that_has_a_connection_of_its_own_is_no_stray_one(two: tuple[Sheet, int], receiver: Receiver) -> None:
    sheet, _ = two
    sheet.edit("Leads!A2:C2", ["12", "Vikram", "NEW"])
    sheet.edit("Sheet2!A2:C2", ["12", "Vikram", "NEW"])
    sheet.clock()
    assert [message["copies"] for message in receiver.of("heartbeat")] == [[], []]
