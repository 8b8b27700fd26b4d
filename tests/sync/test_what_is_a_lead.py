"""Which rows are leads: one table for the bridge, which tells of a row without an id, and for the script, which gives it
one."""

from dataclasses import dataclass

import pytest

from bridge.config.fields import COLUMNS
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.local_google.sheet.cells import Validation
from bridge.worker.job import Job
from bridge.worker.sweep import sweep

HEADER = ["id", "name", "status", "task_id", "notes", "owner", "due", "sync", "hot", "private", "stars"]
MAPPING = SheetMapping((*COLUMNS, Column("hot", ("hot",), "checkbox"), Column("stars", ("stars",), "number")))


@dataclass(frozen=True)
class Formula:
    """A formula's result."""

    shows: str | float | bool


@dataclass(frozen=True)
class Chosen:
    """An option of a dropdown."""

    word: str


@dataclass(frozen=True)
class Box:
    """A checkbox."""

    ticked: bool


LEADS = {
    "a name": {"name": "Zoë"},
    "a name chosen from a dropdown": {"name": Chosen("Zoë")},
    "a name among what was there before": {"name": "Zoë", "status": Chosen("NEW"), "hot": Box(False)},
    "a status that somebody gave": {"status": "LOST"},
    "a note": {"notes": "call back"},
    "an owner": {"owner": "Bob"},
    "a note beside a formula": {"notes": "x", "status": Formula("NEW")},
    "a ticked box": {"hot": Box(True)},
    "a zero": {"owner": 0},
    "stars": {"stars": 3},
    "a word that is no status": {"status": "WON"},
    "a word that is no day": {"due": "tomorrow"},
    "the word for a new lead, elsewhere": {"notes": "NEW"},
}
NONE = {
    "nothing": {},
    "an unticked box": {"hot": Box(False)},
    "FALSE": {"hot": False},
    "FALSE in a column of texts": {"notes": False},
    "the word for a new lead": {"status": "NEW"},
    "the word for a new lead, otherwise spelled": {"status": " new\u200b"},
    "a default of a dropdown": {"status": Chosen("NEW")},
    "another default of a dropdown": {"status": Chosen("CONTACTED")},
    "an owner by default": {"owner": Chosen("nobody")},
    "a formula in the status": {"status": Formula("CONTACTED")},
    "a formula in the name": {"name": Formula("Zoë")},
    "a formula that says no status": {"status": Formula("?")},
    "formulas and defaults": {
        "name": Formula(" "),
        "status": Chosen("NEW"),
        "hot": Box(False),
        "owner": Formula("Bob"),
    },
    "no stars": {"stars": 0},
    "blanks": {"name": " ", "notes": "\u00a0\u2003", "owner": "\t"},
    "what nobody sees": {"name": "\u200b\ufeff"},
    "a task number": {"task_id": 4711},
    "a task number and a word of the bridge": {"task_id": 4711, "sync": "ok"},
    "a column of one's own": {"private": "do not call"},
}
CASES = LEADS | NONE


def put(stack, row, cells):
    """Make a row of these cells, as they come to stand there without an edit."""
    tab = stack.google.book.tab("Leads")
    for name, value in cells.items():
        column = HEADER.index(name) + 1
        where = f"{chr(64 + column)}{row}"
        if isinstance(value, Formula):
            tab.write(row, column, [["=1"]])
            tab.set_result(row, column, value.shows)
            continue
        if isinstance(value, Chosen):
            tab.set_validation(where, Validation("ONE_OF_LIST", (value.word, "other"), strict=name == "status"))
        if isinstance(value, Box):
            tab.set_validation(where, Validation("BOOLEAN", strict=True))
        given = {Chosen: "word", Box: "ticked"}.get(type(value))
        tab.write(row, column, [[getattr(value, given) if given else value]], typed=False)


@pytest.fixture
def rows(running):
    """The number of the first row that holds a case, and the product."""

    def start(**sheet):
        stack = running(header=HEADER, mapping=MAPPING, **sheet)
        stack.settle()
        for row, cells in enumerate(CASES.values(), 3):
            put(stack, row, cells)
        return stack

    return start


def named(numbers):
    """The cases in these rows."""
    names = list(CASES)
    return {names[number - 3] for number in numbers}


def test_the_bridge_misses_an_id_in_every_lead_and_in_nothing_else(rows):
    stack = rows()
    told = {step.row for step in sweep.preview(Job(stack.runtime, "leads")).steps}
    assert named(told) == set(LEADS)
    stack.sweep()
    assert named(need["row"] for need in stack.get("/needs") if need["kind"] == "row") == set(LEADS)


def test_the_script_gives_an_id_to_every_lead_and_to_nothing_else(rows):
    stack = rows(assign_ids=True)
    stack.install()
    ids = [stack.cell(f"A{row}") for row in range(3, 3 + len(CASES))]
    assert named(row for row, one in enumerate(ids, 3) if one) == set(LEADS)
    assert all(str(one).startswith("L-") for one in ids if one)


def test_an_id_and_a_name_are_a_lead_whatever_made_them(running):
    stack = running(header=HEADER)
    put(stack, 2, {"id": Formula("A-1"), "name": Formula("Zoë")})
    put(stack, 3, {"id": Formula("A-2"), "status": Chosen("NEW")})
    stack.sweep()
    assert [(task["lead_id"], task["title"]) for task in stack.tasks()] == [("A-1", "Follow up: Zoë")]
    assert [need for need in stack.get("/needs") if need["kind"] == "row"] == []


def test_a_lead_of_which_only_the_task_number_is_left_is_told_and_its_task_kept(linked):
    linked.edit("A2:C2", ["", "", ""])
    linked.sweep()
    linked.later(3600)
    assert linked.task(1)["archived_at"] is None
    (need,) = [need for need in linked.get("/needs") if need["kind"] == "row"]
    assert "row 2 has lost its id, which was 12" in need["why"]


def test_a_stray_task_number_of_a_lead_that_is_elsewhere_is_no_row(linked):
    linked.google.book.tab("Leads").write(5, 4, [[1]])
    linked.sweep()
    assert [need for need in linked.get("/needs") if need["kind"] == "row"] == []
