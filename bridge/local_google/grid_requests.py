"""The shapes of spreadsheets.batchUpdate requests that are understood here; any other is an error that names it."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import model_validator

from bridge.local_google.a1 import Dimension
from bridge.local_google.wire import DimensionRange, GridRange, Int32, Wire, only_one


class GridProperties(Wire):
    """Size and frozen lines."""

    row_count: Int32 = 1000
    column_count: Int32 = 26
    frozen_row_count: Int32 = 0
    frozen_column_count: Int32 = 0


class SheetProperties(Wire):
    """What a tab is called, where it stands, how large it is."""

    sheet_id: Int32 | None = None
    title: str | None = None
    index: Int32 | None = None
    sheet_type: Literal["GRID"] = "GRID"
    hidden: bool = False
    grid_properties: GridProperties = GridProperties()


class BookProperties(Wire):
    """What the whole book is called, and where it is at home."""

    title: str | None = None
    locale: str | None = None
    time_zone: str | None = None


class UpdateSpreadsheetProperties(Wire):
    """Change the book's properties that the mask names."""

    properties: BookProperties
    fields: str


class AddSheet(Wire):
    """A new tab."""

    properties: SheetProperties = SheetProperties()


class DeleteSheet(Wire):
    """Remove a tab."""

    sheet_id: Int32 = 0


class DuplicateSheet(Wire):
    """Copy a tab."""

    source_sheet_id: Int32 = 0
    insert_sheet_index: Int32 | None = None
    new_sheet_id: Int32 | None = None
    new_sheet_name: str | None = None


class UpdateSheetProperties(Wire):
    """Change the properties of a tab that the mask names."""

    properties: SheetProperties
    fields: str


class InsertDimension(Wire):
    """New lines; ``inherit_from_before``: they look like the line before, else like the one after."""

    range: DimensionRange
    inherit_from_before: bool = False


class DeleteDimension(Wire):
    """Lines disappear."""

    range: DimensionRange


class AppendDimension(Wire):
    """New lines at the end."""

    sheet_id: Int32 = 0
    dimension: Dimension
    length: Int32


class MoveDimension(Wire):
    """Lines move before the line ``destination_index``, as counted before they move."""

    source: DimensionRange
    destination_index: Int32 = 0


class SortSpec(Wire):
    """One key: a column of the sheet, from 0."""

    dimension_index: Int32 = 0
    sort_order: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"


class SortRange(Wire):
    """Sort the rows of an area."""

    range: GridRange
    sort_specs: Sequence[SortSpec] = ()


class ExtendedValue(Wire):
    """One value as entered."""

    number_value: float | int | None = None
    string_value: str | None = None
    bool_value: bool | None = None
    formula_value: str | None = None

    _one = model_validator(mode="after")(only_one)


class NumberFormatWire(Wire):
    """numberFormat."""

    type: Literal["TEXT", "NUMBER", "PERCENT", "CURRENCY", "DATE", "TIME", "DATE_TIME", "SCIENTIFIC"]
    pattern: str = ""


class CellFormat(Wire):
    """Of all formats only the number format is kept."""

    number_format: NumberFormatWire | None = None


class ConditionValue(Wire):
    """One allowed value."""

    user_entered_value: str


class BooleanCondition(Wire):
    """A list to choose from, or a checkbox."""

    type: Literal["ONE_OF_LIST", "BOOLEAN"]
    values: Sequence[ConditionValue] = ()

    @model_validator(mode="after")
    def _something_to_choose(self) -> Self:
        if self.type == "ONE_OF_LIST" and not self.values:
            raise ValueError("ONE_OF_LIST must have at least one value")
        return self


class Rule(Wire):
    """What a cell may hold when a person fills it."""

    condition: BooleanCondition
    strict: bool = False
    show_custom_ui: bool = False
    input_message: str | None = None


class CellWire(Wire):
    """One cell as entered."""

    user_entered_value: ExtendedValue | None = None
    user_entered_format: CellFormat | None = None
    data_validation: Rule | None = None
    note: str | None = None


class RowWire(Wire):
    """One row of cells."""

    values: Sequence[CellWire] = ()


class GridCoordinate(Wire):
    """One cell's place."""

    sheet_id: Int32 = 0
    row_index: Int32 = 0
    column_index: Int32 = 0


class UpdateCells(Wire):
    """Cells from ``start`` on, or all of ``range``: what the rows do not reach there loses the fields named."""

    rows: Sequence[RowWire] = ()
    fields: str
    start: GridCoordinate | None = None
    range: GridRange | None = None


class AppendCells(Wire):
    """Rows below the last one that holds anything."""

    sheet_id: Int32 = 0
    rows: Sequence[RowWire] = ()
    fields: str


class RepeatCell(Wire):
    """One cell, again and again."""

    range: GridRange
    cell: CellWire = CellWire()
    fields: str


class SetDataValidation(Wire):
    """A rule for an area, or none."""

    range: GridRange
    rule: Rule | None = None


class Editors(Wire):
    """Who may change a protected range."""

    users: Sequence[str] = ()
    groups: Sequence[str] = ()
    domain_users_can_edit: bool = False


class ProtectedRangeWire(Wire):
    """A protected range."""

    protected_range_id: Int32 | None = None
    range: GridRange | None = None
    description: str | None = None
    warning_only: bool | None = None
    requesting_user_can_edit: bool | None = None
    editors: Editors | None = None


class AddProtectedRange(Wire):
    """Protect an area."""

    protected_range: ProtectedRangeWire


class DeleteProtectedRange(Wire):
    """Take a protection away."""

    protected_range_id: Int32


class Request(Wire):
    """One request of a batch: exactly one field is set."""

    update_spreadsheet_properties: UpdateSpreadsheetProperties | None = None
    add_sheet: AddSheet | None = None
    delete_sheet: DeleteSheet | None = None
    duplicate_sheet: DuplicateSheet | None = None
    update_sheet_properties: UpdateSheetProperties | None = None
    insert_dimension: InsertDimension | None = None
    delete_dimension: DeleteDimension | None = None
    append_dimension: AppendDimension | None = None
    move_dimension: MoveDimension | None = None
    sort_range: SortRange | None = None
    update_cells: UpdateCells | None = None
    append_cells: AppendCells | None = None
    repeat_cell: RepeatCell | None = None
    set_data_validation: SetDataValidation | None = None
    add_protected_range: AddProtectedRange | None = None
    delete_protected_range: DeleteProtectedRange | None = None


class BatchUpdate(Wire):
    """spreadsheets.batchUpdate."""

    requests: Sequence[Request]
