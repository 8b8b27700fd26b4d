"""Where a browser shows a sheet or one of its rows: in Google's editor, or in the page's own sheet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.config.model import Config
from bridge.store.models import SheetHealth

EDITOR = "https://docs.google.com/spreadsheets/d/{}/edit"


class SheetLinks:
    """Addresses of sheets and rows. The number of a sheet's tab is known from the first read on."""

    def __init__(self, session: Session, config: Config) -> None:
        self._config = config
        self._tabs = {one.sheet: one.tab_id for one in session.execute(select(SheetHealth.sheet, SheetHealth.tab_id))}

    def address(self, sheet: str, row: int | None) -> str | None:
        """The address of this row, or (None) of the sheet; None for the page's own sheet, which is already visible."""
        tab = self._tabs.get(sheet)
        if self._config.local:
            return None if row is None else f"#row={row}" + ("" if tab is None else f"&gid={tab}")
        parts = ([] if tab is None else [f"gid={tab}"]) + ([] if row is None else [f"range=A{row}"])
        return EDITOR.format(self._config.sheets[sheet].spreadsheet) + ("#" + "&".join(parts) if parts else "")
