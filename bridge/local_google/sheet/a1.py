"""A1 notation and areas of a grid. Pure; does not know which tabs exist."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from bridge.local_google.errors import Invalid

MOST_PLACES = 1_000_000
Dimension = Literal["ROWS", "COLUMNS"]
_CELL = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9]\d{0,7})?")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*")


@dataclass(frozen=True)
class Area:
    """A rectangle on one tab: zero-based, half-open, always inside the grid it was made for."""

    sheet_id: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """How many rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """How many columns."""
        return self.right - self.left

    def sized(self, height: int, width: int) -> "Area":
        """As many rows and columns from the same first cell on."""
        return replace(self, bottom=self.top + height, right=self.left + width)

    @property
    def places(self) -> list[tuple[int, int]]:
        """Every cell, row by row; raises `Invalid` beyond a million."""
        if self.height * self.width > MOST_PLACES:
            raise Invalid(f"The local Google changes at most {MOST_PLACES} cells at once.")
        return [(row, column) for row in range(self.top, self.bottom) for column in range(self.left, self.right)]

    def covers(self, row: int, column: int) -> bool:
        """True when the cell lies inside."""
        return self.top <= row < self.bottom and self.left <= column < self.right

    def meets(self, other: "Area") -> bool:
        """True when both share a cell of one tab."""
        apart = self.bottom <= other.top or other.bottom <= self.top
        beside = self.right <= other.left or other.right <= self.left
        return self.sheet_id == other.sheet_id and not apart and not beside


@dataclass(frozen=True)
class Reference:
    """What an A1 text says before a grid is known; ``bottom`` or ``right`` None means "to the end of the grid"."""

    title: str | None = None
    top: int = 0
    left: int = 0
    bottom: int | None = None
    right: int | None = None


def column_name(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def quoted(title: str) -> str:
    """The tab's title as it stands before the ``!``: in quotes unless it is a plain word."""
    if _PLAIN_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def cells_text(top: int, left: int, bottom: int, right: int) -> str:
    """``B2:C4``, or ``B2`` for a single cell."""
    first, last = f"{column_name(left)}{top + 1}", f"{column_name(right - 1)}{bottom}"
    return first if first == last else f"{first}:{last}"


def area_text(title: str, area: Area) -> str:
    """``Leads!B2:C4``."""
    return f"{quoted(title)}!{cells_text(area.top, area.left, area.bottom, area.right)}"


def absolute(cells: str) -> str:
    """``f2:$F`` → ``$F$2:$F``."""
    return re.sub(r"\$?([A-Z]+|\d+)", r"$\1", cells.upper())


def split_title(text: str) -> tuple[str | None, str | None]:
    """``'My tab'!A1`` → (title, cells); either is None when it is not given."""
    if match := re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL):
        return match[1].replace("''", "'"), match[2]
    title, mark, cells = text.rpartition("!")
    return (title, cells) if mark else (None, text)


def is_single_cell(text: str) -> bool:
    """True for ``Leads!B2``: a write there may be larger than the range says."""
    cells = split_title(text)[1]
    match = _CELL.fullmatch(cells) if cells else None
    return bool(match and match[1] and match[2])


def parse(text: str) -> Reference:
    """Read ``A1``, ``A1:B2``, ``A:C``, ``1:3``, ``A2:C``, each with or without a tab; raises `Invalid`."""
    title, cells = split_title(text)
    if cells is None:
        return Reference(title)
    matches = [_CELL.fullmatch(corner) for corner in cells.split(":")]
    corners = [match for match in matches if match and (match[1] or match[2])]
    if (
        len(corners) != len(matches)
        or len(corners) > 2
        or (len(corners) == 1 and not (corners[0][1] and corners[0][2]))
    ):
        raise Invalid(f"Unable to parse range: {text}")
    top, bottom = _span([int(corner[2]) - 1 if corner[2] else None for corner in corners])
    left, right = _span([column_index(corner[1]) if corner[1] else None for corner in corners])
    return Reference(title, top, left, bottom, right)


def _span(ends: list[int | None]) -> tuple[int, int | None]:
    """Both ends of one dimension, in any order, as (start, end); an open end is None."""
    known = sorted(end for end in ends if end is not None)
    if not known:
        return 0, None
    return known[0], known[-1] + 1 if None not in ends else None
