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

from bridge.config.model import SheetConfig
from bridge.core.mapping import Layout
from bridge.core.moved_columns import Standing
from bridge.core.text import storable_json
from bridge.core.values import Cell, Failed, Raw, Row
from bridge.errors import Transient
from bridge.google import wire
from bridge.google.dropdowns import Options

DROPDOWNS = frozenset(["ONE_OF_LIST", "ONE_OF_RANGE"])


@dataclass(frozen=True)
class Snapshot:
    """The tab's id, its rows by number (1 = the header's row) and what is protected from us: what one read showed.

    ``row_count``: how many rows the tab has. ``tables``: as Google names them, with tableId and range. ``ranges``: the
    options of its dropdowns that list a range.
    """

    sheet_id: int
    raw: Mapping[int, msgspec.Raw]
    guards: Sequence[wire.Guard] = ()
    row_count: int = 0
    tables: Sequence[Mapping[str, Any]] = ()
    ranges: Options = field(default_factory=dict)

    @property
    def header(self) -> tuple[Cell, ...]:
        """The cells of the first row."""
        return self.cells(1)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the rows below the header that were read, ascending."""
        return sorted(number for number in self.raw if number > 1)

    @property
    def header_guarded(self) -> bool:
        """True when a part of the first row is protected from us."""
        return any(guard.range.has_row(0) for guard in self.guards)

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
            return tuple(_cell(cell, self._options(cell.data_validation)) for cell in wire.rows.decode(raw).values)
        except msgspec.MsgspecError as error:
            raise Transient("Google's answer cannot be read") from error

    def standing(self, number: int) -> list[Standing]:
        """What stands in the row, column by column as far as the header or the row reaches."""
        raw = self.raw.get(number)
        cells = wire.rows.decode(raw).values if raw is not None else []
        headers = [text_of(cell.value) for cell in self.header]
        width = max(len(cells), len(headers))
        headers += [""] * (width - len(headers))
        return [
            _standing(header, cell)
            for header, cell in zip(headers, cells + [wire.Cell()] * (width - len(cells)), strict=True)
        ]

    def _options(self, rule: wire.Rule | None) -> tuple[str, ...] | None:
        """The texts a strict dropdown takes; None: it takes anything, or its texts are unknown.

        The types of a table's columns refuse nothing.
        """
        if rule is None or not rule.strict:
            return None
        values = [value.user_entered_value for value in rule.condition.values]
        if rule.condition.type == "ONE_OF_RANGE" and values:
            return self.ranges.get(values[0])
        return tuple(values) if rule.condition.type == "ONE_OF_LIST" else None


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

    def row(self, number: int | None) -> Row:
        """The row with this number; a row that was not read is blank."""
        return self.row_of(number or 0, self.snapshot.cells(number or 0))

    def row_of(self, number: int, cells: Sequence[Cell]) -> Row:
        """The same, from its ``cells``, for who needs the other columns too: reading them is the dearest part."""
        row = self.config.mapping.read_row(number, cells, self.layout)
        if not self.snapshot.guards:
            return row
        columns = self.layout.positions.items()
        return replace(row, guarded={name for name, column in columns if self.snapshot.guarded(number, column)})


def parsed(answer: bytes) -> Snapshot:
    """The answer to a spreadsheets.get with `FIELDS`. Raises `Transient` when unreadable."""
    return _snapshot(answer, wire.answers)


def parsed_update(answer: bytes) -> Snapshot:
    """The answer to a spreadsheets.batchUpdate that shows cells. Raises `Transient` when unreadable."""
    return _snapshot(answer, wire.updates)


def _snapshot(
    answer: bytes, shape: "msgspec.json.Decoder[wire.Answer] | msgspec.json.Decoder[wire.Update]"
) -> Snapshot:
    try:
        found = shape.decode(storable_json(answer) if b"\\u" in answer else answer)
        tab = (found.updated_spreadsheet if isinstance(found, wire.Update) else found).sheets[0]
    except (msgspec.MsgspecError, IndexError, UnicodeDecodeError) as error:
        raise Transient("Google's answer cannot be read") from error
    rows: Iterable[tuple[int, msgspec.Raw]] = chain.from_iterable(
        enumerate(block.row_data, block.start_row + 1) for block in tab.data
    )
    guards = [one for one in tab.protected_ranges if not (one.warning_only or one.requesting_user_can_edit)]
    about = tab.properties
    return Snapshot(about.sheet_id, dict(rows), guards, about.grid_properties.row_count, tab.tables)


def text_of(header: Raw) -> str:
    """A header cell as the text by which its column is known again; Google writes one number in two ways."""
    if isinstance(header, float | int) and not isinstance(header, bool):
        return repr(float(header))
    return "" if header is None else str(header)


def _standing(header: str, cell: wire.Cell) -> Standing:
    formula, value = cell.user_entered_value.formula_value, cell.effective_value
    if formula is not None:
        return Standing(header, formula, is_formula=True)
    every = (value.string_value, value.number_value, value.bool_value)
    return Standing(header, next((one for one in every if one is not None), ""), is_formula=False)


def _cell(cell: wire.Cell, options: tuple[str, ...] | None) -> Cell:
    return Cell(
        _typed(cell),
        cell.formatted_value,
        cell.user_entered_value.formula_value is not None,
        cell.effective_format.number_format.type,
        options,
        cell.data_validation is not None and cell.data_validation.condition.type in DROPDOWNS,
    )


def _typed(cell: wire.Cell) -> Raw:
    value = cell.effective_value
    if value.error_value is not None:
        return Failed(cell.formatted_value or value.error_value.type)
    if value.string_value is not None:
        return value.string_value
    return value.number_value if value.number_value is not None else value.bool_value
