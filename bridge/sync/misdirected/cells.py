"""Cells that may show a write of ours which is not theirs. Nobody's word: they tell neither whose row it is nor what
its column holds.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.values import Cell, Row
from bridge.store.models import InFlightWrite, WriteState

Shown = tuple[bool, Any]
"""What a cell shows; True is not 1."""


class Misplaced:
    """What misdirected writes put into each lead's row, and what missing ones may have put into any."""

    def __init__(self, writes: Iterable[InFlightWrite]) -> None:
        self._anywhere: set[Shown] = set()
        self._in_row_of: dict[int, set[Shown]] = {}
        for write in writes:
            shown = (isinstance(write.entered, bool), write.entered)
            if write.state is WriteState.MISDIRECTED and write.entered is not None:
                self._in_row_of.setdefault(write.link_id, set()).add(shown)
            elif write.entered not in {None, ""}:
                self._anywhere.add(shown)

    def shown(self, cell: Cell | None, link_id: int | None = None) -> bool:
        """True when the cell, of the row of this link if it is known whose, shows one of them."""
        if cell is None or cell.formula:
            return False
        value = "" if cell.value is None else cell.value
        shown = (isinstance(value, bool), value)
        return shown in self._anywhere or shown in self._in_row_of.get(link_id or 0, ())

    def without(self, row: Row, link_id: int | None = None) -> dict[str, Any]:
        """The row's values but for those cells."""
        return {name: value for name, value in row.values.items() if not self.shown(row.cells.get(name), link_id)}


def misplaced(session: Session, sheet: str) -> Misplaced:
    """What may be in wrong cells of this sheet: all that has not been seen where it was meant to be."""
    unseen = InFlightWrite.sheet == sheet, InFlightWrite.state != WriteState.CONFIRMED
    return Misplaced(session.scalars(select(InFlightWrite).where(*unseen)))
