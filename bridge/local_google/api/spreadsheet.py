"""The spreadsheets.get answer: properties, tabs, and grids of cells as far as the field mask asks for them.

A mask may name colours, fonts and merges; the stand-in keeps none, so none are answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge.local_google.api import masks
from bridge.local_google.api.masks import Mask
from bridge.local_google.sheet import formats
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.cells import EMPTY, Cell, ErrorValue, NumberFormat, Run, Validation, Value
from bridge.local_google.sheet.grid import Column, Grid, Protected, Table
from bridge.local_google.sheet.snapshot import Snapshot

_GRID = "rowCount,columnCount,frozenRowCount,frozenColumnCount,hideGridlines"
_VALUE = "numberValue,stringValue,boolValue,formulaValue,errorValue(type,message)"
_FORMAT = "numberFormat(type,pattern),backgroundColor,textFormat"
_CELL = (
    f"userEnteredValue({_VALUE}),effectiveValue({_VALUE}),formattedValue,note,hyperlink,"
    f"userEnteredFormat({_FORMAT}),effectiveFormat({_FORMAT}),"
    "dataValidation(condition(type,values(userEnteredValue)),strict,showCustomUi,inputMessage),"
    "chipRuns(startIndex,chip(personProperties(email,displayFormat),richLinkProperties))"
)
_AREA = "sheetId,startRowIndex,endRowIndex,startColumnIndex,endColumnIndex"
_GUARD = (
    f"protectedRangeId,range({_AREA}),unprotectedRanges({_AREA}),description,warningOnly,requestingUserCanEdit,editors"
)
_TABLE = (
    f"tableId,name,range({_AREA}),rowsProperties,"
    "columnProperties(columnIndex,columnName,columnType,dataValidationRule(condition(type,values(userEnteredValue))))"
)
_TAB = f"sheetId,title,index,sheetType,hidden,gridProperties({_GRID})"
_SHEET = (
    f"properties({_TAB}),merges,protectedRanges({_GUARD}),basicFilter,tables({_TABLE}),"
    f"data(startRow,startColumn,rowData(values({_CELL})),rowMetadata,columnMetadata)"
)
KNOWN = masks.parse(f"spreadsheetId,spreadsheetUrl,properties(title,locale,autoRecalc,timeZone),sheets({_SHEET})")
"""What a mask may name here."""

_ERROR_TYPES = {
    "#N/A": "N_A", "#REF!": "REF", "#DIV/0!": "DIVIDE_BY_ZERO", "#VALUE!": "VALUE", "#NAME?": "NAME", "#NUM!": "NUM",
    "#NULL!": "NULL_VALUE", "Loading...": "LOADING",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What is asked for: ranges (none: everything), cells or only properties, and the mask (empty: all)."""

    ranges: Sequence[Area]
    cells: bool
    mask: Mask

    @property
    def in_cells(self) -> Mask | None:
        """What is wanted of a cell (empty: all); None when no cells are."""
        if not self.mask:
            return {} if self.cells else None
        if not masks.covers(self.mask, "sheets.data"):
            return None
        mask: Mask = self.mask
        for name in ("sheets", "data", "rowData", "values"):
            mask = mask.get(name, {})
        return mask


def spreadsheet(book_id: str, now: Snapshot, wanted: Wanted, caller: str | None) -> dict[str, Any]:
    """A Spreadsheet, as far as its cells are wanted."""
    in_ranges = {area.sheet_id for area in wanted.ranges} or {grid.sheet_id for grid in now.grids}
    sheets = [_sheet(now, grid, wanted, caller) for grid in now.grids if grid.sheet_id in in_ranges]
    properties = {"title": now.title, "locale": now.locale, "autoRecalc": "ON_CHANGE", "timeZone": now.time_zone}
    url = f"https://docs.google.com/spreadsheets/d/{book_id}/edit"
    return {"spreadsheetId": book_id, "properties": properties, "sheets": sheets, "spreadsheetUrl": url}


def _sheet(now: Snapshot, grid: Grid, wanted: Wanted, caller: str | None) -> dict[str, Any]:
    sheet: dict[str, Any] = {"properties": sheet_properties(grid, now.grids.index(grid))}
    if (mask := wanted.in_cells) is not None:
        areas = [area for area in wanted.ranges if area.sheet_id == grid.sheet_id] or [grid.area]
        sheet["data"] = [_grid_data(now, area, mask) for area in areas]
    if grid.protected:
        sheet["protectedRanges"] = [protected_range(one, grid, caller) for one in grid.protected]
    if grid.tables:
        sheet["tables"] = [table(one, grid) for one in grid.tables]
    return sheet


def sheet_properties(grid: Grid, index: int) -> dict[str, Any]:
    """SheetProperties."""
    size = {"rowCount": grid.row_count, "columnCount": grid.column_count}
    properties = {"sheetId": grid.sheet_id, "title": grid.title, "index": index, "sheetType": "GRID"}
    return properties | {"gridProperties": size} | ({"hidden": True} if grid.hidden else {})


def protected_range(guard: Protected, grid: Grid, caller: str | None) -> dict[str, Any]:
    """ProtectedRange, with open ends left out."""
    where = _grid_range(guard.area)
    if guard.area.bottom >= grid.row_count:
        del where["endRowIndex"]
    if guard.area.right >= grid.column_count:
        del where["endColumnIndex"]
    mine = caller is None or caller in guard.editors or guard.warning_only
    answer: dict[str, Any] = {"protectedRangeId": guard.id, "range": where, "requestingUserCanEdit": mine}
    answer |= {"warningOnly": True} if guard.warning_only else {"editors": {"users": list(guard.editors)}}
    return answer | ({"description": guard.description} if guard.description else {})


def table(one: Table, grid: Grid) -> dict[str, Any]:
    """Table; a footer has a colour, as nothing else in Google's schema says that there is one."""
    columns = [_column(column, one, grid) for column in one.columns]
    answer: dict[str, Any] = {"tableId": one.id, "name": one.name, "range": _grid_range(one.area)}
    answer |= {"columnProperties": columns} if columns else {}
    return answer | ({"rowsProperties": {"footerColorStyle": {"rgbColor": {}}}} if one.footer else {})


def _column(column: Column, table: Table, grid: Grid) -> dict[str, Any]:
    index = column.area.left - table.area.left
    name = formats.plain(grid.cell(table.area.top, column.area.left))
    answer: dict[str, Any] = {"columnIndex": index} if index else {}
    answer |= {"columnName": str(name), "columnType": column.type}
    values = [{"userEnteredValue": option} for option in column.options]
    rule = {"dataValidationRule": {"condition": {"type": "ONE_OF_LIST", "values": values}}}
    return answer | (rule if values else {})


def _grid_range(area: Area) -> dict[str, int]:
    """GridRange; Google leaves the sheet id 0 out."""
    rows = {"startRowIndex": area.top, "endRowIndex": area.bottom}
    columns = {"startColumnIndex": area.left, "endColumnIndex": area.right}
    return ({"sheetId": area.sheet_id} if area.sheet_id else {}) | rows | columns


def _grid_data(now: Snapshot, area: Area, mask: Mask) -> dict[str, Any]:
    grid = now.grid(area.sheet_id)
    rows = [row[area.left : area.right] for row in grid.rows[area.top : area.bottom]]
    while rows and all(cell == EMPTY for cell in rows[-1]):
        rows.pop()
    values = [[_cell(now, cell, mask) for cell in row] for row in rows]
    answer: dict[str, Any] = {"startRow": area.top} if area.top else {}
    answer |= {"startColumn": area.left} if area.left else {}
    return answer | ({"rowData": [{"values": row} if row else {} for row in values]} if rows else {})


def _cell(now: Snapshot, cell: Cell, mask: Mask) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if cell.value is not None:
        entered = {"formulaValue": cell.formula} if cell.formula is not None else extended_value(cell.value)
        answer |= {"userEnteredValue": entered, "effectiveValue": extended_value(cell.value)}
        answer["formattedValue"] = formats.shown(cell, now.locale)
    if cell.format is not None:
        answer |= {"userEnteredFormat": _format(cell.format), "effectiveFormat": _format(cell.format)}
    if cell.validation is not None:
        answer["dataValidation"] = _rule(now, cell.validation)
    if cell.runs:
        answer["chipRuns"] = _chip_runs(cell.runs)
    if cell.note:
        answer["note"] = cell.note
    return answer if masks.covers(mask, "*") else {name: part for name, part in answer.items() if name in mask}


def extended_value(value: Value) -> dict[str, Any]:
    """ExtendedValue."""
    if isinstance(value, ErrorValue):
        kind = _ERROR_TYPES.get(value.code, "ERROR")
        return {"errorValue": {"type": kind, "message": "The local Google does not calculate formulas."}}
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": formats.whole(value or 0.0)}


def _format(format: NumberFormat) -> dict[str, Any]:
    pattern = {"pattern": format.pattern} if format.pattern else {}
    return {"numberFormat": {"type": format.type} | pattern}


def _rule(now: Snapshot, rule: Validation) -> dict[str, Any]:
    options = [f"={now.source(rule) or '#REF!'}"] if rule.kind == "ONE_OF_RANGE" else rule.options
    values = [{"userEnteredValue": option} for option in options]
    answer: dict[str, Any] = {"condition": {"type": rule.kind} | ({"values": values} if values else {})}
    rest = {"showCustomUi": rule.shows_list, "strict": rule.strict, "inputMessage": rule.message}
    return answer | {name: part for name, part in rest.items() if part}


def _chip_runs(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """ChipRuns, those without a chip too; each starts at so many UTF-16 units."""
    start, answer = 0, []
    for run in runs:
        chip = {"personProperties": {"email": run.email, "displayFormat": run.display}} if run.email else {}
        answer.append(({"startIndex": start} if start else {}) | {"chip": chip})
        start += len(run.text.encode("utf-16-le")) // 2
    return answer
