"""Writes that fail again and again: the one at fault stands alone, is buried and listed, and can be tried again."""

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bridge.local_google.api.trouble import Fault
from bridge.store.models import Link, SheetQueue
from bridge.worker import run


class Poison:
    """Google, except that every write that touches one row is answered with 500."""

    def __init__(self, google, row):
        self.google, self.row, self.refused = google, row, 0

    def testify(self):
        self.google.testify()

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("values:batchUpdate"):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            if f"!A{self.row}:".encode() in body:
                self.refused += 1
                start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
                return [b"no"]
            from io import BytesIO

            environ["wsgi.input"] = BytesIO(body)
        return self.google(environ, start_response)


@pytest.fixture
def poisoned(stack):
    stack.settle()
    stack.edit("A2:C9", *([n, f"Lead {n}", "NEW"] for n in range(1, 9)))
    stack.sweep()
    stack.witness = Poison(stack.witness, 4)
    return stack


def statuses(stack):
    return [row[2] for row in stack.rows()]


def dead_letters(stack):
    return [need for need in stack.get("/needs") if need["kind"] == "dead_letter"]


def give_up(stack):
    """Let the hours pass in which the poisoned write is tried again and again."""

    for _ in range(20):
        stack.later(300)
        if found := dead_letters(stack):
            return found
    raise AssertionError("it was never buried")


def test_a_row_whose_write_always_fails_holds_nobody_up(poisoned):
    for task in range(1, 9):
        poisoned.patch(task, status="DONE")
    expected = ["QUALIFIED", "QUALIFIED", "NEW", *["QUALIFIED"] * 5]
    poisoned.run_for(60)
    assert statuses(poisoned) == expected
    poisoned.patch(5, status="TODO")
    poisoned.run_for(60)
    assert poisoned.cell("C6") == "NEW"


def test_it_is_buried_in_the_end_listed_with_its_reason_and_written_when_it_is_tried_again(poisoned):
    poisoned.patch(3, status="DONE")
    (letter,) = give_up(poisoned)
    assert (letter["lead_id"], letter["row"], letter["why"]) == ("3", 4, "Google answered 500")
    assert poisoned.witness.refused >= 12
    assert [one["state"] for one in poisoned.changes(3) if one["field"] == "status"] == ["refused"]
    assert poisoned.get("/status")[0]["buried"] == 1
    poisoned.witness = poisoned.witness.google
    assert poisoned.post_to("/dead-letters/retry").json() == {"done": "1 writes are tried again"}
    poisoned.settle()
    assert poisoned.cell("C4") == "QUALIFIED"
    assert dead_letters(poisoned) == []


def test_a_dead_letter_costs_no_further_calls(poisoned):
    poisoned.patch(3, status="DONE")
    give_up(poisoned)
    poisoned.settle()
    before = poisoned.witness.refused
    poisoned.sweep()
    poisoned.sweep()
    assert poisoned.witness.refused == before


def test_the_next_change_of_the_lead_tries_again(poisoned):
    poisoned.patch(3, status="DONE")
    give_up(poisoned)
    poisoned.witness = poisoned.witness.google
    poisoned.patch(3, status="IN_PROGRESS")
    poisoned.settle()
    assert poisoned.cell("C4") == "CONTACTED"
    assert dead_letters(poisoned) == []


def test_a_dead_letter_that_is_not_there_is_404(stack):
    assert stack.post_to("/dead-letters/7/retry").status_code == 404


@pytest.fixture
def owing(stack):
    """One write to be made, by jobs that a test runs itself."""
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.deliver([1, "Ann", "NEW", None])
    stack.settle()
    stack.patch(1, status="DONE")
    return stack


def blamed(stack):
    """The queue's problem after one job, and whether its write counts as failed."""
    run.run(stack.runtime, "leads")
    with stack.runtime.session() as session:
        return session.query(SheetQueue).one().problem, session.query(Link).one().failing_since is not None


def test_a_failed_write_counts_against_its_link(owing):
    owing.google.trouble.fail(Fault(500, kind="write"), times=9)
    assert blamed(owing)[1]


def test_a_limit_of_calls_is_no_fault_of_the_write(owing):
    owing.google.trouble.fail(Fault(429, kind="write"), times=9)
    assert blamed(owing) == ("Google's limit of calls a minute is reached", False)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("UPDATE links", None, psycopg.errors.DiskFull("could not extend file")),
        ProgrammingError("UPDATE links", None, psycopg.errors.InsufficientPrivilege("permission denied")),
        PoolTimeout("QueuePool limit reached"),
    ],
    ids=["full", "forbidden", "exhausted"],
)
def test_a_database_that_fails_is_no_fault_of_the_write(owing, error):
    def fail(_connection, _cursor, statement, *_):
        if statement.startswith("UPDATE links") and not failed:
            failed.append(statement)
            raise error

    failed = []
    event.listen(owing.runtime.database, "before_cursor_execute", fail)
    try:
        told = blamed(owing)
    finally:
        event.remove(owing.runtime.database, "before_cursor_execute", fail)
    assert told == ("the bridge's own database could not be used", False)
    owing.later(60)
    assert blamed(owing) == (None, False)
    assert owing.cell("C2") == "QUALIFIED"


def test_a_protected_column_is_known_before_the_write_and_said_once(stack):
    stack.settle()
    stack.google.book.tab("Leads").protect("C1:C100")
    stack.edit("A2:C51", *([n, f"Lead {n}", "NEW"] for n in range(1, 51)))
    stack.sweep()
    before = stack.calls()[1]
    for task in range(1, 51):
        stack.patch(task, status="DONE", notes="x")
    stack.sweep()
    assert stack.calls()[1] == before
    refused = [need for need in stack.get("/needs") if need["kind"] == "refused"]
    assert len(refused) == 50
    assert refused[0]["why"] == "the cell is protected: let the bridge's service account edit the protected range"
    stack.sweep()
    assert len([one for one in stack.changes(7) if one["state"] == "refused"]) == 1
