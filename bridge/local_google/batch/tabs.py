"""The requests of a batch for tabs and for the book itself. Pure: a snapshot in, one out."""

import secrets
from dataclasses import replace
from typing import Any, Literal

from bridge.local_google.api import masks
from bridge.local_google.api.masks import Mask
from bridge.local_google.api.spreadsheet import sheet_properties
from bridge.local_google.api.wire import Done, Int32, Wire
from bridge.local_google.errors import bad_field
from bridge.local_google.sheet.grid import FAR, Grid
from bridge.local_google.sheet.protection import check_lines
from bridge.local_google.sheet.snapshot import Snapshot
from bridge.local_google.sheet.zones import zone

_BOOK_FIELDS = masks.parse("title,locale,timeZone")
_SIZES = {
    "rowCount": "row_count",
    "columnCount": "column_count",
    "frozenRowCount": "frozen_rows",
    "frozenColumnCount": "frozen_columns",
}
"""Google's names of a tab's sizes, and ours."""

_TAB_FIELDS = masks.parse(f"sheetId,title,index,hidden,gridProperties({','.join(_SIZES)})")


class GridProperties(Wire):
    """Size and frozen lines."""

    row_count: Int32 = 1000
    column_count: Int32 = 26
    frozen_row_count: Int32 = 0
    frozen_column_count: Int32 = 0

    def sizes(self, mask: Mask | None = None) -> dict[str, Any]:
        """Sizes as a grid names them: all, or those that are given and that the mask names."""
        given = self.model_dump(by_alias=True, exclude_unset=mask is not None)
        named = {name: count for name, count in given.items() if mask is None or masks.covers(mask, name)}
        return {_SIZES[name]: count for name, count in named.items()}


class SheetProperties(Wire):
    """What a tab is called, where it stands, how large it is."""

    sheet_id: Int32 | None = None
    title: str | None = None
    index: Int32 | None = None
    sheet_type: Literal["GRID"] = "GRID"
    hidden: bool = False
    grid_properties: GridProperties = GridProperties()


class BookProperties(Wire):
    """What the whole book is called, and where it is at home."""

    title: str = ""
    locale: str = ""
    time_zone: str = ""


class UpdateSpreadsheetProperties(Wire):
    """Change the book's properties that the mask names."""

    properties: BookProperties
    fields: str

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        mask = masks.parse(self.fields, _BOOK_FIELDS)
        names = {"title": "title", "locale": "locale", "time_zone": "timeZone"}
        changes = {name: text for name, text in self.properties if text and masks.covers(mask, names[name])}
        if "time_zone" in changes and zone(changes["time_zone"]) is None:
            raise bad_field("properties.timeZone", f"Unknown time zone: {changes['time_zone']}")
        return replace(now, **changes), {}


class AddSheet(Wire):
    """A new tab."""

    properties: SheetProperties = SheetProperties()

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it, and the tab's properties."""
        wanted = self.properties
        title, sizes = wanted.title or f"Sheet{len(now.grids) + 1}", wanted.grid_properties.sizes()
        return _with_tab(now, Grid(_id(wanted.sheet_id), title, hidden=wanted.hidden, **sizes), wanted.index)


class DuplicateSheet(Wire):
    """A copy of a tab: its cells, without what is tied to areas of it."""

    source_sheet_id: Int32 = 0
    insert_sheet_index: Int32 = 0
    new_sheet_id: Int32 | None = None
    new_sheet_name: str = ""

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it, and the copy's properties."""
        source = now.grid(self.source_sheet_id)
        title = self.new_sheet_name or f"Copy of {source.title}"
        copy = replace(source, sheet_id=_id(self.new_sheet_id), title=title, protected=())
        return _with_tab(now, copy, self.insert_sheet_index)


class DeleteSheet(Wire):
    """Remove a tab."""

    sheet_id: Int32 = 0

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        grid = now.grid(self.sheet_id)
        check_lines(grid, grid.area, caller)
        return now.without_tab(self.sheet_id), {}


class UpdateSheetProperties(Wire):
    """Change the properties of a tab that the mask names."""

    properties: SheetProperties
    fields: str

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        mask, wanted = masks.parse(self.fields, _TAB_FIELDS), self.properties
        before = now.grid(wanted.sheet_id or 0)
        grid = self._sized(self._named(now, before, mask), mask)
        after = now.changed(before.sheet_id, lambda _: grid)
        if masks.covers(mask, "index") and wanted.index is not None:
            # Google counts the new place before the tab is taken from its old one.
            after = after.with_tab_at(grid, wanted.index - (wanted.index > now.grids.index(before)))
        return after, {}

    def _named(self, now: Snapshot, grid: Grid, mask: Mask) -> Grid:
        wanted = self.properties
        if masks.covers(mask, "title") and "title" in wanted.model_fields_set:
            now.check_title(wanted.title or "", grid)
            grid = replace(grid, title=wanted.title or "")
        return replace(grid, hidden=wanted.hidden) if masks.covers(mask, "hidden") else grid

    def _sized(self, grid: Grid, mask: Mask) -> Grid:
        if not masks.covers(mask, "gridProperties"):
            return grid
        sizes = self.properties.grid_properties.sizes(mask.get("gridProperties", {}))
        rows, columns = sizes.get("row_count", grid.row_count), sizes.get("column_count", grid.column_count)
        return replace(_checked_size(grid.resized(rows, columns)), **sizes)


def _with_tab(now: Snapshot, grid: Grid, index: int | None) -> Done:
    after = now.with_new_tab(_checked_size(grid), index)
    return after, {"properties": sheet_properties(grid, after.grids.index(grid))}


def _checked_size(grid: Grid) -> Grid:
    if grid.row_count < 1 or grid.column_count < 1 or grid.row_count * grid.column_count > FAR:
        raise bad_field("gridProperties", f"A sheet cannot have {grid.row_count} rows and {grid.column_count} columns.")
    return grid


def _id(wanted: int | None) -> int:
    return secrets.randbelow(2**31 - 1) + 1 if wanted is None else wanted
