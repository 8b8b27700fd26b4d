"""The sheet as a page draws it: a whole tab, or only the rows that changed since the page last asked."""

from collections import deque
from typing import Any

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet import formats
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell, Row
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot

KEPT = 100
"""Past revisions that a page may still know; rows are shared, so each costs little."""


class Past:
    """The last revisions of a book. Thread-safe as far as the book's lock is held, which `on_change` does."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: deque[tuple[int, Snapshot]] = deque([(book.revision, book.now)], KEPT)
        book.on_change.append(lambda _, after: self._kept.append((book.revision, after)))

    def at(self, revision: int) -> Snapshot | None:
        """The book as it was at a revision; None when that is forgotten. A toast counts up and changes nothing."""
        with self._book.lock:
            return next((past for number, past in reversed(self._kept) if number <= revision), None)


def tab(now: Snapshot, title: str | None, sheet_id: int | None = None) -> Grid:
    """The tab with this title; raises `Invalid` when there is none. Without one the tab with this number, which may
    have been deleted meanwhile, else the first.
    """
    numbered = next((one for one in now.grids if one.sheet_id == sheet_id), None)
    if title is None and numbered is not None:
        return numbered
    found = now.grids[0] if title is None else now.titled(title)
    if found is None:
        raise Invalid(f"There is no tab {title!r}.")
    return found


def about(now: Snapshot, shown: Grid) -> dict[str, Any]:
    """All of a tab but its rows."""
    return {
        "title": now.title,
        "tab": shown.title,
        "sheet_id": shown.sheet_id,
        "tabs": [{"title": one.title, "sheet_id": one.sheet_id} for one in now.grids],
        "row_count": shown.row_count,
        "column_count": shown.column_count,
        "height": shown.last_row,
    }


def cells(before: Snapshot | None, now: Snapshot, shown: Grid) -> dict[str, Any]:
    """``rows``: every row down to the last one with a value; or ``changes``, ``[index, cells]`` of each row that is
    another one than ``before``, where that is known and will do.
    """
    old = next((one for one in before.grids if one.sheet_id == shown.sheet_id), None) if before else None
    kept = shown.rows[: shown.last_row]
    if before is None or old is None or before.locale != now.locale:
        return {"rows": [_row_json(now, shown, row) for row in kept]}
    was = old.rows
    changed = [(index, row) for index, row in enumerate(kept) if index >= len(was) or row is not was[index]]
    return {"changes": [[index, _row_json(now, shown, row)] for index, row in changed]}


def _row_json(now: Snapshot, shown: Grid, row: Row) -> list[dict[str, Any]]:
    return [_cell_json(now, cell) for cell in row[: shown.last_column]]


def _cell_json(now: Snapshot, cell: Cell) -> dict[str, Any]:
    answer: dict[str, Any] = {"shown": formats.shown(cell, now.locale)}
    if cell.formula is not None:
        answer["formula"] = cell.formula
    if cell.validation is not None:
        answer["options"] = list(now.options(cell.validation))
    return answer
