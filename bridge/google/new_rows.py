"""New rows as one spreadsheets.batchUpdate: inserted below the last lead, so that they overwrite nothing, whatever a
person types meanwhile. They look like the row above: its formats, dropdowns and formulas. Builds requests, no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bridge.google import formatted

Request = dict[str, Any]

ANSWER = (
    "updatedSpreadsheet(sheets(properties(sheetId,title),"
    "data(startRow,rowData(values(effectiveValue,formattedValue)))))"
)
"""The field mask: the header after the write."""


@dataclass(frozen=True)
class AppendedCell:
    """A cell of a new row. ``format``: the number format that it gets; None: that of the row above."""

    value: str | float | int | bool
    format: str | None = None


@dataclass(frozen=True)
class Place:
    """Where new rows come, and what they look like. ``below``: the row above them, 1 for the header. ``like``: the row
    whose formats and rules they get in ``columns`` (0-based) and whose formulas in ``formulas``; None: there is none.
    ``table``: the table that ends with the row above, to be made longer: tableId and range.
    """

    below: int
    like: int | None = None
    columns: Sequence[int] = ()
    formulas: Sequence[int] = ()
    table: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class NewRows:
    """Rows to append, each as 0-based column → cell."""

    cells: Sequence[Mapping[int, AppendedCell]]
    place: Place


def body(rows: NewRows, sheet_id: int, header: str) -> dict[str, Any]:
    """The call, which is done as a whole or not at all; its answer shows the ``header``."""
    return {
        "requests": _requests(rows, sheet_id),
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": [header],
    }


def _requests(rows: NewRows, sheet_id: int) -> list[Request]:
    place, count = rows.place, len(rows.cells)
    lines = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": place.below, "endIndex": place.below + count}
    from_before = place.like is None or place.like <= place.below
    found: list[Request] = [{"insertDimension": {"range": lines, "inheritFromBefore": from_before}}]
    if place.table is not None:
        found.append({"updateTable": {"table": _longer(place.table, count), "fields": "range"}})
    found += [_pasted(rows, sheet_id, run, "PASTE_FORMAT") for run in _runs(place.columns)]
    found += [_values(rows, sheet_id, run) for run in _runs({column for row in rows.cells for column in row})]
    found += [_pasted(rows, sheet_id, run, "PASTE_FORMULA") for run in _runs(place.formulas)]
    formats = {column: cell.format for row in rows.cells for column, cell in row.items() if cell.format is not None}
    return found + [_formatted(rows, sheet_id, column, form) for column, form in sorted(formats.items())]


def _longer(table: Mapping[str, Any], count: int) -> dict[str, Any]:
    area = table["range"]
    return {"tableId": table["tableId"], "range": area | {"endRowIndex": area["endRowIndex"] + count}}


def _values(rows: NewRows, sheet_id: int, run: Sequence[int]) -> Request:
    start = {"sheetId": sheet_id, "rowIndex": rows.place.below, "columnIndex": run[0]}
    lines = [{"values": [_cell(row.get(column)) for column in run]} for row in rows.cells]
    return {"updateCells": {"start": start, "rows": lines, "fields": "userEnteredValue"}}


def _cell(cell: AppendedCell | None) -> dict[str, Any]:
    return {} if cell is None else formatted.cell(cell.value)


def _pasted(rows: NewRows, sheet_id: int, run: Sequence[int], what: str) -> Request:
    """``like`` counts as the rows stood before the new ones came."""
    like = rows.place.like or 0
    row = like - 1 if like <= rows.place.below else like - 1 + len(rows.cells)
    source = {"sheetId": sheet_id, "startRowIndex": row, "endRowIndex": row + 1} | _across(run)
    return {"copyPaste": {"source": source, "destination": _area(rows, sheet_id, run), "pasteType": what}}


def _formatted(rows: NewRows, sheet_id: int, column: int, form: str) -> Request:
    cell = {"userEnteredFormat": {"numberFormat": {"type": form}}} if form else {}
    area = _area(rows, sheet_id, [column])
    return {"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}


def _area(rows: NewRows, sheet_id: int, run: Sequence[int]) -> dict[str, int]:
    top = rows.place.below
    return {"sheetId": sheet_id, "startRowIndex": top, "endRowIndex": top + len(rows.cells)} | _across(run)


def _across(run: Sequence[int]) -> dict[str, int]:
    return {"startColumnIndex": run[0], "endColumnIndex": run[-1] + 1}


def _runs(columns: Iterable[int]) -> list[list[int]]:
    """Columns in runs of neighbours."""
    numbered = enumerate(sorted(set(columns)))
    return [[column for _, column in run] for _, run in groupby(numbered, lambda one: one[1] - one[0])]
