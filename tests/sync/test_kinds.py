"""One table: every kind of value through both channels, the sheet's script and Google's API, and back from the task."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from bridge.config.fields import COLUMNS
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.local_google.sheet.cells import NumberFormat
from tests.sync.kinds import DATE

EMOJI = "👩🏽‍💻 Zoë — “ü” \u200f"
LONG = "x" * 50_000


@dataclass(frozen=True)
class Case:
    """``typed`` in a cell (formatted as ``format``) becomes ``task`` in the task's field; a PATCH with ``patched``
    becomes ``shown`` in the cell.
    """

    kind: str
    field: str
    typed: Any
    task: Any
    patched: Any
    shown: str
    format: NumberFormat | None = None
    locale: str = "en_US"


CASES = {
    "text": Case("text", "notes", "call back", "call back", "done", "done"),
    "text that looks like a formula": Case("text", "notes", "'=1+1", "=1+1", "=2+2", "=2+2"),
    "text with a plus": Case("text", "notes", "'+49 30 1", "+49 30 1", "+49 30 2", "+49 30 2"),
    "text with a minus": Case("text", "notes", "'-5", "-5", "-6", "-6"),
    "text with an at": Case("text", "notes", "@home", "@home", "@work", "@work"),
    "emoji and other scripts": Case("text", "notes", EMOJI, EMOJI, EMOJI + "!", EMOJI + "!"),
    "50,000 characters": Case("text", "notes", LONG, LONG, LONG[:-1] + "y", LONG[:-1] + "y"),
    "lines": Case("text", "notes", "one\ntwo", "one\ntwo", "two\none", "two\none"),
    "a number in a text column": Case("text", "notes", 12, "12", "13", "13"),
    "leading zeros by format": Case("text", "notes", 7, "007", "008", "008", NumberFormat("NUMBER", "000")),
    "leading zeros as text": Case("text", "notes", "'007", "007", "008", "008"),
    "zero": Case("number", "assignee", 0, "0", "0.5", "0.5"),
    "a number": Case("number", "assignee", 12.5, "12.5", "13.25", "13.25"),
    "a large number": Case("number", "assignee", 2**53, "9007199254740992", "1", "1"),
    "FALSE": Case("checkbox", "assignee", False, "FALSE", "TRUE", "TRUE"),
    "TRUE": Case("checkbox", "assignee", True, "TRUE", "FALSE", "FALSE"),
    "a date": Case("date", "due", "2026-12-24", "2026-12-24", "2027-01-02", "02.01.2027", DATE),
    "a date in a German sheet": Case("date", "due", "24.12.2026", "2026-12-24", "2027-01-02", "02.01.2027", DATE, "de_DE"),
    "a date as text": Case("date", "due", "'2026-12-24", "2026-12-24", "2027-01-02", "2027-01-02", NumberFormat("TEXT", "@")),
    "a status": Case("status", "status", "contacted", "IN_PROGRESS", "DONE", "QUALIFIED"),
}  # fmt: skip


def mapped(case):
    plain = {column.field: column for column in COLUMNS if column.task_field != case.field or column.kind == case.kind}
    if case.field not in {column.task_field for column in plain.values()}:
        plain["value"] = Column("value", ("value",), kind=case.kind, task_field=case.field)
    columns = tuple(
        replace(column, headers=("value",)) if column.task_field == case.field else column for column in plain.values()
    )
    return SheetMapping(columns)


STORED = {"emoji and other scripts", "50,000 characters", "a date"}
"""What a database may keep in its own way."""


@pytest.fixture(
    params=[
        pytest.param(case, marks=pytest.mark.both if name in STORED else (), id=name) for name, case in CASES.items()
    ]
)
def case(request):
    return request.param


@pytest.fixture
def stack(running, case):
    header = ["id", "name", "value" if case.field == "status" else "status", "task_id", "value"]
    stack = running(header=header[:4] if case.field == "status" else header, mapping=mapped(case))
    book = stack.google.book
    if case.locale != "en_US":
        book.change(lambda now: replace(now, locale=case.locale, time_zone="Pacific/Auckland"))
    if case.format:
        book.tab("Leads").set_format("E2:E9", case.format)
    return stack


def where(case):
    return "C2" if case.field == "status" else "E2"


def shown(stack, case):
    column = 3 if case.field == "status" else 5
    return stack.google.book.tab("Leads").shown(2, column)[0][0]


def typed(stack, case):
    stack.edit("A2:B2", ["7", "Ann"])
    stack.edit(where(case), [case.typed])


def test_through_the_api_and_back(stack, case):
    typed(stack, case)
    stack.sweep()
    assert stack.task(1)[case.field] == case.task
    stack.patch(1, **{case.field: case.patched})
    stack.settle()
    assert shown(stack, case) == case.shown
    assert stack.get("/needs") == [need for need in stack.get("/needs") if need["kind"] == "silent"]


def test_through_the_script_and_back(stack, case):
    stack.install()
    stack.settle()
    typed(stack, case)
    assert stack.google.scripts.wait_idle(10)
    stack.settle()
    assert stack.task(1)[case.field] == case.task
    stack.patch(1, **{case.field: case.patched})
    stack.settle()
    assert shown(stack, case) == case.shown
    before = stack.calls()[1]
    stack.sweep()
    assert (stack.task(1)[case.field], stack.calls()[1]) == (case.patched, before)
