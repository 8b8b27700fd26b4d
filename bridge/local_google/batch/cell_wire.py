"""Cells as batchUpdate writes them: what is entered, its number format, its rule and its note."""

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from bridge.local_google.api import masks
from bridge.local_google.api.masks import Mask
from bridge.local_google.api.wire import Int32, Wire
from bridge.local_google.errors import bad_field
from bridge.local_google.sheet.cells import Cell, NumberFormat, Run, Validation
from bridge.local_google.sheet.entry import NOT_CALCULATED, raw
from bridge.local_google.sheet.snapshot import Snapshot

_FIELDS = masks.parse(
    "userEnteredValue(numberValue,stringValue,boolValue,formulaValue),userEnteredFormat(numberFormat(type,pattern)),dataValidation,chipRuns,note"
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
    """A list to choose from, a range that lists what to choose from, or a checkbox."""

    type: Literal["ONE_OF_LIST", "ONE_OF_RANGE", "BOOLEAN"]
    values: Sequence[ConditionValue] = ()

    @model_validator(mode="after")
    def _something_to_choose(self) -> Self:
        if self.type == "ONE_OF_LIST" and not self.values:
            raise ValueError("ONE_OF_LIST must have at least one value")
        if self.type == "ONE_OF_RANGE" and len(self.values) != 1:
            raise ValueError("ONE_OF_RANGE must have exactly one value")
        return self


class Rule(Wire):
    """What a cell may hold when a person fills it."""

    condition: BooleanCondition
    strict: bool = False
    show_custom_ui: bool = False
    input_message: str = ""

    def kept(self, now: Snapshot, sheet_id: int) -> Validation:
        """As a cell of this tab keeps it; raises `Invalid` when the range of its options is none."""
        kind, options = self.condition.type, tuple(one.user_entered_value for one in self.condition.values)
        source = now.listed(sheet_id, options[0]) if kind == "ONE_OF_RANGE" else None
        return Validation(
            kind,
            () if source else options,
            self.strict,
            source,
            shows_list=self.show_custom_ui,
            message=self.input_message,
        )


class PersonProperties(Wire):
    """Whom a chip stands for."""

    email: str
    display_format: Literal["DEFAULT", "LAST_NAME_COMMA_FIRST_NAME", "EMAIL"] = "DEFAULT"


class Chip(Wire):
    """A people chip. Chips of files are refused: they need a scope for Drive."""

    person_properties: PersonProperties | None = None


class ChipRun(Wire):
    """A chip, and the ``@`` of the text that it stands for."""

    start_index: Int32 = 0
    chip: Chip = Chip()


class CellWire(Wire):
    """One cell as entered."""

    user_entered_value: ExtendedValue = ExtendedValue()
    user_entered_format: CellFormat = CellFormat()
    data_validation: Rule | None = None
    chip_runs: Sequence[ChipRun] = ()
    note: str = ""

    def over(self, before: Cell, mask: Mask, now: Snapshot, sheet_id: int) -> Cell:
        """The cell with what the mask names taken from here; what is named and not given is cleared."""
        cell = self.user_entered_value.entered(before) if masks.covers(mask, "userEnteredValue") else before
        changes: dict[str, dict[str, Any]] = {
            "userEnteredFormat": {"format": self.user_entered_format.kept},
            "dataValidation": {"validation": self.data_validation and self.data_validation.kept(now, sheet_id)},
            "note": {"note": self.note},
        }
        for name, change in changes.items():
            cell = cell.but(**change) if masks.covers(mask, name) else cell
        return self._with_chips(cell) if masks.covers(mask, "chipRuns") else cell

    def _with_chips(self, cell: Cell) -> Cell:
        """The cell with its text's ``@`` replaced; a chip shows its address, as nobody's name is known here."""
        units, runs, at = (self.user_entered_value.string_value or "").encode("utf-16-le"), [], 0
        for wire in self.chip_runs:
            start, person = 2 * wire.start_index, wire.chip.person_properties
            if person is None:
                continue
            if start < at or units[start : start + 2] != b"@\0":
                raise bad_field("chipRuns", "Every chip needs an @ in userEnteredValue, at its startIndex.")
            runs += [Run(units[at:start].decode("utf-16-le")), Run(person.email, person.email, person.display_format)]
            at = start + 2
        runs.append(Run(units[at:].decode("utf-16-le")))
        kept = tuple(run for run in runs if run.text) if at else ()
        return raw("".join(run.text for run in kept), cell).but(runs=kept) if kept else cell.but(runs=())


class RowWire(Wire):
    """One row of cells."""

    values: Sequence[CellWire] = ()


def cell_mask(text: str) -> Mask:
    """What of a cell is to be written; raises `Invalid` for what is not kept."""
    return masks.parse(text, _FIELDS)
