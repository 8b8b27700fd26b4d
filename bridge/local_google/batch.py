"""spreadsheets.batchUpdate: grid requests, one after another on snapshots; one that fails undoes them all."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bridge.local_google import cell_requests as on_cells
from bridge.local_google import grid_requests as ask
from bridge.local_google import line_requests as on_lines
from bridge.local_google import masks
from bridge.local_google import protection_requests as guard
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.grid import FAR, Grid
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.spreadsheet import sheet_properties
from bridge.local_google.zones import zone

Reply = dict[str, Any]
Caller = str | None
_BOOK_FIELDS = masks.parse("title,locale,timeZone")
_GRID_FIELDS = "gridProperties(rowCount,columnCount,frozenRowCount,frozenColumnCount)"
_TAB_FIELDS = masks.parse(f"sheetId,title,index,hidden,{_GRID_FIELDS}")


def apply(now: Snapshot, batch: ask.BatchUpdate, caller: Caller) -> tuple[Snapshot, list[Reply]]:
    """The book after the whole batch, and one reply per request; raises `Invalid` naming the request at fault."""
    if not batch.requests:
        raise Invalid("Must specify at least one request.")
    replies = []
    for number, request in enumerate(batch.requests):
        kinds = [name for name in ask.Request.model_fields if getattr(request, name) is not None]
        if len(kinds) != 1:
            raise bad_field(
                f"requests[{number}]", f"Invalid requests[{number}]: exactly one kind of request must be set."
            )
        alias = ask.Request.model_fields[kinds[0]].alias or kinds[0]
        try:
            now, reply = _KINDS[kinds[0]](now, getattr(request, kinds[0]), caller)
        except Invalid as error:
            raise Invalid(f"Invalid requests[{number}].{alias}: {error.message}", error.details) from error
        replies.append({alias: reply} if reply else {})
    return now, replies


def _update_spreadsheet(
    now: Snapshot, asked: ask.UpdateSpreadsheetProperties, _caller: Caller
) -> tuple[Snapshot, Reply]:
    mask = masks.parse(asked.fields)
    masks.check(mask, _BOOK_FIELDS)
    given = {"title": asked.properties.title, "locale": asked.properties.locale, "timeZone": asked.properties.time_zone}
    chosen = {name: text for name, text in given.items() if masks.covers(mask, name) and text}
    if "timeZone" in chosen and zone(chosen["timeZone"]) is None:
        raise bad_field("properties.timeZone", f"Unknown time zone: {chosen['timeZone']}")
    after = replace(
        now,
        title=chosen.get("title", now.title),
        locale=chosen.get("locale", now.locale),
        time_zone=chosen.get("timeZone", now.time_zone),
    )
    return after, {}


def _add_sheet(now: Snapshot, asked: ask.AddSheet, _caller: Caller) -> tuple[Snapshot, Reply]:
    wanted = asked.properties
    size = wanted.grid_properties
    grid = Grid(
        _new_id() if wanted.sheet_id is None else wanted.sheet_id,
        wanted.title or f"Sheet{len(now.grids) + 1}",
        row_count=size.row_count,
        column_count=size.column_count,
        frozen_rows=size.frozen_row_count,
        frozen_columns=size.frozen_column_count,
        hidden=wanted.hidden,
    )
    after = now.with_new_tab(_checked_size(grid), wanted.index)
    return after, {"properties": sheet_properties(grid, after.grids.index(grid))}


def _delete_sheet(now: Snapshot, asked: ask.DeleteSheet, caller: Caller) -> tuple[Snapshot, Reply]:
    on_lines.check_lines(now.grid(asked.sheet_id), now.grid(asked.sheet_id).area, caller)
    return now.without_tab(asked.sheet_id), {}


def _duplicate_sheet(now: Snapshot, asked: ask.DuplicateSheet, _caller: Caller) -> tuple[Snapshot, Reply]:
    return with_copy(
        now, asked.source_sheet_id, asked.new_sheet_name, asked.insert_sheet_index or 0, asked.new_sheet_id
    )


def with_copy(
    now: Snapshot, source_id: int, title: str | None, index: int, number: int | None = None
) -> tuple[Snapshot, Reply]:
    """The book with a copy of a tab, its cells without what is tied to areas of it; and the copy's properties."""
    source = now.grid(source_id)
    copy = replace(
        source,
        sheet_id=_new_id() if number is None else number,
        title=title or f"Copy of {source.title}",
        protected=(),
    )
    after = now.with_new_tab(copy, index)
    return after, {"properties": sheet_properties(copy, after.grids.index(copy))}


def _update_sheet(now: Snapshot, asked: ask.UpdateSheetProperties, _caller: Caller) -> tuple[Snapshot, Reply]:
    mask, wanted, size = masks.parse(asked.fields), asked.properties, asked.properties.grid_properties
    masks.check(mask, _TAB_FIELDS)
    before = grid = now.grid(wanted.sheet_id or 0)
    if masks.covers(mask, "title") and "title" in wanted.model_fields_set:
        now.check_title(wanted.title or "", grid)
        grid = replace(grid, title=wanted.title or "")
    if masks.covers(mask, "hidden"):
        grid = replace(grid, hidden=wanted.hidden)
    given = {name for name in type(size).model_fields if name in size.model_fields_set}
    rows = size.row_count if _names(mask, given, "rowCount") else grid.row_count
    columns = size.column_count if _names(mask, given, "columnCount") else grid.column_count
    frozen_rows = size.frozen_row_count if _names(mask, given, "frozenRowCount") else grid.frozen_rows
    frozen_columns = size.frozen_column_count if _names(mask, given, "frozenColumnCount") else grid.frozen_columns
    grid = replace(grid.resized(rows, columns), frozen_rows=frozen_rows, frozen_columns=frozen_columns)
    after = now.changed(before.sheet_id, lambda _: _checked_size(grid))
    if masks.covers(mask, "index") and wanted.index is not None:
        others = [one for one in after.grids if one is not grid]
        # Google counts the new place before the tab is taken from its old one.
        at = wanted.index - (wanted.index > now.grids.index(before))
        after = replace(after, grids=(*others[:at], grid, *others[at:]))
    return after, {}


def _names(mask: masks.Mask, given: set[str], name: str) -> bool:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return snake in given and masks.covers(mask, f"gridProperties.{name}")


def _checked_size(grid: Grid) -> Grid:
    if grid.row_count < 1 or grid.column_count < 1 or grid.row_count * grid.column_count > FAR:
        raise bad_field("gridProperties", f"A sheet cannot have {grid.row_count} rows and {grid.column_count} columns.")
    return grid


def _new_id() -> int:
    return secrets.randbelow(2**31 - 1) + 1


_KINDS: dict[str, Callable[[Snapshot, Any, Caller], tuple[Snapshot, Reply]]] = {
    "update_spreadsheet_properties": _update_spreadsheet,
    "add_sheet": _add_sheet,
    "delete_sheet": _delete_sheet,
    "duplicate_sheet": _duplicate_sheet,
    "update_sheet_properties": _update_sheet,
    "insert_dimension": on_lines.insert,
    "delete_dimension": on_lines.delete,
    "append_dimension": on_lines.append,
    "move_dimension": on_lines.move,
    "sort_range": on_cells.sort_range,
    "update_cells": on_cells.update_cells,
    "append_cells": on_cells.append_cells,
    "repeat_cell": on_cells.repeat_cell,
    "set_data_validation": on_cells.set_validation,
    "add_protected_range": guard.add,
    "delete_protected_range": guard.delete,
}
