"""No change stays "waiting" in the history once both sides are at rest."""

import pytest

from bridge.config.fields import COLUMNS
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.local_google.api.trouble import Fault

HEADER = ["id", "name", "status", "task_id", "notes", "owner"]


@pytest.fixture
def noted(running):
    """Two leads with notes and owners, in sync, and the sheet's script."""
    stack = running(header=HEADER)
    stack.install()
    stack.edit("A2:F3", [1, "Ann", "NEW", None, "a", "Old"], [2, "Bob", "NEW", None, "b", "Old"])
    stack.settle()
    return stack


def unanswered(stack):
    """The next write lands and gets no answer."""
    stack.google.trouble.fail(Fault(503, kind="write", landed=True))


def landed_and_another_field_patched(stack):
    unanswered(stack)
    stack.patch(1, notes="P1")
    stack.drain()
    stack.patch(1, assignee="A1")


def landed_and_the_same_field_patched_twice(stack):
    unanswered(stack)
    stack.patch(1, notes="P1")
    stack.drain()
    stack.patch(1, notes="P2")
    stack.patch(1, notes="P3")


def landed_and_the_status_patched(stack):
    unanswered(stack)
    stack.patch(1, notes="P1", assignee="A1")
    stack.drain()
    stack.patch(1, status="DONE")


def a_person_typed_the_same(stack):
    unanswered(stack)
    stack.patch(1, notes="P1")
    stack.edit("E2", ["P1"])
    stack.edit("F2", ["New"])


def archived_meanwhile(stack):
    stack.patch(1, notes="P1")
    stack.patch(1, archived=True)


def its_column_is_gone(stack):
    stack.patch(1, notes="P1", assignee="A1")
    stack.edit("E1", ["scribbles"])


def refused_twice(stack):
    stack.google.person.dropdown("Leads!E2", ["one", "two"])
    stack.patch(1, notes="P1")
    stack.patch(1, notes="P2")


def refused_and_said_again(stack):
    stack.google.person.dropdown("Leads!E2", ["a", "two"])
    for notes in ("P1", "a", "P1"):
        stack.patch(1, notes=notes)
        stack.settle()


def died_after_the_write(stack):
    unanswered(stack)
    stack.patch(1, notes="P1")
    stack.drain()
    stack.stop_bridge()
    stack.start_bridge()
    stack.patch(1, assignee="A1")


def archived_after_its_row_was_deleted(stack):
    stack.patch(1, notes="P1")
    stack.google.person.delete_rows("Leads", 2)
    stack.patch(1, archived=True)


def archived_while_its_row_is_missed(stack):
    stack.patch(1, notes="P1")
    stack.google.person.delete_rows("Leads", 2)
    stack.later(31)
    stack.patch(1, archived=True)
    stack.sweep()


def archived_in_a_sheet_without_rows(stack):
    """An empty sheet makes no tombstones."""
    stack.later(31)
    stack.patch(1, notes="P1")
    for _ in range(2):
        stack.google.person.delete_rows("Leads", 2)
    for task_id in (1, 2):
        stack.patch(task_id, archived=True)


def restored_without_its_row(stack):
    stack.later(31)
    stack.google.person.delete_rows("Leads", 2)
    stack.sweep()
    stack.later(61)
    stack.sweep()
    assert [task["id"] for task in stack.tasks()] == [2]
    stack.patch(1, archived=False)
    stack.patch(1, notes="P1")


STORIES = (
    landed_and_another_field_patched, landed_and_the_same_field_patched_twice, landed_and_the_status_patched,
    a_person_typed_the_same, archived_meanwhile, its_column_is_gone, refused_twice, refused_and_said_again,
    died_after_the_write, archived_after_its_row_was_deleted, archived_while_its_row_is_missed,
    archived_in_a_sheet_without_rows, restored_without_its_row,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_no_change_waits_when_both_sides_are_at_rest(noted, story):
    story(noted)
    noted.settle()
    noted.later(30)
    noted.settle()
    waiting = [(one["field"], one["new"]) for one in noted.changes(1) if one["state"] == "waiting"]
    assert (waiting, noted.pending()) == ([], 0)


def test_what_landed_without_an_answer_is_told_as_applied(noted):
    landed_and_another_field_patched(noted)
    noted.settle()
    told = {one["new"]: one["state"] for one in noted.changes(1) if one["new"] in {"P1", "A1"}}
    assert told == {"P1": "applied", "A1": "applied"}


def test_a_patch_that_no_cell_takes_is_refused_though_a_person_typed_the_same_into_the_cell(running):
    own = Column("score", ("score",), "number", "assignee")
    mapping = SheetMapping((*(one for one in COLUMNS if one.field != "owner"), own))
    stack = running(header=["id", "name", "status", "task_id", "score"], mapping=mapping)
    stack.install()
    stack.edit("A2:E2", [1, "Ann", "NEW", None, 5])
    stack.settle()
    stack.patch(1, assignee="many")
    stack.edit("E2", ["many"])
    stack.google.scripts.wait_idle(0)  # the script is sooner than the job
    stack.settle()
    told = [(one["side"], one["state"]) for one in stack.changes(1) if one["new"] == "many"]
    assert sorted(told) == [("sheet", "refused"), ("task", "refused")]


def refused_note(stack):
    """A PATCH whose cell is protected from the bridge; returns what frees it."""
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    protected = stack.google.book.tab("Leads").protect("E2:E2")
    stack.patch(1, notes="call")
    stack.settle()
    assert [line["state"] for line in stack.changes(1) if line["field"] == "notes"] == ["refused"]
    return lambda: stack.google.book.tab("Leads").unprotect(protected)


def notes(stack):
    return [(line["new"], line["state"]) for line in stack.changes(1) if line["field"] == "notes"]


@pytest.mark.both
@pytest.mark.parametrize("again", ["a sweep", "the same PATCH"])
def test_a_refused_change_that_is_written_later_is_applied(running, again):
    stack = running(header=HEADER)
    refused_note(stack)()
    if again == "a sweep":
        stack.sweep()
    else:
        stack.patch(1, notes="other")
        stack.patch(1, notes="call")
        stack.settle()
    assert (stack.cell("E2"), notes(stack)[0]) == ("call", ("call", "applied"))
    assert stack.get("/changes", state="waiting") == []


def test_a_refused_change_whose_cell_a_person_fills_does_not_wait(running):
    stack = running(header=HEADER)
    stack.install()
    refused_note(stack)()
    stack.edit("E2", ["call"])
    stack.settle()
    assert stack.task(1)["notes"] == "call"
    assert stack.get("/changes", state="waiting") == []
    stack.edit("E2", ["mine"])
    stack.sweep()
    assert (stack.task(1)["notes"], stack.get("/changes", state="waiting")) == ("mine", [])


def test_a_refused_change_that_a_persons_word_replaces_is_lost_not_waiting(running):
    stack = running(header=HEADER)
    stack.install()
    refused_note(stack)
    stack.edit("E2", ["mine"])
    stack.settle()
    assert (stack.task(1)["notes"], ("call", "lost") in notes(stack)) == ("mine", True)
    assert stack.get("/changes", state="waiting") == []
