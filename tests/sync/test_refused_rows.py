"""A row that Google does not append is its task's matter alone: the others go on, it is told and tried again."""

from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from bridge.config.fields import COLUMNS
from bridge.core.mapping import SheetMapping
from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import MOST_CELLS
from bridge.store.models import Link
from bridge.sync.links import new_rows

HEADER = ["id", "name", "status", "task_id", "notes", "sync"]


class Picky:
    """Google, except that each call whose body has this text is answered with 400."""

    def __init__(self, google, text):
        self.google, self.text, self.refused = google, text.encode(), 0

    def testify(self):
        self.google.testify()

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            if self.text in body:
                self.refused += 1
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": {"code": 400, "message": "not this row", "status": "INVALID_ARGUMENT"}}']
            environ["wsgi.input"] = BytesIO(body)
        return self.google(environ, start_response)


@pytest.fixture
def stack(running):
    stack = running(create_rows=True, header=HEADER)
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.later(11)
    return stack


def make(stack, title, **fields):
    answer = stack.post_to("/tasks", title=title, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def needs(stack):
    return [need for need in stack.get("/needs") if need["kind"] not in {"silent", "header"}]


def named(stack):
    last = stack.google.book.tab("Leads").last_row
    return {row[1] for row in stack.rows(last=last) if row[0]}


@pytest.mark.both
def test_a_sheet_at_googles_limit_of_cells_takes_every_other_write(stack):
    tab, book = stack.google.book.tab("Leads"), stack.google.book
    full(book, tab)
    task = make(stack, "Follow up: Zoë")
    stack.patch(1, status="DONE")
    stack.run_for(5)
    assert stack.cell("C2") == "QUALIFIED"
    stack.patch(1, notes="still served")
    stack.run_for(60)
    assert stack.cell("E2") == "still served"
    (need,) = needs(stack)
    assert (need["kind"], need["task_id"]) == ("refused", task)
    assert need["why"].startswith("it has no row yet: Google refuses the request")
    assert "10000000 cells" in need["why"]
    book.delete_tab(99)
    stack.run_for(301)
    assert named(stack) == {"Ann", "Zoë"}
    assert (needs(stack), stack.cell("F3")) == ([], "ok")


def refused_by(stack):
    """What keeps rows from being made."""
    with stack.runtime.session() as session:
        links = session.scalars(select(Link).where(Link.refused.is_not(None)))
        return [RefusedWrite(*link.refused["id"]).by for link in links]


def full(book, tab):
    """Fill the spreadsheet to Google's limit of cells."""
    tab.delete_rows(3, tab.grid.row_count - 2)
    room = MOST_CELLS - 2 * tab.grid.column_count
    book.change(lambda now: now.with_new_tab(Grid(99, "Archive", row_count=room, column_count=1)))


@pytest.mark.both
@pytest.mark.parametrize("many", [2, 30])
def test_of_several_new_rows_only_the_one_that_google_refuses_waits(stack, many):
    stack.witness = Picky(stack.witness, "BAD")
    tasks = [make(stack, f"Follow up: {'BAD' if n == many // 2 else n}") for n in range(many)]
    stack.run_for(30)
    assert named(stack) == {"Ann", *(str(n) for n in range(many) if n != many // 2)}
    (need,) = needs(stack)
    assert need["task_id"] == tasks[many // 2]
    assert refused_by(stack) == [RefusedBy.GOOGLE]
    assert "not this row" in need["why"]
    before = stack.witness.refused
    stack.run_for(1200)
    assert stack.witness.refused - before <= 10


@pytest.mark.sqlite
def test_a_row_that_was_given_up_is_tried_again_by_a_sweep(stack):
    stack.witness = Picky(stack.witness, "BAD")
    make(stack, "Follow up: BAD")
    stack.run_for(2 * 3600)
    assert [need["kind"] for need in needs(stack)] == ["dead_letter"]
    stack.witness = stack.witness.google
    stack.run_for(3700)
    assert (named(stack), needs(stack)) == ({"Ann", "BAD"}, [])


@pytest.mark.sqlite
def test_a_row_that_cannot_be_made_stops_no_other(stack, monkeypatch, caplog):
    whole = new_rows.new_row

    def fail(task, *arguments):
        if "BAD" in task.title:
            raise RuntimeError("a fault of ours")
        return whole(task, *arguments)

    monkeypatch.setattr(new_rows, "new_row", fail)
    make(stack, "Follow up: BAD")
    make(stack, "Follow up: Zoë")
    stack.patch(1, status="DONE")
    stack.run_for(30)
    assert (named(stack), stack.cell("C2")) == ({"Ann", "Zoë"}, "QUALIFIED")
    assert "a fault of ours" in caplog.text
    assert refused_by(stack) == [RefusedBy.BRIDGE]
    assert [need["why"] for need in needs(stack)] == ["its row cannot be made; the bridge's log has the details"]
    monkeypatch.setattr(new_rows, "new_row", whole)
    stack.run_for(301)
    assert (named(stack), needs(stack)) == ({"Ann", "BAD", "Zoë"}, [])


@pytest.mark.both
def test_a_new_row_is_made_without_the_value_that_its_cell_does_not_take(running):
    notes = replace(next(one for one in COLUMNS if one.field == "notes"), kind="number")
    columns = tuple(notes if one.field == "notes" else one for one in COLUMNS)
    stack = running(create_rows=True, header=HEADER, mapping=SheetMapping(columns))
    task = make(stack, "Follow up: Zoë", notes="no number")
    make(stack, "Follow up: Ben", notes="12")
    stack.settle()
    assert [row[1] for row in stack.rows()[:2]] == ["Zoë", "Ben"]
    assert (stack.cell("E2"), stack.cell("E3")) == (None, 12)
    (need,) = needs(stack)
    assert (need["task_id"], need["field"], need["why"]) == (task, "notes", "'no number' is not a number")
