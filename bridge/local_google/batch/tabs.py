"""The requests of a batch for a tab: a new one; its title, its size, and whether it is hidden. Pure."""

from dataclasses import replace
from typing import Literal

from bridge.local_google.api import masks
from bridge.local_google.api.masks import Mask
from bridge.local_google.api.spreadsheet import sheet_properties
from bridge.local_google.api.wire import Done, Int32, Wire
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import MOST_CELLS, Snapshot

_FIELDS = masks.parse("title,hidden,gridProperties(rowCount,columnCount)")


class GridProperties(Wire):
    """How large a tab is."""

    row_count: Int32 | None = None
    column_count: Int32 | None = None

    def sized(self, grid: Grid, mask: Mask) -> Grid:
        """The tab with the sizes that are given and that the mask names; what lies beyond is gone."""
        rows, columns = grid.row_count, grid.column_count
        if masks.covers(mask, "gridProperties.rowCount") and self.row_count is not None:
            rows = self.row_count
        if masks.covers(mask, "gridProperties.columnCount") and self.column_count is not None:
            columns = self.column_count
        if rows < 1 or columns < 1 or rows * columns > MOST_CELLS:
            raise bad_field("gridProperties", f"A sheet cannot have {rows} rows and {columns} columns.")
        if rows < grid.row_count:
            grid = grid.deleted("ROWS", rows, grid.row_count)
        if columns < grid.column_count:
            grid = grid.deleted("COLUMNS", columns, grid.column_count)
        return grid.grown(rows, columns)


class SheetProperties(Wire):
    """What a tab is called, how large it is, and whether it is hidden."""

    sheet_id: Int32 = 0
    title: str | None = None
    hidden: bool = False
    sheet_type: Literal["GRID"] = "GRID"
    grid_properties: GridProperties = GridProperties()


class AddSheet(Wire):
    """A new tab at the end."""

    properties: SheetProperties = SheetProperties()

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it, and the tab's properties."""
        wanted, number = self.properties, len(now.grids) + 1
        sheet_id = wanted.sheet_id or 1 + max(grid.sheet_id for grid in now.grids)
        if any(grid.sheet_id == sheet_id for grid in now.grids):
            raise bad_field("properties.sheetId", f"A sheet with the id {sheet_id} already exists.")
        title = f"Sheet{number}" if wanted.title is None else wanted.title
        grid = wanted.grid_properties.sized(Grid(sheet_id, title, hidden=wanted.hidden), {})
        return now.with_new_tab(grid), {"properties": sheet_properties(grid, number - 1)}


class UpdateSheetProperties(Wire):
    """Change the properties of a tab that the mask names."""

    properties: SheetProperties
    fields: str

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        mask, wanted = masks.parse(self.fields, _FIELDS), self.properties
        grid = now.grid(wanted.sheet_id)
        title, hidden, sized = grid.title, grid.hidden, wanted.grid_properties.sized(grid, mask)
        if masks.covers(mask, "title") and wanted.title is not None:
            title = wanted.title
            now.check_title(title, grid)
        if masks.covers(mask, "hidden"):
            hidden = wanted.hidden
        after = now.changed(grid.sheet_id, lambda _: replace(sized, title=title, hidden=hidden))
        if all(one.hidden for one in after.grids):
            raise Invalid("You can't hide all the sheets in a document.")
        return after, {}
