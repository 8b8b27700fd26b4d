"""The tabs of a world as a person sees them: which columns they have and where, and what each cell means.

Two kinds of sheets between them have every kind of column. A cell's meaning is the lead's canonical value, or
`Unreadable` where the bridge must refuse it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.config.fields import COLUMNS, limited
from bridge.core.cells import from_text
from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from bridge.core.text import same_text
from bridge.core.values import Cell, Refusal, Value
from bridge.local_google.sheet import formats
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell as SheetCell
from bridge.local_google.sheet.cells import ErrorValue

SHIPPED = SheetMapping(COLUMNS)
IN_PLACE = (Column("agreed", ("agreed",), "checkbox", "notes"), Column("score", ("score",), "number", "assignee"))
TYPED = SheetMapping(
    (*(one for one in COLUMNS if one.field not in {"notes", "owner"}), *(limited(one) for one in IN_PLACE))
)
"""Columns of a number and of checkboxes in place of notes and owner."""
_DAY = re.compile(r"\A(\d{1,2})[./](\d{1,2})[./](\d{4})\Z")
OWN = "phone"
"""A column that the bridge does not know."""


@dataclass(frozen=True)
class Unreadable:
    """A cell that the bridge must refuse; ``shown``: what a person sees there; ``bare``: what the event of its edit tells."""

    shown: str
    bare: str = field(default="", compare=False)


Meaning = Value | Unreadable


@dataclass
class Lead:
    """A row with an id. ``cells``: field → meaning, for the columns that are there."""

    tab: "Tab"
    row: int
    id: str
    cells: dict[str, Meaning]
    own: Any = None


@dataclass
class Tab:
    """One tab. ``heads``: field → every text that heads its column; the first is the usual one."""

    key: str
    title: str
    mapping: SheetMapping
    book: Book
    sheet_id: int = 0
    heads: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.heads = {column.field: [column.headers[0]] for column in self.mapping.columns} | {OWN: [OWN]}
        self._known: dict[tuple[str, type, SheetCell], Meaning] = {}

    @property
    def fields(self) -> list[str]:
        """What persons and programs both change."""
        return [column.field for column in self.mapping.columns if column.direction == "both"]

    @property
    def now(self) -> str:
        """Its present title."""
        return self.book.now.grid(self.sheet_id).title

    def positions(self) -> dict[str, int]:
        """field → its column now, from 1."""
        grid = self.book.now.grid(self.sheet_id)
        header = [str(cell.value or "") for cell in (grid.rows[0] if grid.rows else ())]
        found = {
            name: next((header.index(one) for one in texts if one in header), -1) for name, texts in self.heads.items()
        }
        return {name: at + 1 for name, at in found.items() if at >= 0}

    def usual(self) -> list[tuple[str, str]]:
        """The cells of headers that are not the usual ones, and those."""
        found = ((at, self.heads[name][0]) for name, at in self.positions().items())
        return [(f"{letters(at)}1", text) for at, text in found if self.text(at) != text]

    def text(self, column: int) -> str:
        """The header of a column."""
        return str(self.book.now.grid(self.sheet_id).cell(0, column - 1).value or "")

    def is_headed(self, name: str) -> bool:
        """True while the bridge finds this column."""
        at = self.positions().get(name)
        return at is not None and same_text(self.text(at), self.heads[name][0])

    def at(self, row: int, name: str) -> str | None:
        """The cell in A1 notation; None while there is no such column."""
        column = self.positions().get(name)
        return None if column is None else f"'{self.now}'!{letters(column)}{row}"

    def rows(self) -> list[tuple[int, dict[str, SheetCell]]]:
        """Every row that holds anything, with its number and its cells by field."""
        grid, positions = self.book.now.grid(self.sheet_id), self.positions()
        filled = [(n, row) for n, row in enumerate(grid.rows, 1) if n > 1 and any(one.value is not None for one in row)]
        return [
            (number, {name: row[at - 1] for name, at in positions.items() if at <= len(row)}) for number, row in filled
        ]

    def leads(self) -> list[Lead]:
        """The rows with an id."""
        found = []
        for number, cells in self.rows():
            lead_id = self.means("id", cells.get("id", SheetCell()))
            if lead_id is not None and not isinstance(lead_id, Unreadable):
                both = ("name", *self.fields, "task_id")
                meant = {
                    name: self.means(name, cells.get(name, SheetCell())) for name in both if name in self.positions()
                }
                found.append(Lead(self, number, str(lead_id), meant, cells.get(OWN, SheetCell()).value))
        return found

    def means(self, name: str, cell: SheetCell) -> Meaning:
        """What the bridge is to read there."""
        key = name, type(cell.value), cell  # True and 1 are equal
        if key not in self._known:
            self._known[key] = self._read(name, cell)
        return self._known[key]

    def _read(self, name: str, cell: SheetCell) -> Meaning:
        shown = formats.shown(cell, self.book.now.locale)
        value = shown if isinstance(cell.value, ErrorValue) else cell.value
        known = Cell(value, shown, formula=cell.formula is not None, format=cell.format.type if cell.format else "")
        try:
            found = self.mapping.read(name, known)
        except Refusal:
            return Unreadable(shown, _bare(cell))
        longest = self.mapping.longest(name)
        return Unreadable(shown, _bare(cell)) if longest is not None and len(str(found or "")) > longest else found

    def task_says(self, task: Mapping[str, Any], name: str) -> Meaning:
        """The task's value of a field as the lead has it; a status as the task has it."""
        column = self.mapping.by_field[name]
        if name == "name":
            return self.mapping.name_in(task["title"])
        return self.said(name, task[str(column.task_field)])

    def said(self, name: str, value: Value) -> Meaning:
        """The meaning of a task's value of this field; `Unreadable` where a cell cannot hold it."""
        column = self.mapping.by_field[name]
        if value in {None, "", column.when_empty}:
            return None
        if column.kind == "status":
            return value
        try:
            return from_text(column.kind, value)
        except Refusal:
            return Unreadable(str(value))

    def same(self, name: str, one: Meaning, other: Meaning) -> bool:
        """True for two values that mean the same: lead words that mean one status are one."""
        if name == "status":
            one, other = self._status(one), self._status(other)
        return one == other or (isinstance(one, str) and isinstance(other, str) and same_text(_iso(one), _iso(other)))

    def _status(self, word: Meaning) -> Meaning:
        if word is None:
            return self.mapping.statuses.initial
        return self.mapping.statuses.to_task.get(str(word), word) if isinstance(word, str) else word


def _bare(cell: SheetCell) -> str:
    return "" if cell.value is None else str(formats.plain(cell))


def _iso(text: str) -> str:
    """A date's text as an edit event tells it: without its looks."""
    return _DAY.sub(lambda day: f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}", text)


def letters(column: int) -> str:
    """A column's number from 1 in letters."""
    return chr(64 + column) if column <= 26 else letters((column - 1) // 26) + letters((column - 1) % 26 + 1)
