"""The requests of a batch for protected ranges: who may change an area. Pure: a snapshot in, one out."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.local_google.api.spreadsheet import protected_range
from bridge.local_google.api.wire import Done, GridRange, Int32, Wire
from bridge.local_google.errors import bad_field
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.grid import FAR, Protected
from bridge.local_google.sheet.protection import check_protection
from bridge.local_google.sheet.snapshot import Snapshot


class Editors(Wire):
    """Who may change a protected range."""

    users: Sequence[str] = ()
    groups: Sequence[str] = ()
    domain_users_can_edit: bool = False


class ProtectedRangeWire(Wire):
    """A protected range."""

    protected_range_id: Int32 | None = None
    range: GridRange | None = None
    description: str = ""
    warning_only: bool = False
    requesting_user_can_edit: bool | None = None
    editors: Editors = Editors()


class AddProtectedRange(Wire):
    """Protect an area; whoever protects it is one of its editors."""

    protected_range: ProtectedRangeWire

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it, and the range with its number."""
        wanted = self.protected_range
        if wanted.range is None:
            raise bad_field("protectedRange.range", "range must be set.")
        area, editors = _open(wanted.range, now), {*wanted.editors.users, *([caller] if caller else ())}
        guard = Protected(self._number(now), area, tuple(sorted(editors)), wanted.warning_only, wanted.description)
        after = now.changed(area.sheet_id, lambda grid: replace(grid, protected=(*grid.protected, guard)))
        return after, {"protectedRange": protected_range(guard, after.grid(area.sheet_id), caller)}

    def _number(self, now: Snapshot) -> int:
        taken = {one.id for grid in now.grids for one in grid.protected}
        number = self.protected_range.protected_range_id or max(taken, default=0) + 1
        if number in taken:
            raise bad_field("protectedRangeId", f"A protected range with id {number} already exists.")
        return number


class DeleteProtectedRange(Wire):
    """Take a protection away; only for its editors."""

    protected_range_id: Int32

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        guards = ((grid, one) for grid in now.grids for one in grid.protected if one.id == self.protected_range_id)
        grid, gone = next(guards, (None, None))
        if grid is None or gone is None:
            raise bad_field("protectedRangeId", f"No protected range with id: {self.protected_range_id}")
        check_protection(replace(grid, protected=(gone,)), [(gone.area.top, gone.area.left)], caller)
        kept = tuple(one for one in grid.protected if one is not gone)
        return now.changed(grid.sheet_id, lambda grid: replace(grid, protected=kept)), {}


def _open(where: GridRange, now: Snapshot) -> Area:
    """Open ends stay open: rows to come are protected too. Raises `Invalid` when it is upside down or outside."""
    bottom = FAR if where.end_row_index is None else where.end_row_index
    right = FAR if where.end_column_index is None else where.end_column_index
    return replace(where.area(now), bottom=bottom, right=right)
