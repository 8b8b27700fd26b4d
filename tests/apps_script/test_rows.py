"""What a person asks about the rows they have chosen."""

import re
from html import unescape

import pytest

from bridge.core.outcome import Outcome
from tests.apps_script.conftest import SECRET, SETTINGS, Receiver, Sheet


def said(sheet: Sheet, item: str, at: str) -> str:
    """What a menu item says for these chosen cells."""
    (dialog,) = sheet.scripts.run(item, [], at=at)["dialogs"]
    return dialog["text"]


@pytest.fixture
def leads(sheet: Sheet, receiver: Receiver) -> Sheet:
    """A sheet with two leads; what they sent is forgotten."""
    sheet.edit("A2:C3", ["12", "Vikram", "NEW"], ["13", "Ada", "NEW"])
    receiver.taken.clear()
    return sheet


def test_sync_this_row_sends_the_row_of_the_chosen_cell_in_one_post(leads: Sheet, receiver: Receiver) -> None:
    receiver.outcomes = [{"row": 3, "outcome": "unchanged", "reasons": []}]
    assert said(leads, "bridgeSyncRow", "Leads!C3") == "Row 3: the sheet and its task agree."
    assert receiver.rows() == [(3, [13, "Ada", "NEW", ""])]
    assert "edited" not in receiver.taken[0]  # nobody edited anything just now
    assert leads.unsent() == []


def test_sync_this_row_takes_all_chosen_rows_but_the_header(leads: Sheet, receiver: Receiver) -> None:
    receiver.outcomes = [
        {"row": 2, "outcome": "task_updated", "reasons": []},
        {"row": 3, "outcome": "refused", "reasons": ["status: 'X' is not known"]},
    ]
    assert said(leads, "bridgeSyncRow", "Leads!A1:A3").splitlines() == [
        "Row 2: its task was updated.",
        "Row 3: status: 'X' is not known",
    ]
    assert [number for number, _ in receiver.rows()] == [2, 3]


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_of_the_bridge_has_a_sentence(leads: Sheet, receiver: Receiver, outcome: Outcome) -> None:
    receiver.outcomes = [{"row": 3, "outcome": outcome, "reasons": []}]
    words = said(leads, "bridgeSyncRow", "Leads!C3")
    assert words.startswith("Row 3: ")
    assert outcome not in words


def test_of_many_rows_the_first_ten_are_told(leads: Sheet, receiver: Receiver) -> None:
    receiver.outcomes = [{"row": row, "outcome": "unchanged", "reasons": []} for row in range(2, 14)]
    lines = said(leads, "bridgeSyncRow", "Leads!A2:A3").splitlines()
    assert (len(lines), lines[-1]) == (11, "And 2 more rows.")


@pytest.mark.parametrize("at", ["Leads!A1", "Other!A2"])
@pytest.mark.parametrize("item", ["bridgeSyncRow", "bridgeShowHistory"])
def test_the_header_and_other_tabs_have_no_row(leads: Sheet, receiver: Receiver, item: str, at: str) -> None:
    leads.book.add_tab("Other")
    assert said(leads, item, at) == 'Choose a row of "Leads" first, below the header.'
    assert receiver.taken == []


def test_an_empty_row_sends_nothing(leads: Sheet, receiver: Receiver) -> None:
    assert said(leads, "bridgeSyncRow", "Leads!A9") == "That row is empty."
    assert receiver.taken == []


def test_a_row_without_an_id_gets_one_when_the_bridge_asks_for_it(leads: Sheet, receiver: Receiver) -> None:
    receiver.settings = SETTINGS | {"assign_ids": True}
    leads.install()
    leads.book.tab("Leads").write(4, 2, [["Grace"]])
    said(leads, "bridgeSyncRow", "Leads!B4")
    assert str(leads.cell("A4")).startswith("L-")


def test_a_row_the_bridge_does_not_take_is_told_and_stays_unsent(leads: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    assert "busy or in trouble (503)" in said(leads, "bridgeSyncRow", "Leads!A2")
    assert leads.unsent() == [["12"]]


def test_the_history_of_a_row_is_a_link_to_the_bridges_page(leads: Sheet, receiver: Receiver) -> None:
    shown = leads.scripts.run("bridgeShowHistory", [], at="Leads!C3")["dialogs"]
    assert shown == [{"kind": "dialog", "title": "History"}]
    base = receiver.connection.partition("/hooks/")[0]
    assert f'href="{base}/#lead=13"' in unescape(dialog(leads))
    assert "lead 13" in dialog(leads)


@pytest.mark.parametrize("lead", ["a&b", '"><script>alert(1)</script>', "50% & more", "名"])
def test_an_id_can_put_nothing_into_the_dialog(leads: Sheet, lead: str) -> None:
    leads.book.tab("Leads").write(2, 1, [[lead]], typed=False)
    leads.scripts.run("bridgeShowHistory", [], at="Leads!A2")
    assert set(re.findall(r"<(\w+)", dialog(leads))) == {"p", "a"}
    assert f"lead {lead}" in unescape(dialog(leads))


def test_the_secret_is_not_in_the_dialog(leads: Sheet) -> None:
    leads.scripts.run("bridgeShowHistory", [], at="Leads!A2")
    assert SECRET not in dialog(leads)


def test_a_row_without_an_id_has_no_history(leads: Sheet) -> None:
    leads.edit("B4", ["Grace"])
    assert said(leads, "bridgeShowHistory", "Leads!B4") == "Row 4 has no id, so it has no history yet."


def dialog(sheet: Sheet) -> str:
    """The page of the dialog."""
    panel = sheet.scripts.panel("dialog")
    assert panel is not None
    return panel.html
