"""Where a browser shows a sheet or one of its rows: in Google's editor, or in the page's own sheet. Asks no Google."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.config.model import Config
from bridge.store.models import SheetQueue

ADDRESS = "https://docs.google.com/spreadsheets/d/{}/edit"


def tabs(session: Session) -> dict[str, int | None]:
    """sheet key → Google's number of its tab; None until the first look at it."""
    return {key: tab for key, tab in session.execute(select(SheetQueue.sheet, SheetQueue.tab_id))}  # noqa: C416 - a row is no pair


def place(config: Config, key: str, tab: int | None, row: int | None) -> str | None:
    """The address of this row, or (None) of the sheet; None for the page's own sheet, which is in sight already."""
    if config.local:
        return None if row is None else f"#row={row}" + ("" if tab is None else f"&gid={tab}")
    parts = ([] if tab is None else [f"gid={tab}"]) + ([] if row is None else [f"range=A{row}"])
    return ADDRESS.format(config.sheets[key].spreadsheet) + ("#" + "&".join(parts) if parts else "")
