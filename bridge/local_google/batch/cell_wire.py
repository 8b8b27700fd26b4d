"""Cells as batchUpdate writes them: what is entered, its number format, its rule and its note."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from bridge.local_google.api import masks
from bridge.local_google.api.masks import Mask
from bridge.local_google.api.wire import Wire
from bridge.local_google.sheet.cells import Cell, NumberFormat, Validation
from bridge.local_google.sheet.entry import NOT_CALCULATED, raw

_FIELDS = masks.parse(
    "userEnteredValue(numberValue,stringValue,boolValue,formulaValue),userEnteredFormat(numberFormat(type,pattern)),dataValidation,note"
)


class ExtendedValue(Wire):
    """One value as entered."""

    number_value: float | int | None = None
    string_value: str | None = None
    bool_value: bool | None = None
    formula_value: str | None = None

    @model_validator(mode="after")
    def _only_one(self) -> Self:
        names = [field.alias for name, field in type(self).model_fields.items() if getattr(self, name) is not None]
        if len(names) > 1:
            raise ValueError(f"oneof field 'value' is already set. Cannot set '{names[1]}'")
        return self

    def entered(self, before: Cell) -> Cell:
        """The cell that stood there, holding this."""
        if self.formula_value is not None:
            return before.holding(NOT_CALCULATED, formula=self.formula_value)
        given = (self.string_value, self.number_value, self.bool_value)
        return raw(next((value for value in given if value is not None), None), before)


class NumberFormatWire(Wire):
    """numberFormat."""

    type: Literal["TEXT", "NUMBER", "PERCENT", "CURRENCY", "DATE", "TIME", "DATE_TIME", "SCIENTIFIC"]
    pattern: str = ""


class CellFormat(Wire):
    """Of all formats only the number format is kept."""

    number_format: NumberFormatWire | None = None

    @property
    def kept(self) -> NumberFormat | None:
        """As a cell keeps it."""
        wire = self.number_format
        return NumberFormat(wire.type, wire.pattern) if wire else None


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

    @property
    def kept(self) -> Validation:
        """As a cell keeps it."""
        options = tuple(one.user_entered_value for one in self.condition.values)
        return Validation(self.condition.type, options, self.strict)


class CellWire(Wire):
    """One cell as entered."""

    user_entered_value: ExtendedValue = ExtendedValue()
    user_entered_format: CellFormat = CellFormat()
    data_validation: Rule | None = None
    note: str = ""

    def over(self, before: Cell, mask: Mask) -> Cell:
        """The cell with what the mask names taken from here; what is named and not given is cleared."""
        cell = self.user_entered_value.entered(before) if masks.covers(mask, "userEnteredValue") else before
        changes: dict[str, dict[str, Any]] = {
            "userEnteredFormat": {"format": self.user_entered_format.kept},
            "dataValidation": {"validation": self.data_validation and self.data_validation.kept},
            "note": {"note": self.note},
        }
        for name, change in changes.items():
            cell = cell.but(**change) if masks.covers(mask, name) else cell
        return cell


class RowWire(Wire):
    """One row of cells."""

    values: Sequence[CellWire] = ()


def cell_mask(text: str) -> Mask:
    """What of a cell is to be written; raises `Invalid` for what is not kept."""
    return masks.parse(text, _FIELDS)
