"""Whatever exception one row raises, it is that row's refusal, logged with its trace; the others are taken."""

import pytest
from sqlalchemy import text

from bridge.core.cells import READERS
from bridge.sync import ingest
from bridge.sync.apart import WHY

HEADER = ["id", "name", "status", "task_id", "notes", "sync"]


class Unforeseen(Exception):
    """What no code expects."""


def unforeseen(_context):
    raise Unforeseen("the trace of it")


def overflow(_context):
    return int("9" * 400) / 2.5 + float("1e308") ** 2


def doubled(context):
    """What the database refuses, after a change that must not stay."""
    context.session.execute(text("UPDATE tasks SET notes = 'half done'"))
    context.session.execute(text("INSERT INTO tasks SELECT * FROM tasks"))


def unfit(context):
    """What PostgreSQL alone refuses."""
    postgres = context.session.get_bind().dialect.name != "sqlite"
    context.session.execute(text(f"SELECT CAST('{'x' if postgres else '1'}' AS INTEGER)"))
    if not postgres:
        unforeseen(context)


@pytest.fixture(params=[unforeseen, overflow, doubled, unfit])
def bad(request, monkeypatch):
    """Rows of these leads fail, whether they are new or known."""
    leads = set()

    def failing(whole):
        def step(context, *arguments):
            outcome = whole(context, *arguments)
            if any(getattr(one, "lead_id", None) in leads for one in arguments):
                request.param(context)
            return outcome

        return step

    monkeypatch.setattr(ingest, "link_row", failing(ingest.link_row))
    monkeypatch.setattr(ingest, "merge_linked", failing(ingest.merge_linked))
    return leads


@pytest.fixture(params=["script", "sweep"])
def stack(request, running):
    """The product; edits come by the script, or by sweeps alone."""
    stack = running(header=HEADER)
    if request.param == "script":
        stack.install()
        stack.settle()
    return stack


def rows(stack):
    return [(need["row"], need["lead_id"], need["why"]) for need in stack.get("/needs") if need["kind"] == "row"]


@pytest.mark.both
def test_a_new_row_that_fails_stops_no_other_and_is_tried_again(stack, bad, caplog):
    bad.add("2")
    stack.edit("A2:C6", *([n, f"Lead {n}", "NEW"] for n in range(1, 6)))
    stack.sweep()
    assert [task["lead_id"] for task in stack.tasks()] == ["1", "3", "4", "5"]
    assert {task["notes"] for task in stack.tasks()} == {"Auto-created from Sheets"}
    assert rows(stack) == [(3, "2", f"row 3: {WHY}")]
    assert stack.cell("F3").startswith("refused: row 3: a fault of the bridge's own")
    failed = [record for record in caplog.records if "row_failed" in record.getMessage()]
    assert failed
    assert all("exc_info" in record.getMessage() for record in failed)
    before = len(failed)
    stack.run_for(650)  # two more sweeps
    failed = [record for record in caplog.records if "row_failed" in record.getMessage()]
    assert 0 < len(failed) - before <= 4
    bad.clear()
    stack.sweep()
    assert sorted(task["lead_id"] for task in stack.tasks()) == ["1", "2", "3", "4", "5"]
    assert (rows(stack), stack.cell("F3")) == ([], "ok")


@pytest.mark.both
def test_a_known_row_that_fails_stops_no_other_and_loses_nothing(stack, bad):
    stack.edit("A2:C5", *([n, f"Lead {n}", "NEW"] for n in range(1, 5)))
    stack.sweep()
    tasks = {task["lead_id"]: task["id"] for task in stack.tasks()}
    bad.add("2")
    stack.edit("C2:C5", *(["LOST"] for _ in range(4)))
    stack.sweep()
    statuses = {task["lead_id"]: task["status"] for task in stack.tasks()}
    assert statuses == {"1": "DONE", "2": "TODO", "3": "DONE", "4": "DONE"}
    assert rows(stack) == [(3, "2", f"row 3: {WHY}")]
    assert not any(change["field"] == "status" for change in stack.changes(tasks["2"]))
    stack.patch(tasks["3"], notes="others are served")
    stack.settle()
    assert stack.cell("E4") == "others are served"
    bad.clear()
    stack.sweep()
    assert (stack.task(tasks["2"])["status"], rows(stack)) == ("DONE", [])
    (change,) = [one for one in stack.changes(tasks["2"]) if one["field"] == "status"]
    assert (change["side"], change["state"]) == ("sheet", "applied")


@pytest.mark.sqlite
def test_many_bad_rows_among_many_are_each_refused(stack, bad):
    bad |= {str(n) for n in range(0, 60, 7)}
    stack.edit("A2:C61", *([n, f"Lead {n}", "NEW"] for n in range(60)))
    stack.sweep()
    assert {task["lead_id"] for task in stack.tasks()} == {str(n) for n in range(60)} - bad
    assert {lead for _, lead, _ in rows(stack)} == bad


@pytest.mark.sqlite
def test_a_cell_whose_reading_fails_is_its_rows_matter(stack, monkeypatch, caplog):
    whole = READERS["text"]

    def read(cell):
        if cell.shown == "poison":
            raise Unforeseen("the trace of it")
        return whole(cell)

    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.sweep()
    monkeypatch.setitem(READERS, "text", read)
    stack.edit("C2:E3", ["LOST", None, "poison"], ["LOST", None, "fine"])
    stack.edit("A4:E4", [3, "poison", "NEW"])
    stack.edit("A5:C5", [4, "Eve", "NEW"])
    stack.sweep()
    assert (stack.task(2)["status"], stack.task(2)["notes"]) == ("DONE", "fine")
    assert [task["lead_id"] for task in stack.tasks()] == ["1", "2", "4"]
    assert {row for row, _, _ in rows(stack)} == {2, 4}
    assert "the trace of it" in caplog.text


@pytest.mark.sqlite
def test_a_row_that_fails_while_leads_are_looked_up_is_refused_alone(stack, monkeypatch):
    whole = ingest.load

    def load(context, found):
        if any(row.lead_id == "2" for row in found):
            raise Unforeseen
        return whole(context, found)

    monkeypatch.setattr(ingest, "load", load)
    stack.edit("A2:C5", *([n, f"Lead {n}", "NEW"] for n in range(1, 5)))
    stack.sweep()
    assert [task["lead_id"] for task in stack.tasks()] == ["1", "3", "4"]


@pytest.mark.sqlite
def test_two_rows_of_one_id_are_told_although_another_row_fails(running, bad):
    stack = running(header=HEADER)
    bad.add("2")
    taken = stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "NEW", None], [1, "Copy", "NEW", None]).json()["outcomes"]
    assert [one["outcome"] for one in taken] == ["task_created", "refused", "refused"]
