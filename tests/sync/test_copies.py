"""A copied tab, a copied spreadsheet, a script in another tab: told in what needs a person, and by the doctor's check."""

import json
from dataclasses import replace

import pytest

from bridge.cli.doctor.sheet_queue import script
from bridge.inbound.schema import parsed
from bridge.worker.start import prepare, request_full_sweeps
from task_api.errors import Problem


def told(stack, kind):
    """The sentences of this kind among what needs a person, which the doctor's check repeats."""
    whys = [need["why"] for need in stack.get("/needs") if need["kind"] == kind]
    with stack.runtime.session() as session:
        found = list(script(session, stack.runtime.config.sheets["leads"], stack.runtime.now()))
    assert all(any(why.startswith(one.said) and one.mend in why for one in found) for why in whys)
    return whys


def connected(stack):
    stack.edit("A2:C2", ["12", "Vikram", "NEW"])
    stack.install()
    stack.settle()


def add_copy(stack, lead="12"):
    """A tab with the headers of the first and one lead; its sheet id."""
    person, book = stack.google.person, stack.google.book
    person.add_tab()
    tab = book.now.grids[-1]
    header = [cell for cell in book.tab("Leads").values(1, 1, 1, 20)[0] if cell]
    person.edit(f"{tab.title}!A1", [header])
    person.edit(f"{tab.title}!A2:B2", [[lead, "Vikram"]])
    return tab.sheet_id


def test_a_copied_tab_is_told_until_it_is_gone(stack):
    connected(stack)
    tab = add_copy(stack)
    stack.settle()
    (why,) = told(stack, "copied_tab")
    assert "'Sheet2'" in why
    assert "delete it, or give it ids of its own and a sheet in bridge.toml" in why
    assert len(stack.tasks()) == 1
    stack.later(3600)
    assert told(stack, "copied_tab")
    stack.google.person.delete_tab(tab)
    stack.settle()
    assert told(stack, "copied_tab") == []


def test_a_tab_with_other_leads_is_not_told(stack):
    connected(stack)
    add_copy(stack, lead="13")
    stack.settle()
    assert told(stack, "copied_tab") == []


def test_the_script_of_a_copied_spreadsheet_is_refused_and_told(stack):
    connected(stack)
    done = stack.deliver(["12", "Vikram", "LOST"], spreadsheet="copy" * 11)
    assert done.status_code == 422
    (why,) = told(stack, "other_spreadsheet")
    assert "copy" * 11 in why
    assert "Bridge → Uninstall there" in why
    assert [task["status"] for task in stack.tasks()] == ["TODO"]
    stack.later(16 * 60)
    assert told(stack, "other_spreadsheet") == []


def test_a_script_in_another_tab_is_refused_and_told(stack):
    connected(stack)
    assert stack.deliver(["12", "Vikram", "LOST"], sheet_id=77).status_code == 422
    (why,) = told(stack, "other_tab")
    assert "pick 'Leads'" in why
    assert [task["status"] for task in stack.tasks()] == ["TODO"]


def test_an_unsigned_delivery_leaves_no_notice(stack):
    connected(stack)
    body = json.dumps({"type": "heartbeat", "seq": 1, "spreadsheet": "copy" * 11, "sheet_id": 0}).encode()
    assert stack.post(body, **{"webhook-signature": "v1,AAAA"}).status_code == 401
    assert told(stack, "other_spreadsheet") == []


@pytest.mark.parametrize("copies", [["x" * 201], ["a"] * 201, [1], "a"])
def test_names_of_copies_have_limits(stack, copies):
    sheet = stack.runtime.config.sheets["leads"]
    message = {"type": "heartbeat", "seq": 1, "spreadsheet": sheet.spreadsheet, "sheet_id": 0, "copies": copies}
    with pytest.raises(Problem):
        parsed(json.dumps(message).encode(), sheet)


OTHER = "https://other.example/hooks/sheets/leads"


def test_another_bridge_that_takes_the_tab_is_told_until_the_script_is_installed_here_again(stack):
    connected(stack)
    assert stack.deliver(type="heartbeat", header=None, rows=None, replaced_by=OTHER).status_code == 200
    (why,) = told(stack, "other_bridge")
    assert OTHER in why
    stack.later(3600)
    assert told(stack, "other_bridge")
    stack.install()
    assert told(stack, "other_bridge") == []


def test_a_bridge_that_gets_another_address_is_no_other_bridge(stack):
    connected(stack)
    own = stack.runtime.config.connection("leads").partition("#")[0]
    assert stack.deliver(type="heartbeat", header=None, rows=None, replaced_by=own).status_code == 200
    assert told(stack, "other_bridge") == []


def test_two_sheets_that_come_to_name_one_tab_are_told_and_only_one_goes_on(stack):
    connected(stack)
    key, runtime = "twin", stack.runtime
    stack.google.person.rename("Leads", "Leads of this year")
    twin = replace(runtime.config.sheets["leads"], key=key, tab="Leads of this year")
    runtime.config = replace(runtime.config, sheets={**runtime.config.sheets, key: twin})
    runtime.key_files[key] = runtime.key_files["leads"]
    prepare(runtime)
    request_full_sweeps(runtime)
    stack.run_for(5)
    (paused,) = [need for need in stack.get("/needs") if need["kind"] == "paused"]
    assert (paused["sheet"], paused["why"].split(":")[0]) == (
        key,
        "sheet 'leads' of bridge.toml syncs this tab already",
    )
    assert len(stack.tasks()) == 1
    stack.edit("Leads of this year!C2", ["LOST"])
    stack.run_for(5)
    assert [task["status"] for task in stack.tasks()] == ["DONE"]
