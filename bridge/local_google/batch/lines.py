"""The requests of a batch for whole rows and columns: they come, go and move. Pure: a snapshot in, one out."""

from bridge.local_google.api.wire import Done, Int32, Wire
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet.a1 import Dimension
from bridge.local_google.sheet.cells import blank_like
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.protection import check_lines
from bridge.local_google.sheet.snapshot import Snapshot


class DimensionRange(Wire):
    """Some rows or columns."""

    sheet_id: Int32 = 0
    dimension: Dimension
    start_index: Int32 = 0
    end_index: Int32 | None = None

    def lines(self, now: Snapshot, *, growing: bool = False) -> tuple[Grid, int, int]:
        """The tab, the first line and the one behind the last; raises `Invalid` where there are none such."""
        grid = now.grid(self.sheet_id)
        count = grid.size(self.dimension)
        start, end = self.start_index, count if self.end_index is None else self.end_index
        if not 0 <= start < end or start > count or (not growing and end > count):
            named = f"There are only {count} {self.dimension.lower()}"
            raise bad_field("range", f"{named}; {start} to {end} was asked for.")
        return grid, start, end


class InsertDimension(Wire):
    """New lines; ``inherit_from_before``: they look like the line before, else like the one after."""

    range: DimensionRange
    inherit_from_before: bool = False

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        grid, start, end = self.range.lines(now, growing=True)
        dimension, look = self.range.dimension, start - 1 if self.inherit_from_before else start
        now.check_room(grid, **{dimension.lower(): end - start})
        like = blank_like(grid.line(dimension, look)) if look >= 0 else ()
        return now.changed(grid.sheet_id, lambda grid: grid.inserted(dimension, start, [like] * (end - start))), {}


class AppendDimension(Wire):
    """New lines at the end."""

    sheet_id: Int32 = 0
    dimension: Dimension
    length: Int32

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        if self.length < 1:
            raise bad_field("length", "length must be positive")
        rows, columns = (self.length, 0) if self.dimension == "ROWS" else (0, self.length)
        now.check_room(now.grid(self.sheet_id), rows, columns)
        return now.changed(self.sheet_id, lambda one: one.grown(one.row_count + rows, one.column_count + columns)), {}


class DeleteDimension(Wire):
    """Lines disappear, but never all of them."""

    range: DimensionRange

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        grid, start, end = self.range.lines(now)
        dimension = self.range.dimension
        if end - start >= grid.size(dimension):
            raise Invalid(f"You can't delete all the {dimension.lower()} on the sheet.")
        check_lines(grid, grid.lines(dimension, start, end - start), caller)
        return now.changed(grid.sheet_id, lambda grid: grid.deleted(dimension, start, end)), {}


class MoveDimension(Wire):
    """Lines move before the line ``destination_index``, as counted before they move."""

    source: DimensionRange
    destination_index: Int32 = 0

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        grid, start, end = self.source.lines(now)
        dimension, to = self.source.dimension, self.destination_index
        if not 0 <= to <= grid.size(dimension) or start < to < end:
            raise bad_field("destinationIndex", f"{dimension.capitalize()} {start} to {end} cannot be moved to {to}.")
        check_lines(grid, grid.lines(dimension, start, end - start), caller)
        return now.changed(grid.sheet_id, lambda grid: grid.moved(dimension, start, end, to)), {}
