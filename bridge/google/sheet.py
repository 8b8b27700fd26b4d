"""The sheet: its calls to Google, through gspread.

Reads cells with everything a decision needs (typed value, shown text, formula, date format) in one call, and writes
many rows in one call. Decides nothing; retries nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gspread.urls import SPREADSHEET_BATCH_UPDATE_URL, SPREADSHEET_URL
from gspread.utils import absolute_range_name, rowcol_to_a1

from bridge.config.model import SheetConfig
from bridge.core.text import likeness, storable
from bridge.core.values import Raw
from bridge.errors import Permanent, Rejected, Transient
from bridge.google import formatted, new_rows, wire
from bridge.google.calls import Calls, Kind, Purpose
from bridge.google.client import Calling, Google
from bridge.google.dropdowns import RangeOptions
from bridge.google.new_rows import ANSWER, NewRows
from bridge.google.snapshot import Snapshot, parsed, parsed_update, text_of

MOST_RANGES = 40
"""More separate ranges than this are read as one span, since a URL has a limited length."""


class Unechoed:
    """Google's answer does not show the cells that the write left alone."""


UNECHOED = Unechoed()


@dataclass(frozen=True)
class RowWrite:
    """Cells to set in one row. ``id_cell`` is what the id column showed when the row was read; ``cells``: 0-based
    column → value; ``formats``: column → the number format that its cell gets, empty for none. ``header``: the first
    row as it was read, to be held against what it is when the cells are set. ``typed``: the cells hold formulas, which
    are entered as a person does.
    """

    row: int
    id_column: int
    id_cell: Raw
    cells: Mapping[int, str | float | int | bool]
    formats: Mapping[int, str] = field(default_factory=dict)
    header: Sequence[str] = ()
    typed: bool = False

    @property
    def columns(self) -> list[int]:
        """Every column that the write needs to be where it was."""
        return [self.id_column, *self.cells]


@dataclass(frozen=True)
class Echo:
    """What Google's answer shows of the very moment of a write, 0-based column → cell: the ``header``, and for each
    write its row. `UNECHOED` where the answer does not show it.
    """

    header: Mapping[int, str] | Unechoed
    rows: Sequence[Mapping[int, Raw] | Unechoed]

    def cells(self, column: int) -> list[Raw]:
        """This column's cell of each row; None also where it is not shown."""
        return [None if isinstance(row, Unechoed) else row.get(column) for row in self.rows]


class Sheet:
    """One tab of one spreadsheet. Each method is one to three API calls; ``calls`` counts them by kind for the pace."""

    def __init__(self, google: Google, sheet: SheetConfig) -> None:
        self.google = google
        self._id, self.tab = sheet.spreadsheet, sheet.tab
        self._sheet_id: int | None = None
        self._header_guarded = False
        self.calls = Calls()
        self._options = RangeOptions(self._read_options, self.calls)

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

    def write(self, writes: Sequence[RowWrite]) -> Echo:
        """Set the cells, RAW and all at once; returns what the header and each row show at that moment. One write.

        Each range spans the id cell with ``null``, and one range of nothing else the header: Google skips nulls and
        echoes what stands there (GOOGLE.md section 4). No range may span a protected header: the call that sets formats
        shows it too, and touches no cell that it does not set. Formulas cannot go that way, and their echo lacks it.
        """
        typed = writes[0].typed
        header = None if typed and self._header_guarded else _header_span(writes)
        ranges = [*([self._nulls(header)] if header else []), *(self._range(write) for write in writes)]
        every = ((write, *one) for write in writes for one in write.formats.items())
        formats = {(write.row - 1, column): form for write, column, form in every if column in write.cells}
        try:
            with self._calling("write", "write"):
                formatted_only = not typed and (formats or self._header_guarded)
                responses = self._put_formatted(ranges, formats) if formatted_only else self._put(ranges, writes)
        except Rejected:
            before = self.tab
            self._follow_renamed_tab()
            if self.tab != before:
                raise Transient("the tab was renamed while it was written") from None
            raise
        return _echo(writes, header, responses)

    def _put(self, ranges: formatted.Ranges, writes: Sequence[RowWrite]) -> list[dict[str, Any]]:
        body = {
            "valueInputOption": "USER_ENTERED" if writes[0].typed else "RAW",
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
        body = new_rows.body(rows, self._sheet_id, absolute_range_name(self.tab, "1:1"))
        with self._calling("write", "append"):
            url = SPREADSHEET_BATCH_UPDATE_URL % self._id
            return parsed_update(self.google.http.request("post", url, params={"fields": ANSWER}, json=body).content)

    def _nulls(self, span: tuple[int, int]) -> dict[str, Any]:
        first, last = span
        cells = f"{rowcol_to_a1(1, first + 1)}:{rowcol_to_a1(1, last + 1)}"
        return {"range": absolute_range_name(self.tab, cells), "values": [[None] * (last - first + 1)]}

    def _range(self, write: RowWrite) -> dict[str, Any]:
        first, last = _span(write)
        span = f"{rowcol_to_a1(write.row, first + 1)}:{rowcol_to_a1(write.row, last + 1)}"
        values = [write.cells.get(column) for column in range(first, last + 1)]
        return {"range": absolute_range_name(self.tab, span), "values": [values]}

    def _read(self, parts: Sequence[str | None], purpose: Purpose) -> Snapshot:
        """Read these parts of the tab (None: all). gspread's ``spreadsheets_get`` would make a dict of every cell."""
        ranges = [absolute_range_name(self.tab, part) for part in parts]
        asked: dict[str, Any] = {"ranges": ranges, "includeGridData": "true", "prettyPrint": "false"}
        with self._calling("read", purpose):
            answer = self.google.http.request("get", SPREADSHEET_URL % self._id, params=asked | {"fields": wire.FIELDS})
            snapshot = parsed(answer.content)
        self._sheet_id, self._header_guarded = snapshot.sheet_id, snapshot.header_guarded
        if purpose == "find" or b"ONE_OF_RANGE" not in answer.content:
            return snapshot
        return replace(snapshot, ranges=self._options.of(answer.content, self.tab, anew=purpose == "compare"))

    def _read_options(self, ranges: Sequence[str]) -> list[dict[str, Any]]:
        with self._calling("read", "options"):
            return list(self.google.http.values_batch_get(self._id, list(ranges))["valueRanges"])

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


def _echo(writes: Sequence[RowWrite], header: tuple[int, int] | None, responses: Sequence[Mapping[str, Any]]) -> Echo:
    """An empty cell may be one that Google does not echo, unless another one that was skipped is shown."""
    told = {} if header is None or not responses else _echoed(header, responses[0])
    shown = {column: text_of(cell) for column, cell in told.items()}
    there: Mapping[int, str] | Unechoed = shown if any(shown.values()) else UNECHOED
    answers = [*responses[0 if header is None else 1 :], *[{}] * len(writes)]
    rows = [_echoed(_span(write), answer) for write, answer in zip(writes, answers, strict=False)]
    known = [there is not UNECHOED or row[write.id_column] is not None for write, row in zip(writes, rows, strict=True)]
    return Echo(there, [row if sure else UNECHOED for row, sure in zip(rows, known, strict=True)])


def _echoed(span: tuple[int, int], response: Mapping[str, Any]) -> dict[int, Raw]:
    values = response.get("updatedData", {}).get("values") or [[]]
    cells = dict(enumerate(values[0], span[0]))
    return {column: _as_stored(cells.get(column)) for column in range(span[0], span[1] + 1)}


def _as_stored(echoed: Raw) -> Raw:
    if isinstance(echoed, str) and not echoed.isprintable():
        return storable(echoed)
    return None if echoed == "" else echoed


def _header_span(writes: Sequence[RowWrite]) -> tuple[int, int] | None:
    """From the first to the last column written, and one more, which shows whether the last one moved away."""
    if not writes[0].header:
        return None
    spans = [_span(write) for write in writes]
    last = max(last for _, last in spans)
    return min(first for first, _ in spans), max(last, min(last + 1, len(writes[0].header) - 1))


def _span(write: RowWrite) -> tuple[int, int]:
    return min(write.columns), max(write.columns)


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
