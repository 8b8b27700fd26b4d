"""The sheet's script and the bridge, together: the real files in the local Google's runtime, the real webhook."""

import pytest
from sqlalchemy import select

from bridge.local_google.errors import Invalid
from bridge.models import Delivery
from tests.stack import SECRET, Stack, eventually


def deliveries(stack):
    with stack.runtime.session() as session:
        return session.scalars(select(Delivery.id)).all()


def test_installing_connects_and_makes_three_triggers_however_often(stack):
    for _ in range(2):
        done = stack.google.scripts.run("installBridge", [stack.config.connection("leads")])
        assert done["result"].startswith("Connected")
    handlers = sorted(trigger.handler for trigger in stack.google.scripts.project.triggers.all())
    assert handlers == ["bridgeChanged", "bridgeEdited", "bridgeEveryFiveMinutes"]


WRONG = {
    "a wrong secret": (
        lambda s: s.config.connection("leads").replace(SECRET, "whsec_" + "B" * 43 + "="),
        "The secret is wrong, or the clock of the bridge is",
    ),
    "a wrong path": (lambda s: f"{s.url}/hooks/sheets/nowhere#{SECRET}", "The address is wrong"),
    "another page": (lambda s: f"{s.url}/hooks/sheets/leads/health#{SECRET}", "not one of the bridge"),
    "nobody there": (lambda _: f"http://127.0.0.1:9/hooks/sheets/leads#{SECRET}", "cannot be reached"),
}


@pytest.mark.parametrize(("connection", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_connection_is_said_in_words(stack, connection, sentence):
    with pytest.raises(Invalid, match=sentence):
        stack.google.scripts.run("installBridge", [connection(stack)])


def test_a_bridge_whose_clock_is_off_is_told_from_a_wrong_secret(stack):
    real = stack.runtime.now
    stack.runtime.now = lambda: real().replace(year=2040)
    with pytest.raises(Invalid, match=r"the timestamp is \d+ s off"):
        stack.install()


def test_an_edit_of_another_tab_or_an_unknown_column_sends_nothing(stack):
    stack.edit("J1", ["private"])
    stack.google.book.add_tab("Other")
    stack.install()
    stack.edit("Other!A1", ["1"])
    stack.edit("Leads!J2", ["a private remark"])
    assert stack.google.scripts.wait_idle(10)
    assert len(deliveries(stack)) == 1  # the hello
    stack.edit("Leads!A2:C2", ["1", "Ann", "NEW"])
    assert stack.google.scripts.wait_idle(10)
    assert len(deliveries(stack)) == 2


def test_a_column_added_later_is_known_as_soon_as_its_header_is_typed(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "NEW"])
    stack.edit("E1", ["owner"])
    assert stack.google.scripts.wait_idle(10)
    stack.edit("E2", ["Bob"])
    eventually(lambda: stack.task(1)["assignee"] == "Bob")


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
        stack.edit("B2:C2", ["Zoë", "NEW"])
        stack.install()
        stack.edit("B3:C4", ["Ann", "NEW"], ["Bob", "NEW"])
        eventually(lambda: len(stack.tasks()) == 3)
        assert {str(stack.cell(f"A{row}")) for row in (2, 3, 4)} == {task["lead_id"] for task in stack.tasks()}


def test_a_refused_row_is_told_to_the_person(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "WON"])
    eventually(lambda: any("use one of NEW" in toast.text for toast in stack.google.book.toasts))


def test_edits_made_while_the_bridge_was_away_arrive_with_the_next_one(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "NEW"])
    assert stack.google.scripts.wait_idle(10)
    stack.google.scripts.project.properties.set(
        "properties:script", {"BRIDGE_URL": "http://127.0.0.1:9/hooks/sheets/leads"}, others_go=False
    )
    stack.edit("A3:C4", ["2", "Bob", "NEW"], ["3", "Eve", "LOST"])
    assert stack.google.scripts.wait_idle(10)
    url = stack.config.connection("leads").partition("#")[0]
    stack.google.scripts.project.properties.set("properties:script", {"BRIDGE_URL": url}, others_go=False)
    stack.edit("C2", ["CONTACTED"])
    eventually(lambda: len(stack.tasks()) == 3)


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
    for turn in range(9):
        n = turn % 5
        stack.edit(f"C{n + 2}", [["CONTACTED", "LOST", "QUALIFIED"][turn % 3]])
        stack.patch(n % 5 + 1, assignee=f"person {turn}")
    stack.settle(30)
    meant = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    assert [meant[row[2]] for row in stack.rows()] == [task["status"] for task in stack.tasks()]
