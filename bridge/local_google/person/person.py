"""What a person does at the sheet: type, paste, choose, fill, cut, sort, move lines, undo — and what that fires.

The book has changed, on disk, before any event is told. Which event follows which action is GOOGLE.md section 2; where
that is unknown, a switch of `Trouble` says. Never fires for what the API or a script writes. It is longer than other
modules because it has a method for each thing that a person can do.
"""

import functools
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Concatenate, Literal, ParamSpec

from bridge.local_google.api.trouble import Trouble
from bridge.local_google.errors import Invalid
from bridge.local_google.person import clipboard, gestures, line_steps, telling
from bridge.local_google.person.events import Event
from bridge.local_google.person.history import History
from bridge.local_google.person.line_steps import Action
from bridge.local_google.person.steps import Put, Rename, Step
from bridge.local_google.person.telling import edited
from bridge.local_google.sheet import tables
from bridge.local_google.sheet.a1 import Area, Dimension
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Run, Validation
from bridge.local_google.sheet.entry import Given, raw
from bridge.local_google.sheet.grid import Grid, Table

Listener = Callable[[Event], None]
Done = tuple[int, Sequence[Event]]
"""The book's revision after an action, and what is to be told."""

Asked = ParamSpec("Asked")


def _action(act: Callable[Concatenate["Person", Asked], Done]) -> Callable[Concatenate["Person", Asked], int]:
    """One action of a person at a time, until its events are told: they come in the order of what happened.

    Nothing changes in the book while it acts; the book is free again when the events are told. Returns the revision.
    """

    @functools.wraps(act)
    def waits(self: "Person", /, *args: Asked.args, **kwargs: Asked.kwargs) -> int:
        with self.alone:
            with self.book.lock:
                revision, events = act(self, *args, **kwargs)
            self._tell(events)
            return revision

    return waits


class Person:
    """Someone at the sheet: its owner, or with an ``email`` a `colleague`, whom protected ranges stop.

    Each has an undo of their own. Listeners must only take note: they run before the answer.
    """

    def __init__(self, book: Book, trouble: Trouble, email: str | None = None) -> None:
        self.on_event: list[Listener] = []
        self.alone = threading.RLock()
        self.book, self._email, self._trouble = book, email, trouble
        self._history = History(book, email)

    def colleague(self, email: str) -> "Person":
        """Another editor of the same sheet; the same listeners hear what they do."""
        other = Person(self.book, self._trouble, email)
        other.on_event = self.on_event
        return other

    @_action
    def edit(self, range: str, values: Sequence[Sequence[Given]], *, pasted: bool = False) -> Done:
        """Type into a cell, or put a block from the range's first cell on; null leaves a cell, ``""`` clears it.

        The grid grows where the block needs it. Raises `Invalid` when a typed value breaks a strict rule; a paste may.
        """
        return self._typed(range, values, pasted=pasted)

    @_action
    def paste(self, range: str, text: str) -> Done:
        """Paste what a clipboard holds from the first cell on; a range that takes it several times is filled."""
        _, area = self._at(range)
        values = clipboard.tiled(clipboard.block(text), area.height, area.width)
        return self._typed(range, values, pasted=True)

    @_action
    def tick(self, range: str) -> Done:
        """Click a checkbox; raises `Invalid` when there is none."""
        grid, area = self._at(range)
        cell = grid.cell(area.top, area.left)
        if cell.validation is None or cell.validation.kind != "BOOLEAN":
            raise Invalid(f"There is no checkbox in {range}.")
        return self._typed(range, [[cell.value is not True]])

    @_action
    def dropdown(self, range: str, options: Sequence[str] = (), source: str = "", *, multiple: bool = False) -> Done:
        """Give cells a strict dropdown of these options, or of those that ``source`` lists, such as ``Lists!A2:A``."""
        grid, area = self._at(range)
        listed = self.book.now.listed(area.sheet_id, source) if source else None
        rule = Validation("ONE_OF_RANGE" if source else "ONE_OF_LIST", tuple(options), True, listed, multiple)
        step = Put({at: grid.cell(*at).but(validation=rule) for at in area.places})
        return self._do(grid, step, Event("change", area.sheet_id, self._trouble.unknown_change))

    @_action
    def choose(self, range: str, options: Sequence[str]) -> Done:
        """Click options of a dropdown, several only where it takes several; raises `Invalid` when there is none."""
        grid, area = self._at(range)
        rule = grid.cell(area.top, area.left).validation
        if rule is None or rule.kind == "BOOLEAN" or (len(options) != 1 and not rule.multiple):
            raise Invalid(f"There is no dropdown for that in {range}.")
        return self._typed(range, [[gestures.CHOICES.join(options)]])

    @_action
    def mention(self, range: str, email: str) -> Done:
        """Type @ and pick a person: a chip, which reads as its text (the address: no names are known here)."""
        grid, area = self._at(range)
        chip = raw(email, grid.cell(area.top, area.left)).but(runs=(Run(email, email),))
        cells = {(area.top, area.left): chip}
        event = telling.of_one_cell(area.sized(1, 1), grid, cells)
        return self._do(grid, Put(cells), event, Event("change", area.sheet_id))

    @_action
    def convert(self, range: str, name: str, *, footer: bool = False) -> Done:
        """Convert a range, its header first, to a table; cannot be undone here."""
        _, area = self._at(range)
        table = tables.shaped(Table(secrets.token_hex(5), name, area), area, footer=footer)
        revision = self.book.change(lambda now: tables.put(now, table))
        return revision, [Event("change", area.sheet_id, self._trouble.unknown_change)]

    @_action
    def clear(self, range: str) -> Done:
        """Press Delete on a range; one cell is the same as typing nothing into it."""
        grid, area = self._at(range)
        if len(area.places) == 1:
            return self._typed(range, [[""]])
        return self._do(grid, Put(gestures.cleared(grid, area)), edited(area), Event("change", area.sheet_id))

    @_action
    def fill(self, range: str, down_to: int) -> Done:
        """Drag the corner of a range down to a row (from 1)."""
        grid, source = self._at(range)
        target = replace(source, top=source.bottom, bottom=down_to)
        if not source.bottom < down_to <= grid.row_count:
            raise Invalid(f"{range} cannot be dragged down to row {down_to}.")
        step = Put(gestures.filled(grid, source, target))
        return self._do(grid, step, edited(target), Event("change", target.sheet_id))

    @_action
    def cut(self, range: str, to: str) -> Done:
        """Cut a range and paste it from the first cell of ``to`` on; whether the source tells of itself is unknown."""
        (grid, source), (_, first) = self._at(range), self._at(to)
        if first.sheet_id != source.sheet_id:
            raise Invalid("Cells are cut and pasted on one tab here.")
        target = first.sized(source.height, source.width)
        left = [edited(source)] if self._trouble.cut_fires_source else []
        step = Put(gestures.cut(grid, source, target.top, target.left))
        return self._do(grid, step, *left, edited(target), Event("change", grid.sheet_id))

    @_action
    def replace(self, range: str, find: str, by: str) -> Done:
        """Find and replace all; whether that is an edit, and of what, is unknown."""
        if not find:
            raise Invalid("There is nothing to look for.")
        grid, area = self._at(range)
        wanted = re.compile(re.escape(find), re.IGNORECASE)
        cells = gestures.replaced(grid, area, wanted, by, self.book.now.locale)
        edits = [edited(telling.around(grid, cells))] if cells and self._trouble.replace_fires_edit else []
        return self._do(grid, Put(cells), *edits, Event("change", area.sheet_id, self._trouble.unknown_change))

    @_action
    def sort(self, range: str, column: int, *, ascending: bool = True) -> Done:
        """Sort the rows of a range by a column of the sheet (from 1)."""
        grid, area = self._at(range)
        if not area.left < column <= area.right:
            raise Invalid(f"Column {column} is not in {range}.")
        edits = [edited(area)] if self._trouble.sort_fires_edit else []
        step = Put(grid.sorted_cells(area, [(column - 1, ascending)]))
        return self._do(grid, step, *edits, Event("change", area.sheet_id, self._trouble.unknown_change))

    @_action
    def lines(
        self, action: Action, tab: str | int, first: int, dimension: Dimension = "ROWS", count: int = 1, before: int = 0
    ) -> Done:
        """Insert rows or columns before ``first``, delete them from there on, or drag them before ``before``.

        New ones look like the one that stood there; no edit event says which are gone.
        """
        grid = self._tab(tab)
        if action == "insert":
            return self._do_lines(grid, line_steps.insert(self.book.now, grid, dimension, first, count))
        if action == "delete":
            return self._do_lines(grid, line_steps.delete(grid, dimension, first, count))
        return self._do_lines(grid, line_steps.move(grid, dimension, first, count, before))

    def insert_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """New rows before ``row``."""
        return self.lines("insert", tab, row, count=count)

    def delete_rows(self, tab: str | int, row: int, count: int = 1) -> int:
        """Rows from ``row`` on disappear."""
        return self.lines("delete", tab, row, count=count)

    @_action
    def rename(self, tab: str | int, title: str) -> Done:
        """Give a tab another title."""
        grid = self._tab(tab)
        self.book.now.check_title(title, grid)
        return self._do_lines(grid, Rename(title))

    def tabs(self, action: Literal["add", "delete"], tab: str | int = "") -> int:
        """Add a tab at the end, or delete one."""
        return self.add_tab() if action == "add" else self.delete_tab(tab)

    @_action
    def add_tab(self) -> Done:
        """A new tab at the end, called ``Sheet2`` or the next that is free; cannot be undone here."""
        taken = {grid.title for grid in self.book.now.grids}
        title = next(f"Sheet{n}" for n in range(len(taken) + 1, 2 * len(taken) + 3) if f"Sheet{n}" not in taken)
        added = self.book.add_tab(title).sheet_id
        return self.book.revision, [Event("change", added, "INSERT_GRID")]

    @_action
    def delete_tab(self, tab: str | int) -> Done:
        """Remove a tab with all it holds; the last one stays. Cannot be undone here."""
        gone = self._tab(tab).sheet_id
        self.book.delete_tab(gone)
        return self.book.revision, [Event("change", gone, "REMOVE_GRID")]

    @_action
    def undo(self) -> Done:
        """Take the last action back; raises `Invalid` when there is none."""
        done = self._history.undo()
        return done.revision, telling.of_step(done.step, done.grid, self._trouble, again=True)

    @_action
    def redo(self) -> Done:
        """Do again what was taken back; raises `Invalid` when there is nothing."""
        done = self._history.redo()
        return done.revision, telling.of_step(done.step, done.grid, self._trouble, again=True)

    def api_wrote(self, sheet_id: int) -> None:
        """Fire a change event for an API write where the switch says that Google does."""
        if self._trouble.api_fires_change:
            self._tell([Event("change", sheet_id)])

    def _typed(self, where: str, values: Sequence[Sequence[Given]], *, pasted: bool = False) -> Done:
        height, width = len(values), max(map(len, values), default=0)
        if not width:
            raise Invalid("There are no values to put in.")
        grid, start = self._at(where)
        area = start.sized(height, width)
        cells = gestures.typed(grid, area, values, self.book.now.locale)
        if not pasted:
            gestures.check_rules(self.book.now, grid, cells)
        alone = (height, width) == (1, 1) and not pasted
        event = telling.of_one_cell(area, grid, cells) if alone else edited(area)
        return self._do(grid, Put(cells), event, Event("change", area.sheet_id))

    def _do(self, grid: Grid, step: Step, *events: Event) -> Done:
        return self._history.act(grid, step), events

    def _do_lines(self, grid: Grid, step: Step) -> Done:
        revision = self._history.act(grid, step)
        return revision, telling.of_step(step, self.book.now.grid(grid.sheet_id), self._trouble)

    def _at(self, where: str) -> tuple[Grid, Area]:
        area = self.book.now.resolve(where)
        return self.book.now.grid(area.sheet_id), area

    def _tab(self, tab: str | int) -> Grid:
        found = self.book.tab(tab)
        if found is None:
            raise Invalid(f"There is no tab {tab!r}.")
        return found.grid

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            for listener in self.on_event:
                listener(replace(event, user=self._email))
