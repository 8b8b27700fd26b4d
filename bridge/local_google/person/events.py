"""What the sheet tells its scripts after a person did something (GOOGLE.md section 2)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    """One event for the triggers; rows and columns count from 1.

    ``edit`` carries the range; ``value`` and ``old_value`` are texts and only there when one cell was typed into
    (``value`` None: it was cleared; ``old_value`` None: it was empty). ``change`` carries no range, only a
    ``change_type``: EDIT, INSERT_ROW, REMOVE_ROW, INSERT_COLUMN, REMOVE_COLUMN, INSERT_GRID, REMOVE_GRID, FORMAT
    or OTHER.
    ``user``: who did it; None is the owner.
    """

    kind: Literal["edit", "change"]
    sheet_id: int
    change_type: str = "EDIT"
    row: int = 0
    column: int = 0
    nrows: int = 0
    ncols: int = 0
    value: str | None = None
    old_value: str | None = None
    user: str | None = None
