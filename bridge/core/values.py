"""The types both sides share: values, cells, rows.

Leads use canonical values, so that equality *is* the echo test: a value read through the sheet's script, through
Google's API or from the task compares equal if it means the same.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["sheet", "task"]
Value = str | bool | None
"""Canonical: text without outer blanks, numbers as decimal text, dates as ISO text, checkboxes as bool, empty as
None.
"""
Fields = Mapping[str, Value]


@dataclass(frozen=True)
class Day:
    """A date in a cell, as the sheet's own calendar shows it; ``iso`` is ``YYYY-MM-DD``."""

    iso: str


@dataclass(frozen=True)
class Failed:
    """An error value in a cell; ``code`` is what it shows, such as ``#N/A``. A text that looks like one is a text."""

    code: str


Raw = str | float | bool | Day | Failed | None
Entered = str | float | bool | None
"""What stands in a cell as Google stores it: text, number or tick."""


@dataclass(frozen=True)
class Cell:
    """One cell as either channel delivers it: the typed value, the text a person sees, and whether a formula made
    it. ``format``: Google's name of its number format, such as DATE, TIME or TEXT; empty when it has none or it is
    unknown. ``options``: the only texts its dropdown takes; None when it takes anything. ``choice``: it has a dropdown.
    """

    value: Raw = None
    shown: str = ""
    formula: bool = False
    format: str = ""
    options: tuple[str, ...] | None = None
    choice: bool = False


EMPTY = Cell()
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Row:
    """One row of the sheet, read: its place, its lead id (None: no id yet), the canonical values of the columns found.

    ``refused`` holds a sentence for each field whose cell could not be read; such a field is not in ``values``.
    ``cells``: field → its cell, empty where the row ends before it. ``guarded``: fields whose cells the bridge may not
    change. ``blank``: no lead stands here (`bridge.core.mapping.SheetMapping.read_row`). ``fault``: an error of the
    bridge's own while it read a cell.
    """

    number: int
    lead_id: str | None
    values: Fields
    refused: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    guarded: Collection[str] = ()
    blank: bool = False
    fault: Exception | None = None

    @property
    def named_task(self) -> int | None:
        """The task that the row's own task_id cell names."""
        text = str(self.values.get("task_id") or "")
        return int(text) if text.isdecimal() and int(text) <= LARGEST_ID else None


class Refusal(Exception):
    """A cell value is invalid; the message says why, for the person who typed it."""
