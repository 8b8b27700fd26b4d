"""Rows that vanish: tombstone, grace, archive; back again; and when too many go at once."""

import pytest
from sqlalchemy import select

from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.models import Link


def leads(stack, count):
    """So many rows with their tasks, heard of long enough ago to be readable."""
    stack.edit(f"A2:C{count + 1}", *([n, f"Lead {n}", "NEW"] for n in range(1, count + 1)))
    stack.sweep()
    stack.later(31)


def archived(stack):
    return {task["id"] for task in stack.tasks(archived=True) if task["archived_at"]}


def gone(stack):
    with stack.runtime.session() as session:
        return {link.lead_id for link in session.query(Link).filter(Link.gone_at.is_not(None))}


def test_the_task_of_a_deleted_row_is_archived_after_the_grace_time_and_not_before(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    assert (gone(stack), archived(stack)) == ({"2"}, set())
    stack.later(40)
    stack.sweep()
    assert archived(stack) == set()
    stack.later(25)
    stack.sweep()
    assert archived(stack) == {2}
    story = stack.changes(2)[0]
    assert (story["field"], story["rule"], story["actor"]) == ("archived", "the row was deleted", "sweep:leads")


def test_the_sweep_that_archives_comes_by_itself_when_the_grace_time_is_over(running):
    stack = running(grace=1)
    leads(stack, 2)
    stack.google.person.delete_rows("Leads", 2)
    stack.sweep()
    stack.later(1)
    assert archived(stack) == {1}


def test_a_row_that_a_write_misses_is_archived_when_the_grace_time_is_over(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.patch(2, status="DONE")
    stack.settle()
    assert gone(stack) == {"2"}
    stack.run_for(65)
    assert archived(stack) == {2}
    assert stack.get("/changes", state="waiting") == []


def test_a_row_that_comes_back_in_time_keeps_its_task(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.google.person.undo()
    stack.later(61)
    stack.sweep()
    assert (gone(stack), archived(stack)) == (set(), set())


def test_a_row_that_comes_back_later_gets_its_task_back_with_what_was_typed_meanwhile(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    assert archived(stack) == {2}
    stack.edit("A9:D9", [2, "Lead 2 again", "CONTACTED", 2])
    stack.sweep()
    assert archived(stack) == set()
    assert (stack.task(2)["title"], stack.task(2)["status"]) == ("Follow up: Lead 2 again", "IN_PROGRESS")
    assert len(stack.tasks()) == 3


def test_a_row_that_comes_back_by_a_delivery_is_restored_at_once(stack):
    leads(stack, 2)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    stack.edit("A3:D3", [2, "Lead 2", "NEW", 2])
    told = stack.deliver([2, "Lead 2", "NEW", 2], first=3, seq=5, edited={"first": 1, "last": 4}).json()
    assert [(one["outcome"], one["task_id"]) for one in told["outcomes"]] == [("task_restored", 2)]


def test_a_row_that_comes_back_has_its_dead_letter_tried_again(stack):
    leads(stack, 2)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    with stack.runtime.writing() as session:
        link = session.scalars(select(Link).where(Link.task_id == 2)).one()
        link.failed_at, link.base = stack.runtime.now(), link.base | {"task_id": None}
        session.commit()
    stack.google.book.tab("Leads").write(3, 1, [[2, "Lead 2", "NEW", ""]])
    stack.sweep()
    assert (archived(stack), stack.cell("D3")) == (set(), 2)


def test_a_task_archived_through_the_api_stays_archived_when_its_row_goes_and_comes_back(stack):
    leads(stack, 2)
    stack.http.delete(f"{stack.url}/tasks/2", timeout=60)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    stack.google.person.undo()
    stack.sweep()
    assert archived(stack) == {2}
    assert stack.cell("A3") == 2


def test_an_edit_of_an_archived_tasks_row_is_in_the_history_and_is_taken_when_the_task_comes_back(stack):
    leads(stack, 1)
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    stack.settle()
    stack.edit("C2", ["LOST"])
    stack.deliver([1, "Lead 1", "LOST", 1], seq=9, edited={"first": 3, "last": 3})
    told = next(one for one in stack.changes(1) if one["field"] == "status")
    assert (told["new"], told["state"], "is archived" in told["reason"]) == ("LOST", "refused", True)
    assert stack.task(1)["status"] == "TODO"
    stack.patch(1, archived=False)
    stack.sweep()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("LOST", "DONE")


def test_a_word_that_nobody_can_read_in_an_archived_tasks_row_is_in_the_history(stack):
    """A write of ours may take the cell while columns move, and it gets back what was agreed."""
    leads(stack, 1)
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    stack.settle()
    stack.edit("C2", ["perhaps"])
    stack.deliver([1, "Lead 1", "perhaps", 1], seq=9, edited={"first": 3, "last": 3})
    told = next(one for one in stack.changes(1) if one["field"] == "status")
    assert (told["new"], told["state"], "is archived" in told["reason"]) == ("perhaps", "refused", True)


def test_a_sorted_and_a_cut_and_pasted_sheet_loses_nothing(stack):
    leads(stack, 5)
    stack.google.person.sort("Leads!A2:D6", 1, ascending=False)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    assert (gone(stack), archived(stack)) == (set(), set())


def test_many_rows_gone_at_once_archive_nothing_until_a_person_approves(stack):
    leads(stack, 20)
    stack.google.person.delete_rows("Leads", 2, 10)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    assert archived(stack) == set()
    sheet = stack.get("/status")[0]
    assert (sheet["held"], sheet["gone"]) == (10, 10)
    assert "until a person approves" in sheet["held_why"]
    assert [need["kind"] for need in stack.get("/needs") if need["kind"] == "deletions"] == ["deletions"]
    assert stack.post_to("/sheets/leads/approve").status_code == 200
    stack.settle()
    assert archived(stack) == set(range(1, 11))
    assert stack.get("/status")[0]["held"] == 0


def test_rows_that_come_back_lift_the_hold(stack):
    leads(stack, 20)
    stack.google.person.delete_rows("Leads", 2, 10)
    stack.sweep()
    stack.google.person.undo()
    stack.sweep()
    assert (stack.get("/status")[0]["held"], gone(stack)) == (0, set())


@pytest.mark.parametrize("count", [4, 20])
def test_a_sheet_that_shows_no_lead_at_all_is_never_a_deletion(stack, count):
    leads(stack, count)
    stack.edit(f"A2:D{count + 1}", *([["", "", "", ""]] * count))
    stack.sweep()
    stack.later(61)
    stack.post_to("/sheets/leads/approve")
    stack.sweep()
    assert archived(stack) == set()
    assert "never taken for a deletion" in stack.get("/status")[0]["held_why"]


def test_a_sheet_that_cannot_be_read_is_never_a_deletion(stack):
    leads(stack, 3)
    stack.edit("A1", ["something else"])
    with stack.runtime.writing() as session:
        ask_for_sweep(session, "leads", stack.runtime.now())
        session.commit()
    stack.drain()
    assert "no id column" in stack.get("/status")[0]["problem"]
    stack.later(400)
    assert (gone(stack), archived(stack)) == (set(), set())


def test_a_patch_of_a_task_whose_row_is_gone_waits_for_the_row(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.patch(2, status="DONE")
    stack.settle()
    assert gone(stack) == {"2"}
    stack.google.person.undo()
    stack.sweep()
    assert stack.cell("C3") == "QUALIFIED"


def test_an_archive_by_deletion_can_be_undone(stack):
    leads(stack, 3)
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    change = next(one for one in stack.changes(2) if one["field"] == "archived")
    assert stack.post_to(f"/changes/{change['id']}/undo").status_code == 200
    stack.sweep()
    assert archived(stack) == set()


def test_a_row_that_is_deleted_soon_after_its_last_edit_is_missed_within_a_minute(stack):
    leads(stack, 3)
    stack.patch(1, status="DONE")
    stack.settle()
    stack.google.person.delete_rows("Leads", 2)
    stack.sweep()
    assert gone(stack) == set()
    stack.run_for(45)
    assert gone(stack) == {"1"}


@pytest.mark.parametrize("archived_first", [True, False])
def test_an_undone_archiving_stays_undone_although_the_row_is_missing(stack, archived_first):
    leads(stack, 3)
    if archived_first:
        stack.patch(2, archived=True)
        stack.settle()
    stack.google.person.delete_rows("Leads", 3)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    assert archived(stack) == {2}
    change = next(one["id"] for one in stack.changes(2) if one["field"] == "archived")
    assert stack.post_to(f"/changes/{change}/undo").status_code == 200
    stack.sweep()
    stack.later(120)
    stack.sweep()
    assert archived(stack) == set()
