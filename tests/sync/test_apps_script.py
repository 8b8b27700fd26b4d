"""The sheet's script and the bridge, together: the real files in the local Google's runtime, the real webhook."""

import shutil

import pytest
from sqlalchemy import func, select

from bridge.local_google.app import SCRIPT_FILES
from bridge.local_google.errors import Invalid
from bridge.local_google.script.host import Scripts
from bridge.store.models import Delivery, SheetQueue
from task_api.models import Task
from tests.stack import SECRET, Stack, eventually

NOWHERE = "http://127.0.0.1:9/hooks/sheets/leads"


def deliveries(stack):
    with stack.runtime.session() as session:
        return session.scalars(select(Delivery.id)).all()


def queue(stack):
    with stack.runtime.session() as session:
        return session.get_one(SheetQueue, "leads")


def type_and_wait(stack, where, *rows):
    stack.edit(where, *rows)
    assert stack.google.scripts.wait_idle(60)


def properties(stack):
    return stack.google.store.load("properties:script")


def unsent(stack):
    return [key for key in properties(stack) if key.startswith("BRIDGE_0_UNSENT_")]


def lead_to(stack, url):
    """The script finds the bridge there from now on, or nobody."""
    stack.google.scripts.project.properties.set({"BRIDGE_0_URL": url}, others_go=False)


def home(stack):
    return stack.config.connection("leads").partition("#")[0]


def wait_for_the_lock_at_most(stack, milliseconds):
    """The script as shipped, but less patient."""
    files, google = stack.folder / "apps_script", stack.google
    shutil.copytree(SCRIPT_FILES, files)
    shipped = (files / "State.js").read_text(encoding="utf-8")
    assert "const LOCK_WAIT = 10000;" in shipped
    patient = shipped.replace("const LOCK_WAIT = 10000;", f"const LOCK_WAIT = {milliseconds};")
    (files / "State.js").write_text(patient, encoding="utf-8")
    google.person.on_event.remove(google.scripts.handle)
    google.scripts.stop()
    google.scripts = Scripts(google.book, google.store, google.trouble, files, threads=stack.clock is None)
    google.person.on_event.append(google.scripts.handle)


def test_installing_connects_and_makes_three_triggers_however_often(stack):
    for _ in range(2):
        done = stack.google.scripts.run("installBridge", [stack.config.connection("leads")])
        assert done["result"].startswith("Connected")
    handlers = sorted(trigger.handler for trigger in stack.google.scripts.project.triggers.all())
    assert handlers == ["bridgeChanged", "bridgeEdited", "bridgeEveryFiveMinutes"]


WRONG = {
    "a wrong secret": (
        lambda s: s.config.connection("leads").replace(SECRET, "whsec_" + "B" * 43 + "="),
        "The secret is wrong: copy the connection string anew",
    ),
    "a wrong path": (lambda s: f"{s.url}/hooks/sheets/nowhere#{SECRET}", "The address is wrong"),
    "another page": (lambda s: f"{s.url}/hooks/sheets/leads/health#{SECRET}", "not one of the bridge"),
    "nobody there": (lambda _: f"{NOWHERE}#{SECRET}", "cannot be reached"),
    "half of it": (lambda s: s.config.connection("leads")[:-20], "missing or cut off: copy the whole line"),
}


@pytest.mark.parametrize(("connection", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_connection_is_said_in_words(stack, connection, sentence):
    with pytest.raises(Invalid, match=sentence):
        stack.google.scripts.run("installBridge", [connection(stack)])


def test_a_bridge_whose_clock_is_off_is_told_from_a_wrong_secret(stack):
    real = stack.runtime.now
    stack.runtime.now = lambda: real().replace(year=2040)
    with pytest.raises(Invalid, match=r"The clock of the bridge is wrong: set it.*\d+ s off"):
        stack.install()


def test_an_edit_of_another_tab_or_an_unknown_column_sends_nothing(stack):
    stack.edit("J1", ["private"])
    stack.google.book.add_tab("Other")
    stack.install()
    stack.edit("Other!A1", ["1"])
    stack.edit("Leads!J2", ["a private remark"])
    assert stack.google.scripts.wait_idle(60)
    assert len(deliveries(stack)) == 1  # the hello
    stack.edit("Leads!A2:C2", ["1", "Ann", "NEW"])
    assert stack.google.scripts.wait_idle(60)
    assert len(deliveries(stack)) == 2


def test_a_column_added_later_is_known_as_soon_as_its_header_is_typed(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "NEW"])
    stack.edit("E1", ["owner"])
    assert stack.google.scripts.wait_idle(60)
    stack.edit("E2", ["Bob"])
    stack.settle()
    assert stack.task(1)["assignee"] == "Bob"


def test_a_date_arrives_as_the_day_its_cell_shows_in_any_zone(stack):
    for zone in ("Asia/Kolkata", "America/Los_Angeles"):
        stack.google.book.set_time_zone(zone)
        stack.edit("A1:E1", ["id", "name", "status", "task_id", "due"])
        stack.install()
        stack.edit("A2:E2", ["12", "Vikram", "NEW", None, "2026-11-22"])
        stack.settle()
        assert stack.task(1)["due"] == "2026-11-22"
        stack.edit("E2", [""])
        stack.settle()
        assert stack.task(1)["due"] is None


def test_new_rows_get_an_id_when_the_configuration_says_so(tmp_path, databases):
    with Stack(tmp_path, databases, assign_ids=True) as stack:
        stack.edit("B2:C2", ["Zoë", "NEW"])
        stack.install()
        stack.edit("B3:C4", ["Ann", "NEW"], ["Bob", "NEW"])
        stack.settle()
        assert len(stack.tasks()) == 3
        assert {str(stack.cell(f"A{row}")) for row in (2, 3, 4)} == {task["lead_id"] for task in stack.tasks()}


def test_1200_pasted_rows_without_ids_get_them_in_one_write(tmp_path, databases):
    with Stack(tmp_path, databases, assign_ids=True) as stack:
        stack.install()
        stack.google.person.edit("B2:C1201", [[f"Lead {n}", "NEW"] for n in range(1, 1201)], pasted=True)
        assert stack.google.scripts.wait_idle(30)
        calls = next(run["calls"] for run in stack.google.scripts.executions() if run["function"] == "bridgeEdited")
        assert (calls["range.write"], calls["fetch"]) == (1, 3)
        ids = {row[0] for row in stack.rows(2, 1201)}
        assert len(ids) == 1200
        assert all(str(one).startswith("L-") for one in ids)


def test_ids_are_given_around_rows_that_have_one_and_rows_that_are_empty(tmp_path, databases):
    with Stack(tmp_path, databases, assign_ids=True) as stack:
        stack.install()
        names = [["", "Ann"], ["", "Bob"], ["mine", "Eve"], ["", "Max"], ["", ""], ["", "Zoë"]]
        type_and_wait(stack, "A2:C7", *([*name, "NEW" if name[1] else ""] for name in names))
        stack.settle()
        ids = [stack.cell(f"A{row}") for row in range(2, 8)]
        assert [str(one)[:2] for one in ids] == ["L-", "L-", "mi", "L-", "No", "L-"]
        titles = {task["lead_id"]: task["title"] for task in stack.tasks()}
        assert titles == {one: f"Follow up: {name}" for one, (_, name) in zip(ids, names, strict=True) if name}


def test_the_bridges_reason_for_a_refused_row_reaches_the_person(stack):
    stack.install()
    stack.edit("A2:C2", ["1", "Ann", "WON"])
    stack.settle()
    assert any("use one of NEW" in toast.text for toast in stack.google.book.toasts)


def test_edits_made_while_the_bridge_was_away_arrive_with_the_next_one(stack):
    stack.install()
    type_and_wait(stack, "A2:C2", ["1", "Ann", "NEW"])
    lead_to(stack, NOWHERE)
    type_and_wait(stack, "A3:C4", ["2", "Bob", "NEW"], ["3", "Eve", "LOST"])
    lead_to(stack, home(stack))
    stack.edit("C2", ["CONTACTED"])
    stack.settle()
    assert len(stack.tasks()) == 3
    assert unsent(stack) == []


def test_a_long_outage_leaves_few_notes_and_everything_arrives_after_it(stack):
    stack.install()
    stack.settle()
    lead_to(stack, NOWHERE)
    for n in range(1, 31):
        type_and_wait(stack, f"A{n + 1}:C{n + 1}", [n, f"Lead {n}", "NEW"])
    assert 0 < len(unsent(stack)) <= 21
    lead_to(stack, home(stack))
    stack.edit("C2", ["LOST"])
    stack.settle()
    assert len(stack.tasks()) == 30
    assert stack.task(int(stack.cell("D2")))["status"] == "DONE"
    assert unsent(stack) == []


def test_rows_sorted_while_they_are_unsent_still_arrive_each_as_itself(stack):
    stack.install()
    stack.settle()
    lead_to(stack, NOWHERE)
    type_and_wait(stack, "A2:C4", ["3", "Eve", "LOST"], ["1", "Ann", "NEW"], ["2", "Bob", "CONTACTED"])
    project = stack.google.scripts.project.triggers
    (changed,) = [trigger for trigger in project.all() if trigger.handler == "bridgeChanged"]
    project.delete(changed.id, changed.owner)  # as if Google had lost the event
    stack.google.person.sort("A2:D4", 1)
    lead_to(stack, home(stack))
    stack.google.scripts.fire_clock()
    stack.settle()
    assert len(stack.tasks()) == 3
    found = {task["lead_id"]: (task["title"], task["status"]) for task in stack.tasks()}
    assert found == {
        "1": ("Follow up: Ann", "TODO"),
        "2": ("Follow up: Bob", "IN_PROGRESS"),
        "3": ("Follow up: Eve", "DONE"),
    }
    linked = {str(row[0]): row[3] for row in stack.rows()}
    assert linked == {task["lead_id"]: task["id"] for task in stack.tasks()}


def test_1200_pasted_rows_are_three_deliveries_and_1200_tasks(stack):
    stack.install()
    stack.settle()
    before = len(deliveries(stack))
    stack.google.person.edit("A2:C1201", [[n, f"Lead {n}", "NEW"] for n in range(1, 1201)], pasted=True)
    assert stack.google.scripts.wait_idle(30)
    assert len(deliveries(stack)) == before + 3
    with stack.runtime.session() as session:
        assert session.scalar(select(func.count()).select_from(Task)) == 1200
    stack.settle()
    assert sorted(row[0] for row in stack.rows(2, 1201)) == sorted(row[3] for row in stack.rows(2, 1201))


def test_each_edit_asks_google_for_one_post_and_is_one_delivery(stack):
    stack.install()
    for number, word in enumerate(["NEW", "CONTACTED", "LOST"], start=2):
        type_and_wait(stack, "A2:C2", ["1", "Ann", word])
        edited = next(run for run in stack.google.scripts.executions() if run["function"] == "bridgeEdited")
        assert edited["calls"]["fetch"] == 1
        assert len(deliveries(stack)) == number


@pytest.mark.parametrize("name", ["Zoë Müller", "山田 太郎", "🙂 Vikram 👩‍👩‍👧", 'O\'Neil "x" \\ \u2028 \t&'])
def test_a_name_arrives_letter_by_letter(stack, name):
    stack.install()
    stack.edit("A2:C2", ["é1", name, "NEW"])
    stack.settle()
    assert (stack.task(1)["title"], stack.task(1)["lead_id"]) == (f"Follow up: {name}", "é1")


def test_while_the_lock_is_held_elsewhere_an_edit_is_put_off_and_not_lost(stack):
    wait_for_the_lock_at_most(stack, 20)
    stack.install()
    stack.settle()
    lock = stack.google.scripts.project.lock
    assert lock.take(1)
    type_and_wait(stack, "A2:C2", ["1", "Ann", "NEW"])
    assert (len(deliveries(stack)), unsent(stack)) == (1, ["BRIDGE_0_UNSENT_ALL"])
    lock.release()
    stack.google.scripts.fire_clock()
    stack.settle()
    assert [task["lead_id"] for task in stack.tasks()] == ["1"]
    assert unsent(stack) == []


def test_without_a_lock_and_without_room_for_a_note_the_sweep_still_finds_the_edit(stack):
    wait_for_the_lock_at_most(stack, 20)
    stack.install()
    stack.settle()
    for number in range(60):
        stack.google.store.save("properties:script", f"full{number}", "x" * 9000)
    assert stack.google.scripts.project.lock.take(1)
    type_and_wait(stack, "A2:C2", ["1", "Ann", "NEW"])
    stack.google.scripts.project.lock.release()
    assert [run["error"] for run in stack.google.scripts.executions() if "error" in run] == []
    type_and_wait(stack, "A3:C3", ["2", "Bob", "NEW"])
    stack.google.scripts.run("bridgeSyncEverything", [])
    stack.settle()
    assert len(stack.tasks()) == 2


@pytest.mark.engine
def test_an_edit_waits_for_the_lock_and_goes_out_when_it_is_free(stack):
    stack.install()
    stack.settle()
    lock = stack.google.scripts.project.lock
    assert lock.take(1)
    stack.edit("A2:C2", ["1", "Ann", "NEW"])
    assert not stack.google.scripts.wait_idle(0.3)
    assert stack.tasks() == []
    lock.release()
    eventually(stack.tasks)
    stack.settle()
    assert unsent(stack) == []


@pytest.mark.engine
def test_executions_that_fight_for_the_lock_end_with_both_sides_equal(stack):
    wait_for_the_lock_at_most(stack, 1)
    stack.install()
    stack.settle()
    words = ["NEW", "CONTACTED", "QUALIFIED", "LOST"]
    for step in range(40):
        n = step % 8
        stack.edit(f"A{n + 2}:C{n + 2}", [n, f"Lead {n}", words[(step * 3 + n) % 4]])
    assert stack.google.scripts.wait_idle(30)
    stack.google.scripts.fire_clock()
    eventually(lambda: len(stack.tasks()) == 8)
    stack.settle()
    meant = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    shown = {task["lead_id"]: task["status"] for task in stack.tasks()}
    assert {str(row[0]): meant[row[2]] for row in stack.rows()} == shown
    assert unsent(stack) == []


def test_after_uninstalling_nothing_is_kept_and_nothing_is_sent(stack):
    stack.install()
    stack.google.scripts.run("uninstallBridge", [])
    type_and_wait(stack, "A2:C2", ["1", "Ann", "NEW"])
    stack.google.person.delete_rows("Leads", 5)
    assert stack.google.scripts.wait_idle(60)
    assert (stack.google.scripts.project.triggers.all(), properties(stack)) == ((), {})
    assert len(deliveries(stack)) == 1


def test_a_deleted_row_makes_the_bridge_sweep(stack):
    stack.install()
    type_and_wait(stack, "A2:C3", ["1", "Ann", "NEW"], ["2", "Bob", "NEW"])
    stack.settle()
    before = queue(stack).swept_at
    stack.google.person.delete_rows("Leads", 2)
    stack.settle()
    assert queue(stack).swept_at > before
    stack.patch(2, status="DONE")
    stack.settle()
    assert stack.rows() == [[2, "Bob", "QUALIFIED", 2]]


def test_the_clock_tells_the_bridge_that_the_triggers_live(stack):
    stack.install()
    before = queue(stack)
    stack.google.scripts.fire_clock()
    stack.settle()
    assert queue(stack).health.heard_at > before.health.heard_at
    assert queue(stack).health.seq == before.health.seq


def test_neither_secret_nor_lead_is_in_the_log_of_any_execution(stack):
    stack.install()
    type_and_wait(stack, "A2:C2", ["1", "Vikram", "WON"])
    lead_to(stack, NOWHERE)
    type_and_wait(stack, "B2", ["Vikram Rao"])
    with pytest.raises(Invalid):
        stack.google.scripts.run("installBridge", [f"{NOWHERE}#{SECRET}"])
    logs = str([run["log"] for run in stack.google.scripts.executions()])
    assert "delivery_failed" in logs
    assert not any(word in logs for word in (SECRET, SECRET[6:], "Vikram", "you@"))


def test_events_that_google_drops_under_fast_typing_are_found_by_the_sweep(stack):
    stack.install()
    stack.settle()
    stack.google.trouble.edit_queue = 2
    for n in range(1, 21):
        stack.edit(f"A{n + 1}:C{n + 1}", [n, f"Lead {n}", "NEW"])
    stack.settle()
    assert len(stack.tasks()) == 20
    assert sorted(row[3] for row in stack.rows()) == list(range(1, 21))


def test_a_whole_day_of_edits_through_the_script_ends_equal(stack):
    stack.install()
    stack.edit("A2:C6", *([n, f"Lead {n}", "NEW"] for n in range(1, 6)))
    stack.settle()
    for step in range(9):
        n = step % 5
        stack.edit(f"C{n + 2}", [["CONTACTED", "LOST", "QUALIFIED"][step % 3]])
        stack.patch(n % 5 + 1, assignee=f"person {step}")
    stack.settle()
    meant = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    assert [meant[row[2]] for row in stack.rows()] == [task["status"] for task in stack.tasks()]
