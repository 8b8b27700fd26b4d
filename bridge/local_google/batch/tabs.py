"""The request of a batch for a tab: its title, and whether it is hidden. Pure: a snapshot in, one out."""

from dataclasses import replace

from bridge.local_google.api import masks
from bridge.local_google.api.wire import Done, Int32, Wire
from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.snapshot import Snapshot

_FIELDS = masks.parse("title,hidden")


class SheetProperties(Wire):
    """What a tab is called, and whether it is hidden."""

    sheet_id: Int32 = 0
    title: str | None = None
    hidden: bool = False


class UpdateSheetProperties(Wire):
    """Change the properties of a tab that the mask names."""

    properties: SheetProperties
    fields: str

    def applied(self, now: Snapshot, _caller: str | None) -> Done:
        """The book after it."""
        mask, wanted = masks.parse(self.fields, _FIELDS), self.properties
        grid = now.grid(wanted.sheet_id)
        title, hidden = grid.title, grid.hidden
        if masks.covers(mask, "title") and wanted.title is not None:
            title = wanted.title
            now.check_title(title, grid)
        if masks.covers(mask, "hidden"):
            hidden = wanted.hidden
        after = now.changed(grid.sheet_id, lambda grid: replace(grid, title=title, hidden=hidden))
        if all(one.hidden for one in after.grids):
            raise Invalid("You can't hide all the sheets in a document.")
        return after, {}
