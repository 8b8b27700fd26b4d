"""A write that also formats cells: the ranges of a values.batchUpdate as one spreadsheets.batchUpdate.

values.batchUpdate cannot format, and a date that it writes into an unformatted cell is a text or shows as a number. So
a batch with such a date goes this way, all of it, since one write must be one call. It names the tab by its number.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from gspread.utils import a1_range_to_grid_range

Ranges = Sequence[Mapping[str, Any]]
"""As values.batchUpdate takes them: ``range`` and ``values``, where None skips a cell and an empty text clears it."""
Formats = Mapping[tuple[int, int], str]
"""Row and column from 0 → the name of the number format that the cell gets; empty: none."""

FIELDS = "updatedSpreadsheet(sheets(data(rowData(values(effectiveValue(numberValue,stringValue,boolValue))))))"
"""The field mask: what the cells hold after the write."""


def as_batch(ranges: Ranges, formats: Formats, sheet_id: int) -> dict[str, Any]:
    """The body."""
    return {
        "requests": [one for given in ranges for one in _updates(given, formats, sheet_id)],
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": [given["range"] for given in ranges],
    }


def as_responses(reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answer as values.batchUpdate gives it: each range's values after the write."""
    blocks = (block for sheet in reply["updatedSpreadsheet"]["sheets"] for block in sheet.get("data", []))
    return [{"updatedData": {"values": [_plain(row) for row in block.get("rowData", [])]}} for block in blocks]


def _updates(given: Mapping[str, Any], formats: Formats, sheet_id: int) -> Iterator[dict[str, Any]]:
    """A request for each run of neighbouring cells that are written alike."""
    area = a1_range_to_grid_range(str(given["range"]).rpartition("!")[2])
    top, left = area.get("startRowIndex", 0), area.get("startColumnIndex", 0)
    for row, values in enumerate(given["values"], top):
        cells = [(column, value, formats.get((row, column))) for column, value in enumerate(values, left)]
        for (skipped, form), run in groupby(cells, lambda cell: (cell[1] is None, cell[2])):
            if not skipped:
                columns, written, _ = zip(*run, strict=True)
                start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": columns[0]}
                fields = "userEnteredValue" if form is None else "userEnteredValue,userEnteredFormat.numberFormat"
                line = {"values": [cell(value, form) for value in written]}
                yield {"updateCells": {"start": start, "rows": [line], "fields": fields}}


def cell(value: str | float | int | bool, form: str | None = None) -> dict[str, Any]:
    """A cell with this value and number format; an empty text is an empty cell. Without a pattern a date looks as the
    spreadsheet's locale writes dates.
    """
    kind = "boolValue" if isinstance(value, bool) else "stringValue" if isinstance(value, str) else "numberValue"
    held = {} if value == "" else {"userEnteredValue": {kind: value}}
    return held | ({"userEnteredFormat": {"numberFormat": {"type": form}}} if form else {})


def _plain(row: Mapping[str, Any]) -> list[Any]:
    """The values of a row; whole numbers without a fraction, as values.batchUpdate answers them."""
    held = (next(iter(one.get("effectiveValue", {}).values()), "") for one in row.get("values", []))
    return [int(value) if isinstance(value, float) and value.is_integer() else value for value in held]
