"""spreadsheets.batchUpdate: applies requests in order to snapshots; if one fails, none is kept."""

from collections.abc import Sequence
from typing import Any

from bridge.local_google.api.wire import Wire
from bridge.local_google.batch import cells, lines, pastes, tables, tabs
from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet.snapshot import Snapshot


class Request(Wire):
    """One request of a batch: exactly one field is set. Any other kind is refused by its name."""

    update_sheet_properties: tabs.UpdateSheetProperties | None = None
    add_sheet: tabs.AddSheet | None = None
    insert_dimension: lines.InsertDimension | None = None
    append_dimension: lines.AppendDimension | None = None
    delete_dimension: lines.DeleteDimension | None = None
    move_dimension: lines.MoveDimension | None = None
    update_cells: cells.UpdateCells | None = None
    append_cells: cells.AppendCells | None = None
    copy_paste: pastes.CopyPaste | None = None
    repeat_cell: pastes.RepeatCell | None = None
    set_data_validation: cells.SetDataValidation | None = None
    add_table: tables.AddTable | None = None
    update_table: tables.UpdateTable | None = None
    delete_table: tables.DeleteTable | None = None


class BatchUpdate(Wire):
    """spreadsheets.batchUpdate, and what is to be answered of the spreadsheet after it."""

    requests: Sequence[Request]
    include_spreadsheet_in_response: bool = False
    response_ranges: Sequence[str] = ()
    response_include_grid_data: bool = False


def apply(now: Snapshot, batch: BatchUpdate, caller: str | None) -> tuple[Snapshot, list[dict[str, Any]]]:
    """The book after the whole batch, and one reply per request; raises `Invalid` naming the request at fault."""
    if not batch.requests:
        raise Invalid("Must specify at least one request.")
    replies = []
    for number, request in enumerate(batch.requests):
        given = {str(one.alias): getattr(request, name) for name, one in Request.model_fields.items()}
        kinds = [(alias, kind) for alias, kind in given.items() if kind is not None]
        if len(kinds) != 1:
            where = f"requests[{number}]"
            raise bad_field(where, f"Invalid {where}: exactly one kind of request must be set.")
        ((alias, kind),) = kinds
        try:
            now, reply = kind.applied(now, caller)
        except Invalid as error:
            raise Invalid(f"Invalid requests[{number}].{alias}: {error.message}", error.details) from error
        replies.append({alias: reply} if reply else {})
    return now, replies
