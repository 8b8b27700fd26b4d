"""The result of one read of the sheet: Google's cells, and rows in canonical values. Rows stay raw JSON and are parsed
on access, so that 100,000 of them fit (measured: 60 instead of 900 MB). Knows the shape of Google's answer, not the
connection.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from typing import Any

import msgspec
from gspread.utils import a1_range_to_grid_range

from bridge.config.model import SheetConfig
from bridge.core.mapping import Layout
from bridge.core.moved_columns import Standing
from bridge.core.text import storable_json
from bridge.core.values import Cell, Failed, Raw, Row
from bridge.errors import Transient

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


class _Rule(msgspec.Struct, frozen=True):
    condition: _Condition = _Condition()
    strict: bool = False


class _Cell(msgspec.Struct, rename="camel", frozen=True):
    effective_value: _Value = _Value()
    formatted_value: str = ""
    user_entered_value: _Entered = _Entered()
    effective_format: _Format = _Format()
    data_validation: _Rule | None = None


class _Row(msgspec.Struct):
    values: list[_Cell] = []


class _Block(msgspec.Struct, rename="camel"):
    start_row: int = 0
    row_data: list[msgspec.Raw] = []


class _GridProperties(msgspec.Struct, rename="camel", frozen=True):
    row_count: int = 0


class _Properties(msgspec.Struct, rename="camel"):
    sheet_id: int = 0
    title: str = ""
    grid_properties: _GridProperties = _GridProperties()


class _Area(msgspec.Struct, rename="camel", frozen=True):
    """A GridRange: 0-based, ends excluded; a missing end is unbounded."""

    start_row_index: int = 0
    end_row_index: int | None = None
    start_column_index: int = 0
    end_column_index: int | None = None

    def has_row(self, row: int) -> bool:
        return self.start_row_index <= row and (self.end_row_index is None or row < self.end_row_index)

    def covers(self, row: int, column: int) -> bool:
        left = self.end_column_index is None or column < self.end_column_index
        return self.has_row(row) and self.start_column_index <= column and left


class _Guard(msgspec.Struct, rename="camel", frozen=True):
    range: _Area = _Area()
    unprotected_ranges: list[_Area] = []
    warning_only: bool = False
    requesting_user_can_edit: bool = False


class _Tab(msgspec.Struct, rename="camel"):
    properties: _Properties
    tables: list[dict[str, Any]] = []
    protected_ranges: list[_Guard] = []
    data: list[_Block] = []


class _Answer(msgspec.Struct):
    sheets: list[_Tab]


class _Update(msgspec.Struct, rename="camel"):
    updated_spreadsheet: _Answer


DROPDOWNS = frozenset(["ONE_OF_LIST", "ONE_OF_RANGE"])
_answers = msgspec.json.Decoder(_Answer)
_updates = msgspec.json.Decoder(_Update)
_rows = msgspec.json.Decoder(_Row)


@dataclass(frozen=True)
class Snapshot:
    """The tab's id, its rows by number (1 = the header's row) and what is protected from us: what one read showed.

    ``whole_tab``: the tab's title when all of it was read. ``row_count``: how many rows it has. ``tables``: as Google
    names them, with tableId and range.
    """

    sheet_id: int
    raw: Mapping[int, msgspec.Raw]
    guards: Sequence[_Guard] = ()
    whole_tab: str | None = None
    row_count: int = 0
    tables: Sequence[Mapping[str, Any]] = ()
    _listed: dict[str, tuple[str, ...] | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def header(self) -> tuple[Cell, ...]:
        """The cells of the first row."""
        return self.cells(1)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows below the header that were read, ascending."""
        return sorted(number for number in self.raw if number > 1)

    def guarded(self, number: int, column: int) -> bool:
        """True when the bridge may not change this cell (row from 1, column from 0)."""
        at = (number - 1, column)
        return any(
            guard.range.covers(*at) and not any(hole.covers(*at) for hole in guard.unprotected_ranges)
            for guard in self.guards
        )

    def cells(self, number: int) -> tuple[Cell, ...]:
        """The row's cells, trailing empty ones left out; a row that was not read is empty."""
        raw = self.raw.get(number)
        if raw is None:
            return ()
        try:
            return tuple(_cell(cell, self._options(cell.data_validation)) for cell in _rows.decode(raw).values)
        except msgspec.MsgspecError as error:
            raise Transient("Google's answer cannot be read") from error

    def standing(self, number: int) -> list[Standing]:
        """What stands in the row, column by column as far as the header or the row reaches."""
        raw = self.raw.get(number)
        cells = _rows.decode(raw).values if raw is not None else []
        headers = [text_of(cell.value) for cell in self.header]
        width = max(len(cells), len(headers))
        headers += [""] * (width - len(headers))
        return [
            _standing(header, cell)
            for header, cell in zip(headers, cells + [_Cell()] * (width - len(cells)), strict=True)
        ]

    def _options(self, rule: _Rule | None) -> tuple[str, ...] | None:
        """The texts a strict dropdown takes; None: it takes anything, or its texts are unknown.

        A range of options is known when it lies on this tab and all of the tab was read. Another range would cost a
        call of its own, so what goes into its cell is not checked; Google marks what does not fit. Nor are the types
        of a table's columns, which refuse nothing.
        """
        if rule is None or not rule.strict:
            return None
        values = [value.user_entered_value for value in rule.condition.values]
        if rule.condition.type == "ONE_OF_RANGE" and values:
            if values[0] not in self._listed:
                self._listed[values[0]] = self._list(values[0])
            return self._listed[values[0]]
        return tuple(values) if rule.condition.type == "ONE_OF_LIST" else None

    def _list(self, address: str) -> tuple[str, ...] | None:
        """The texts in a range such as ``='My tab'!$F$2:$F``."""
        title, _, cells = address.removeprefix("=").rpartition("!")
        plain = title[1:-1].replace("''", "'") if title.startswith("'") else title
        if plain != self.whole_tab or cells.startswith("#"):  # what is left of a deleted range: #REF!
            return None
        area = msgspec.convert(a1_range_to_grid_range(cells.replace("$", "")), _Area)
        rows = ((number - 1, raw) for number, raw in self.raw.items() if area.has_row(number - 1))
        texts = (
            cell.formatted_value
            for row, raw in rows
            for column, cell in enumerate(_rows.decode(raw).values)
            if area.covers(row, column)
        )
        return tuple(text for text in texts if text)


@dataclass(frozen=True)
class SheetView:
    """Rows as a read that began at ``began`` showed them, in canonical values."""

    config: SheetConfig
    snapshot: Snapshot
    began: datetime
    layout: Layout

    @property
    def header(self) -> list[str]:
        """The first row as texts, by which a column is known again."""
        return [text_of(cell.value) for cell in self.snapshot.header]

    @property
    def writable_header(self) -> list[str]:
        """The same; empty when a part of it is protected from us, so that no write may span it."""
        header = self.header
        return [] if any(self.snapshot.guarded(1, column) for column in range(len(header))) else header

    def row(self, number: int | None) -> Row:
        """The row with this number; a row that was not read is blank."""
        number = number or 0
        row = self.config.mapping.read_row(number, self.snapshot.cells(number), self.layout)
        if not self.snapshot.guards:
            return row
        columns = self.layout.positions.items()
        return replace(row, guarded={name for name, column in columns if self.snapshot.guarded(number, column)})


def parsed(answer: bytes, *, whole: bool = False) -> Snapshot:
    """The answer to a spreadsheets.get with `FIELDS`, ``whole``: of all the tab. Raises `Transient` when unreadable."""
    return _snapshot(answer, _answers, whole=whole)


def parsed_update(answer: bytes) -> Snapshot:
    """The answer to a spreadsheets.batchUpdate that shows cells. Raises `Transient` when unreadable."""
    return _snapshot(answer, _updates, whole=False)


def _snapshot(
    answer: bytes, shape: "msgspec.json.Decoder[_Answer] | msgspec.json.Decoder[_Update]", *, whole: bool
) -> Snapshot:
    try:
        found = shape.decode(storable_json(answer) if b"\\u" in answer else answer)
        tab = (found.updated_spreadsheet if isinstance(found, _Update) else found).sheets[0]
    except (msgspec.MsgspecError, IndexError, UnicodeDecodeError) as error:
        raise Transient("Google's answer cannot be read") from error
    rows: Iterable[tuple[int, msgspec.Raw]] = chain.from_iterable(
        enumerate(block.row_data, block.start_row + 1) for block in tab.data
    )
    guards = [one for one in tab.protected_ranges if not (one.warning_only or one.requesting_user_can_edit)]
    about = tab.properties
    title, size = about.title if whole else None, about.grid_properties.row_count
    return Snapshot(about.sheet_id, dict(rows), guards, title, size, tab.tables)


def text_of(header: Raw) -> str:
    """A header cell as the text by which its column is known again; Google writes one number in two ways."""
    if isinstance(header, float | int) and not isinstance(header, bool):
        return repr(float(header))
    return "" if header is None else str(header)


def _standing(header: str, cell: _Cell) -> Standing:
    formula, value = cell.user_entered_value.formula_value, cell.effective_value
    if formula is not None:
        return Standing(header, formula, is_formula=True)
    every = (value.string_value, value.number_value, value.bool_value)
    return Standing(header, next((one for one in every if one is not None), ""), is_formula=False)


def _cell(cell: _Cell, options: tuple[str, ...] | None) -> Cell:
    return Cell(
        _typed(cell),
        cell.formatted_value,
        cell.user_entered_value.formula_value is not None,
        cell.effective_format.number_format.type,
        options,
        cell.data_validation is not None and cell.data_validation.condition.type in DROPDOWNS,
    )


def _typed(cell: _Cell) -> Raw:
    value = cell.effective_value
    if value.error_value is not None:
        return Failed(cell.formatted_value or value.error_value.type)
    if value.string_value is not None:
        return value.string_value
    return value.number_value if value.number_value is not None else value.bool_value
