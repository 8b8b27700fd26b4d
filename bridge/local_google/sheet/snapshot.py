"""The whole book at one moment, frozen: tabs, title, locale, time zone. Finds tabs and ranges; changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet import a1, formats
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import Validation
from bridge.local_google.sheet.grid import Grid

MOST_CELLS = 10_000_000


@dataclass(frozen=True)
class Snapshot:
    """A book at one moment. Every change makes another one."""

    title: str
    grids: tuple[Grid, ...]
    locale: str = "en_GB"
    time_zone: str = "Etc/GMT"

    def grid(self, sheet_id: int) -> Grid:
        """The tab with this id; raises `Invalid`."""
        for grid in self.grids:
            if grid.sheet_id == sheet_id:
                return grid
        raise Invalid(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Grid | None:
        """The tab with this title, whatever its case."""
        return next((grid for grid in self.grids if grid.title.casefold() == title.casefold()), None)

    def resolve(self, text: str) -> Area:
        """An A1 range or a tab's title, clipped to the grid; without a tab it is on the first one that is visible.

        ``A1`` is always a cell, even where a tab is called so.
        """
        grid = None if a1.is_single_cell(text) else self.titled(text)
        if grid is not None:
            return grid.area
        reference = a1.parse(text)
        visible = next((one for one in self.grids if not one.hidden), self.grids[0])
        grid = visible if reference.title is None else self.titled(reference.title)
        if grid is None:
            raise Invalid(f"Unable to parse range: {text}")
        if reference.top >= grid.row_count or reference.left >= grid.column_count:
            raise beyond_grid(grid, text)
        bottom = min(reference.bottom or grid.row_count, grid.row_count)
        right = min(reference.right or grid.column_count, grid.column_count)
        return Area(grid.sheet_id, reference.top, reference.left, bottom, right)

    def text(self, area: Area) -> str:
        """The area in A1 notation, with its tab."""
        return a1.area_text(self.grid(area.sheet_id).title, area)

    def listed(self, sheet_id: int, text: str) -> tuple[int, str]:
        """The tab and the cells of ``=Lists!A2:A`` for a rule on this tab, absolute as Google keeps them."""
        title, cells = a1.split_title(text.removeprefix("="))
        grid = self.grid(sheet_id) if title is None else self.titled(title)
        if grid is None or cells is None:
            raise Invalid(f"Unable to parse range: {text}")
        self.resolve(f"{a1.quoted(grid.title)}!{cells}")
        return grid.sheet_id, a1.absolute(cells)

    def source(self, rule: Validation) -> str:
        """The range that lists a rule's options, such as ``Lists!$A$2:$A``; ``""`` when there is none (any more)."""
        grid = next((one for one in self.grids if rule.source and one.sheet_id == rule.source[0]), None)
        return f"{a1.quoted(grid.title)}!{rule.source[1]}" if grid and rule.source else ""

    def options(self, rule: Validation) -> tuple[str, ...]:
        """The texts that a rule takes. The range of ONE_OF_RANGE stays where it is when rows move."""
        if rule.kind != "ONE_OF_RANGE":
            return rule.options or ("TRUE", "FALSE")
        try:
            area = self.resolve(self.source(rule))
        except Invalid:
            return ()
        listed = (
            cell
            for row in self.grid(area.sheet_id).rows[area.top : area.bottom]
            for cell in row[area.left : area.right]
        )
        return tuple(text for cell in listed if (text := formats.shown(cell, self.locale)))

    def changed(self, sheet_id: int, change: Callable[[Grid], Grid]) -> "Snapshot":
        """The book with one tab changed; the very same book when the tab stays as it is."""
        before = self.grid(sheet_id)
        after = change(before)
        if after is before:
            return self
        return replace(self, grids=tuple(after if grid is before else grid for grid in self.grids))._checked()

    def with_new_tab(self, grid: Grid) -> "Snapshot":
        """The book with another tab at the end; raises `Invalid` when its title is taken."""
        self.check_title(grid.title)
        return replace(self, grids=(*self.grids, grid))._checked()

    def check_room(self, grid: Grid, rows: int = 0, columns: int = 0) -> None:
        """Raise `Invalid` when so many more rows or columns of this tab were too many cells (GOOGLE.md section 5)."""
        others = sum(one.row_count * one.column_count for one in self.grids if one is not grid)
        if others + (grid.row_count + rows) * (grid.column_count + columns) > MOST_CELLS:
            raise Invalid(f"This action would increase the number of cells above the limit of {MOST_CELLS} cells.")

    def _checked(self) -> "Snapshot":
        self.check_room(self.grids[0])
        return self

    def without_tab(self, sheet_id: int) -> "Snapshot":
        """The book without this tab; the last one stays."""
        gone = self.grid(sheet_id)
        if len(self.grids) == 1:
            raise Invalid("You can't remove all the sheets in a document.")
        return replace(self, grids=tuple(grid for grid in self.grids if grid is not gone))

    def check_title(self, title: str, mine: Grid | None = None) -> None:
        """Raise `Invalid` when a tab other than ``mine`` has this title."""
        other = self.titled(title)
        if not title.strip():
            raise bad_field("title", "A sheet needs a name.")
        if other is not None and (mine is None or other.sheet_id != mine.sheet_id):
            raise bad_field("title", f'A sheet with the name "{title}" already exists. Please enter another name.')


def beyond_grid(grid: Grid, text: str) -> Invalid:
    """Google's words for a range outside the grid."""
    return Invalid(f"Range ({text}) exceeds grid limits. Max rows: {grid.row_count}, max columns: {grid.column_count}")
