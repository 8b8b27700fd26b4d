"""Rows and tabs as JSON for the disk, and back. A plain value is itself; a richer cell is an object.

Reads the files of earlier versions too: what they kept besides is left out.
"""

from dataclasses import replace

from msgspec import Struct, json

from bridge.local_google.sheet.cells import Cell, ErrorValue, Row
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot

_rows = json.Decoder(list[Cell | str | float | bool | None])


class Frame(Struct, frozen=True):
    """A book without its rows."""

    title: str
    tabs: tuple[Grid, ...]
    locale: str
    time_zone: str


_frames = json.Decoder(Frame)


def frame(now: Snapshot) -> Frame:
    """All of a book but its rows."""
    return Frame(now.title, tuple(replace(grid, rows=()) for grid in now.grids), now.locale, now.time_zone)


def text(kept: Frame | Row) -> str:
    """A frame, or a row cell by cell, as JSON."""
    return json.encode(kept if isinstance(kept, Frame) else [_plain(cell) for cell in kept]).decode()


def frame_from(kept: str) -> Frame:
    """The frame that `text` wrote."""
    return _frames.decode(kept)


def row_from(kept: str) -> Row:
    """The row that `text` wrote."""
    return tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in _rows.decode(kept))


def _plain(cell: Cell) -> object:
    value = cell.value
    return cell if isinstance(value, ErrorValue) or cell != Cell(value) else value
