"""What cells hold after a person's gesture: typing, pasting, dragging, cutting, replacing. Pure; applies nothing.

A dragged formula is copied as it is: nothing here understands formulas.
"""

import math
import re
from collections.abc import Mapping, Sequence

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet import formats
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import EMPTY, Cell, ErrorValue
from bridge.local_google.sheet.entry import Given, entered
from bridge.local_google.sheet.grid import Grid, Place
from bridge.local_google.sheet.snapshot import Snapshot

CHOICES = ", "
"""Between the options chosen in a dropdown that takes several."""

Cells = dict[Place, Cell]
_COUNTS = re.compile(r"(?<!\d)\d{1,15}\Z")


def typed(grid: Grid, area: Area, values: Sequence[Sequence[Given]], locale: str) -> Cells:
    """The cells after values were typed or pasted from the area's first cell on; None leaves a cell."""
    return {
        (row, column): entered(given, grid.cell(row, column), locale)
        for row, line in enumerate(values, area.top)
        for column, given in enumerate(line, area.left)
        if given is not None
    }


def cleared(grid: Grid, area: Area) -> Cells:
    """The cells after Delete was pressed: formats, rules and notes stay."""
    return {place: grid.cell(*place).holding(None) for place in area.places}


def filled(grid: Grid, source: Area, target: Area) -> Cells:
    """The cells after the corner of ``source`` was dragged down over ``target``.

    A column of two or more numbers goes on as a series, one of texts that end in a number of at most 15 digits, as a
    sheet's numbers have, counts on, all else repeats.
    """
    if (target.left, target.right, target.top) != (source.left, source.right, source.bottom):
        raise Invalid("A fill goes straight down from the cells it starts with.")
    cells: Cells = {}
    for column in range(source.left, source.right):
        pattern = [grid.cell(row, column) for row in range(source.top, source.bottom)]
        for step, row in enumerate(range(target.top, target.bottom)):
            cells[row, column] = _continued(pattern, step).but(note="")
    return cells


def _continued(pattern: Sequence[Cell], step: int) -> Cell:
    cell = pattern[step % len(pattern)]
    numbers = [one.value for one in pattern if isinstance(one.value, float) and one.formula is None]
    if len(numbers) == len(pattern) > 1:
        number = numbers[-1] + (numbers[-1] - numbers[-2]) * (step + 1)
        return cell.holding(number if math.isfinite(number) else ErrorValue("#NUM!"))
    if isinstance(cell.value, str) and cell.formula is None and (end := _COUNTS.search(cell.value)):
        counted = int(end[0]) + step // len(pattern) + 1
        return cell.holding(f"{cell.value[: end.start()]}{counted:0{len(end[0])}d}")
    return cell


def cut(grid: Grid, source: Area, top: int, left: int) -> Cells:
    """The cells after ``source`` was cut and pasted at a place of the same tab: looks, rules and notes go along."""
    cells: Cells = dict.fromkeys(source.places, EMPTY)
    down, across = top - source.top, left - source.left
    return cells | {(row + down, column + across): grid.cell(row, column) for row, column in source.places}


def replaced(grid: Grid, area: Area, wanted: re.Pattern[str], by: str, locale: str) -> Cells:
    """The cells that show what is ``wanted``, after it was replaced; formulas are left alone."""
    cells = {}
    for place in area.places:
        cell = grid.cell(*place)
        shown = formats.shown(cell, locale)
        if cell.formula is None and wanted.search(shown):
            cells[place] = entered(wanted.sub(lambda _: by, shown), cell, locale)
    return cells


def check_rules(now: Snapshot, grid: Grid, cells: Mapping[Place, Cell]) -> None:
    """Raise `Invalid` when a strict rule rejects what was typed."""
    for (row, column), cell in cells.items():
        rule = grid.cell(row, column).validation
        if rule is None or not rule.strict or cell.value is None:
            continue
        allowed, shown = now.options(rule), formats.shown(cell, now.locale)
        if not set(shown.split(CHOICES) if rule.multiple else [shown]) <= set(allowed):
            raise Invalid(f"The cell in row {row + 1} takes only: {', '.join(allowed)}.")
