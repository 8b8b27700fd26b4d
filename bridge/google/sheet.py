"""The sheet: its calls to Google, through gspread.

Reads cells with everything a decision needs (typed value, shown text, formula, date format) in one call, and writes
many rows in one call. Decides nothing; retries nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL
from gspread.utils import absolute_range_name, rowcol_to_a1

from bridge.config.model import SheetConfig
from bridge.core.text import likeness, storable
from bridge.core.values import Raw
from bridge.errors import Permanent, Rejected, Transient
from bridge.google import formatted, new_rows
from bridge.google.calls import Calls, Kind, Purpose
from bridge.google.client import Calling, Google
from bridge.google.new_rows import ANSWER, NewRows
from bridge.google.snapshot import FIELDS, Snapshot, parsed, parsed_update

MOST_RANGES = 40
"""More separate ranges than this are read as one span, since a URL has a limited length."""


@dataclass(frozen=True)
class RowWrite:
    """Cells to set in one row. ``id_cell`` is what the id column showed when the row was read; ``cells``: 0-based
    column → value; ``formats``: column → the number format that its cell gets, empty for none.
    """

    row: int
    id_column: int
    id_cell: Raw
    cells: Mapping[int, str | float | int | bool]
    formats: Mapping[int, str] = field(default_factory=dict)


class Unechoed:
    """Google's answer does not show the id cell after the write."""


UNECHOED = Unechoed()


class Sheet:
    """One tab of one spreadsheet. Each method is one or two API calls; ``calls`` counts them by kind for the pace."""

    def __init__(self, google: Google, sheet: SheetConfig) -> None:
        self.google = google
        self._id, self.tab = sheet.spreadsheet, sheet.tab
        self._sheet_id: int | None = None
        self.calls = Calls()

    def read(self, rows: Iterable[int] | None = None) -> Snapshot:
        """The header and these rows, or all rows; one read (more when the tab was renamed or lost rows)."""
        wanted = [None] if rows is None else ["1:1", *_spans(rows)]
        try:
            return self._read(wanted, "compare" if rows is None else "look")
        except Rejected:
            self._follow_renamed_tab()
        try:
            return self._read([None], "compare")
        except Rejected as error:
            raise Permanent(str(error)) from error

    def read_columns(self, first: int, last: int) -> Snapshot:
        """These columns (0-based) of every row, each row from ``first`` on; one read."""
        span = ":".join(rowcol_to_a1(1, column + 1).removesuffix("1") for column in (first, last))
        return self._read([span], "find")

    def write(self, writes: Sequence[RowWrite]) -> list[Raw | Unechoed]:
        """Set the cells, RAW and all at once; returns what each row's id cell shows now. One write.

        Each range spans the id cell with ``null``, which Google skips and echoes (GOOGLE.md section 4); where it does
        not echo, `UNECHOED`.
        """
        ranges = [self._range(write) for write in writes]
        formats = {
            (write.row - 1, column): form
            for write in writes
            for column, form in write.formats.items()
            if column in write.cells
        }
        try:
            with self._calling("write", "write"):
                responses = self._put_formatted(ranges, formats) if formats else self._put(ranges)
        except Rejected:
            before = self.tab
            self._follow_renamed_tab()
            if self.tab != before:
                raise Transient("the tab was renamed while it was written") from None
            raise
        return [_echoed_id(write, response) for write, response in zip(writes, responses, strict=False)] + [
            UNECHOED
        ] * (len(writes) - len(responses))

    def _put(self, ranges: formatted.Ranges) -> list[dict[str, Any]]:
        body = {
            "valueInputOption": "RAW",
            "includeValuesInResponse": True,
            "responseValueRenderOption": "UNFORMATTED_VALUE",
            "data": ranges,
        }
        reply = self.google.http.values_batch_update(self._id, body)
        return list(reply.get("responses", []))

    def _put_formatted(self, ranges: formatted.Ranges, formats: formatted.Formats) -> list[dict[str, Any]]:
        """The same, with number formats. gspread's ``batch_update`` takes no field mask."""
        if self._sheet_id is None:
            raise Transient("the tab has not been read yet")
        body, url = formatted.as_batch(ranges, formats, self._sheet_id), SPREADSHEET_BATCH_UPDATE_URL % self._id
        reply = self.google.http.request("post", url, params={"fields": formatted.FIELDS}, json=body)
        return formatted.as_responses(reply.json())

    def append(self, rows: NewRows) -> Snapshot:
        """New rows, all at once; returns the header as it stands then. One write.

        Not idempotent: before a repeat, look whether the rows are there. Text stays text.
        """
        if self._sheet_id is None:
            raise Transient("the tab has not been read yet")
        body = {
            "requests": new_rows.requests(rows, self._sheet_id),
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": [absolute_range_name(self.tab, "1:1")],
        }
        with self._calling("write", "append"):
            url = SPREADSHEET_BATCH_UPDATE_URL % self._id
            return parsed_update(self.google.http.request("post", url, params={"fields": ANSWER}, json=body).content)

    def _range(self, write: RowWrite) -> dict[str, Any]:
        first, last = _span(write)
        span = f"{rowcol_to_a1(write.row, first + 1)}:{rowcol_to_a1(write.row, last + 1)}"
        values = [write.cells.get(column) for column in range(first, last + 1)]
        return {"range": absolute_range_name(self.tab, span), "values": [values]}

    def _read(self, parts: Sequence[str | None], purpose: Purpose) -> Snapshot:
        """Read these parts of the tab (None: all). gspread's ``spreadsheets_get`` would make a dict of every cell."""
        ranges = [absolute_range_name(self.tab, part) for part in parts]
        asked: dict[str, Any] = {"ranges": ranges, "includeGridData": "true", "fields": FIELDS, "prettyPrint": "false"}
        with self._calling("read", purpose):
            answer = self.google.http.request("get", SPREADSHEET_URL % self._id, params=asked)
            snapshot = parsed(answer.content, whole=purpose == "compare")
        self._sheet_id = snapshot.sheet_id
        return snapshot

    def tabs(self) -> dict[int, str]:
        """Google's number of each tab → its name, from left to right; one read."""
        with self._calling("read", "tabs"):
            reply = self.google.http.spreadsheets_get(self._id, {"fields": "sheets(properties(sheetId,title))"})
        return {tab["properties"].get("sheetId", 0): tab["properties"]["title"] for tab in reply.get("sheets", [])}

    def _follow_renamed_tab(self) -> None:
        tabs = self.tabs()
        if self._sheet_id in tabs:
            self.tab = tabs[self._sheet_id]
        elif len(alike := [title for title in tabs.values() if likeness(title) == likeness(self.tab)]) == 1:
            self.tab = alike[0]
        elif self.tab not in tabs.values():
            raise Permanent(f"there is no tab '{self.tab}'; the spreadsheet has {', '.join(tabs.values())}")

    def _calling(self, kind: Kind, purpose: Purpose) -> Calling:
        return Calling(self.calls, kind, purpose, self.google.email)


def _echoed_id(write: RowWrite, response: Mapping[str, Any]) -> Raw | Unechoed:
    values = response.get("updatedData", {}).get("values", [])
    offset = write.id_column - _span(write)[0]
    if not values or offset >= len(values[0]):
        return UNECHOED
    echoed: Raw = values[0][offset]
    return (
        UNECHOED
        if echoed in {None, ""}
        else storable(echoed)
        if isinstance(echoed, str) and not echoed.isprintable()
        else echoed
    )


def _span(write: RowWrite) -> tuple[int, int]:
    columns = [write.id_column, *write.cells]
    return min(columns), max(columns)


def _spans(rows: Iterable[int]) -> list[str]:
    """Neighbouring rows as one span each: 2, 3, 4, 9 → 2:4, 9:9."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and row <= spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    if len(spans) > MOST_RANGES:
        spans = [[spans[0][0], spans[-1][1]]]
    return [f"{first}:{last}" for first, last in spans]
