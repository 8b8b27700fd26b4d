"""The shape of Google's answers: what is asked for of a tab, and the parts of it that the bridge reads. Everything else
in an answer is passed over, and what is left out has Google's default. Knows nothing of leads.
"""

from typing import Any

import msgspec

FIELDS = (
    "sheets(properties(sheetId,title,gridProperties(rowCount)),tables(tableId,range),protectedRanges(range,unprotectedRanges,warningOnly,requestingUserCanEdit),"
    "data(startRow,rowData(values(effectiveValue,formattedValue,"
    "userEnteredValue(formulaValue),effectiveFormat(numberFormat(type)),"
    "dataValidation(strict,condition(type,values(userEnteredValue)))))))"
)
"""The field mask: all that a decision needs, in one read."""


class _Error(msgspec.Struct, frozen=True):
    type: str = ""


class _Value(msgspec.Struct, rename="camel", frozen=True):
    string_value: str | None = None
    number_value: float | None = None
    bool_value: bool | None = None
    error_value: _Error | None = None


class _Entered(msgspec.Struct, rename="camel", frozen=True):
    formula_value: str | None = None
    user_entered_value: str = ""


class _NumberFormat(msgspec.Struct, frozen=True):
    type: str = ""


class _Format(msgspec.Struct, rename="camel", frozen=True):
    number_format: _NumberFormat = _NumberFormat()


class _Condition(msgspec.Struct, frozen=True):
    type: str = ""
    values: list[_Entered] = []


class Rule(msgspec.Struct, frozen=True):
    """A data validation of one cell."""

    condition: _Condition = _Condition()
    strict: bool = False


class Cell(msgspec.Struct, rename="camel", frozen=True):
    """One cell: its value, what it shows, what was entered, and by which rule."""

    effective_value: _Value = _Value()
    formatted_value: str = ""
    user_entered_value: _Entered = _Entered()
    effective_format: _Format = _Format()
    data_validation: Rule | None = None


class Row(msgspec.Struct):
    """One row, as far as it has cells."""

    values: list[Cell] = []


class _Block(msgspec.Struct, rename="camel"):
    start_row: int = 0
    row_data: list[msgspec.Raw] = []


class _GridProperties(msgspec.Struct, rename="camel", frozen=True):
    row_count: int = 0


class _Properties(msgspec.Struct, rename="camel"):
    sheet_id: int = 0
    title: str = ""
    grid_properties: _GridProperties = _GridProperties()


class Area(msgspec.Struct, rename="camel", frozen=True):
    """A GridRange: 0-based, ends excluded; a missing end is unbounded."""

    start_row_index: int = 0
    end_row_index: int | None = None
    start_column_index: int = 0
    end_column_index: int | None = None

    def has_row(self, row: int) -> bool:
        """True when a part of this row lies in it."""
        return self.start_row_index <= row and (self.end_row_index is None or row < self.end_row_index)

    def covers(self, row: int, column: int) -> bool:
        """True when this cell lies in it."""
        left = self.end_column_index is None or column < self.end_column_index
        return self.has_row(row) and self.start_column_index <= column and left


class Guard(msgspec.Struct, rename="camel", frozen=True):
    """A protected range, and whether this account may edit it."""

    range: Area = Area()
    unprotected_ranges: list[Area] = []
    warning_only: bool = False
    requesting_user_can_edit: bool = False


class _Tab(msgspec.Struct, rename="camel"):
    properties: _Properties
    tables: list[dict[str, Any]] = []
    protected_ranges: list[Guard] = []
    data: list[_Block] = []


class Answer(msgspec.Struct):
    """A spreadsheets.get of one tab."""

    sheets: list[_Tab]


class Update(msgspec.Struct, rename="camel"):
    """A spreadsheets.batchUpdate that shows cells."""

    updated_spreadsheet: Answer


answers = msgspec.json.Decoder(Answer)
updates = msgspec.json.Decoder(Update)
rows = msgspec.json.Decoder(Row)
