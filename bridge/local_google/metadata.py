"""Developer metadata and named ranges: what is tied to a line or an area, and how it follows when lines come and go.

Row metadata stays with the *position* of its row when cells are sorted or pasted: nothing official says otherwise
(GOOGLE.md section 4). Pure records; finding them is for `filters`, asking for them for `metadata_requests`.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

from bridge.local_google.a1 import Area

Kind = Literal["ROW", "COLUMN", "SHEET", "SPREADSHEET"]
Visibility = Literal["DOCUMENT", "PROJECT"]
MOST_CHARACTERS = 30_000
"""Of keys and values together, per tab and for the book itself."""


@dataclass(frozen=True)
class Named:
    """A named range: an area that moves with its lines."""

    id: str
    name: str
    area: Area

    def as_json(self) -> dict[str, Any]:
        """NamedRange."""
        return {"namedRangeId": self.id, "name": self.name, "range": grid_range(self.area)}


@dataclass(frozen=True)
class Metadata:
    """One entry. ``sheet_id`` is None for one of the whole book; ``line`` only counts for a row or column, from 0."""

    id: int
    key: str
    value: str = ""
    visibility: Visibility = "DOCUMENT"
    kind: Kind = "SPREADSHEET"
    sheet_id: int | None = None
    line: int = 0

    @property
    def size(self) -> int:
        """What Google counts of it."""
        return len(self.key) + len(self.value)

    def inserted(self, kind: Kind, at: int, count: int) -> "Metadata":
        """The entry after lines were inserted before ``at``."""
        return replace(self, line=self.line + count) if self.kind == kind and self.line >= at else self

    def deleted(self, kind: Kind, start: int, end: int) -> "Metadata | None":
        """The entry after lines were deleted; None when its own is among them."""
        if self.kind != kind or self.line < start:
            return self
        return None if self.line < end else replace(self, line=self.line - (end - start))

    def as_json(self) -> dict[str, Any]:
        """DeveloperMetadata."""
        value = {"metadataValue": self.value} if self.value else {}
        where = {"location": self._location(), "visibility": self.visibility}
        return {"metadataId": self.id, "metadataKey": self.key} | value | where

    def _location(self) -> dict[str, Any]:
        if self.sheet_id is None:
            return {"locationType": self.kind, "spreadsheet": True}
        if self.kind == "SHEET":
            return {"locationType": self.kind, "sheetId": self.sheet_id}
        line = {"dimension": f"{self.kind}S", "startIndex": self.line, "endIndex": self.line + 1}
        return {"locationType": self.kind, "dimensionRange": {"sheetId": self.sheet_id} | line}


def grid_range(area: Area) -> dict[str, int]:
    """GridRange of an area."""
    return {
        "sheetId": area.sheet_id,
        "startRowIndex": area.top,
        "endRowIndex": area.bottom,
        "startColumnIndex": area.left,
        "endColumnIndex": area.right,
    }
