"""What a clipboard holds, as a block of cells: spreadsheets separate cells by tabs, CSV files by commas."""

import csv
import io
from collections.abc import Sequence
from typing import TypeVar

from bridge.local_google.errors import Invalid

Block = list[list[str]]
Content = TypeVar("Content")

csv.field_size_limit(2**31 - 1)  # a cell's own limit is told where cells are


def block(text: str) -> Block:
    """Rows of equal length; raises `Invalid` when there are none. A cell in quotes may hold tabs, commas and lines.

    Commas separate only where there is no tab and every one of several lines has equally many: names have commas too.
    """
    rows = _rows(text, csv.excel_tab)
    if len(rows) > 1 and not any(len(row) > 1 for row in rows):
        by_commas = _rows(text, csv.excel)
        if len(by_commas) > 1 and {len(row) for row in by_commas} == {len(by_commas[0])}:
            rows = by_commas
    width = max(map(len, rows), default=0)
    if not width:
        raise Invalid("The clipboard holds no text.")
    return [row + [""] * (width - len(row)) for row in rows]


def tiled(cells: Sequence[Sequence[Content]], height: int, width: int) -> list[list[Content]]:
    """The block once, or as often as a selection of this size takes it without a rest."""
    down, across = height // len(cells), width // len(cells[0])
    if height % len(cells) or width % len(cells[0]):
        down = across = 1
    return [list(row) * across for row in cells] * down


def _rows(text: str, dialect: type[csv.Dialect]) -> Block:
    return list(csv.reader(io.StringIO(text, newline=""), dialect))
