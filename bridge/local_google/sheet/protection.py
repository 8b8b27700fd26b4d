"""Protected ranges: only their editors and the owner (None here) may change them."""

from collections.abc import Collection
from dataclasses import replace

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.grid import Grid, Place


def check_protection(grid: Grid, places: Collection[Place], caller: str | None) -> None:
    """Raise Google's 400 when the caller may not change one of these places; the whole batch fails with it."""
    for guard in grid.protected:
        if caller is None or guard.warning_only or caller in guard.editors:
            continue
        if any(guard.area.covers(*place) for place in places):
            raise Invalid(
                "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove "
                "protection if you need to edit."
            )


def check_lines(grid: Grid, area: Area, caller: str | None) -> None:
    """Lines that cross a protected range may only be deleted by its editors."""
    for one in grid.protected:
        top, left = max(area.top, one.area.top), max(area.left, one.area.left)
        check_protection(replace(grid, protected=(one,)), [(top, left)] if area.covers(top, left) else [], caller)
