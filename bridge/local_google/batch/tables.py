"""The requests of a batch for tables: made, changed, removed. Pure: a snapshot in, one out.

Colours are not kept; that a footer has one says that there is a footer, as in Google's schema.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.local_google.api import masks
from bridge.local_google.api.spreadsheet import table as shown
from bridge.local_google.api.wire import Done, GridRange, Int32, Wire
from bridge.local_google.batch.cell_wire import BooleanCondition
from bridge.local_google.errors import bad_field
from bridge.local_google.sheet import tables
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.grid import Column, Table
from bridge.local_google.sheet.protection import check_protection
from bridge.local_google.sheet.snapshot import Snapshot

_COLORS = "headerColorStyle,firstBandColorStyle,secondBandColorStyle,footerColorStyle"
_FIELDS = masks.parse(f"name,range,columnProperties,rowsProperties({_COLORS})")


class ColumnRule(Wire):
    """The options of a dropdown column."""

    condition: BooleanCondition


class ColumnWire(Wire):
    """A column of a table, counted from the table's first."""

    column_index: Int32 = 0
    column_name: str = ""
    column_type: Literal[
        "DOUBLE", "CURRENCY", "PERCENT", "DATE", "TIME", "DATE_TIME", "TEXT", "BOOLEAN", "DROPDOWN", "FILES_CHIP",
        "PEOPLE_CHIP", "FINANCE_CHIP", "PLACE_CHIP", "RATINGS_CHIP",
    ] = "TEXT"  # fmt: skip
    data_validation_rule: ColumnRule | None = None

    @model_validator(mode="after")
    def _options_of_a_dropdown(self) -> Self:
        rule = self.data_validation_rule
        if (rule.condition.type if rule else "") != ("ONE_OF_LIST" if self.column_type == "DROPDOWN" else ""):
            raise ValueError("dataValidationRule must be ONE_OF_LIST for the column type DROPDOWN, and for no other")
        return self

    def kept(self, table: Area) -> Column:
        """As a table keeps it."""
        rule, left = self.data_validation_rule, table.left + self.column_index
        if not table.left <= left < table.right:
            raise bad_field("columnProperties", f"There is no column {self.column_index} in the table.")
        options = tuple(one.user_entered_value for one in rule.condition.values) if rule else ()
        return Column(replace(table, left=left, right=left + 1), self.column_type, options)


class ColorStyle(Wire):
    """A colour, by its parts."""

    rgb_color: dict[Literal["red", "green", "blue", "alpha"], float] = Field(default_factory=dict)


class RowsProperties(Wire):
    """The colours of a table's rows; only whether the footer has one matters."""

    header_color_style: ColorStyle | None = None
    first_band_color_style: ColorStyle | None = None
    second_band_color_style: ColorStyle | None = None
    footer_color_style: ColorStyle | None = None


class TableWire(Wire):
    """A table."""

    table_id: str = ""
    name: str = ""
    range: GridRange | None = None
    column_properties: Sequence[ColumnWire] = ()
    rows_properties: RowsProperties = RowsProperties()

    @property
    def has_footer(self) -> bool:
        """True when its last row is a footer."""
        return self.rows_properties.footer_color_style is not None

    def put(self, now: Snapshot, table: Table, caller: str | None) -> Snapshot:
        """The book with this table, its header texts taken from here."""
        names = {table.area.left + one.column_index: one.column_name for one in self.column_properties}
        check_protection(now.grid(table.area.sheet_id), table.area.places, caller)
        return tables.put(now, table, names)


class AddTable(Wire):
    """Make a table of an area."""

    table: TableWire

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it, and the table."""
        wanted, taken = self.table, {one.id for grid in now.grids for one in grid.tables}
        if wanted.range is None:
            raise bad_field("table.range", "range must be set.")
        if wanted.table_id in taken:
            raise bad_field("table.tableId", f"A table with id {wanted.table_id} already exists.")
        area = wanted.range.area(now)
        columns = tuple(one.kept(area) for one in wanted.column_properties)
        made = Table(wanted.table_id or secrets.token_hex(5), wanted.name or f"Table{len(taken) + 1}", area, columns)
        after = wanted.put(now, tables.shaped(made, area, footer=wanted.has_footer), caller)
        return after, {"table": shown(tables.find(after, made.id), after.grid(area.sheet_id))}


class UpdateTable(Wire):
    """Change what the mask names; a footer that comes or goes makes the table a row longer or shorter."""

    table: TableWire
    fields: str

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        mask, wanted = masks.parse(self.fields, _FIELDS), self.table
        before = tables.find(now, wanted.table_id)
        area, footer = before.area, before.footer is not None
        if masks.covers(mask, "range") and wanted.range is not None:
            area = wanted.range.area(now)
        if masks.covers(mask, "rowsProperties.footerColorStyle") and wanted.has_footer != footer:
            area, footer = replace(area, bottom=area.bottom + (1 if wanted.has_footer else -1)), wanted.has_footer
        if area.sheet_id != before.area.sheet_id:
            raise bad_field("table.range", "A table cannot move to another sheet.")
        table = tables.shaped(before, area, footer=footer)
        if masks.covers(mask, "name"):
            table = replace(table, name=wanted.name or table.name)
        if not masks.covers(mask, "columnProperties"):
            return TableWire().put(now, table, caller), {}
        columns = tuple(one.kept(area) for one in wanted.column_properties)
        return wanted.put(now, replace(table, columns=columns), caller), {}


class DeleteTable(Wire):
    """Remove a table with what it holds."""

    table_id: str

    def applied(self, now: Snapshot, caller: str | None) -> Done:
        """The book after it."""
        table = tables.find(now, self.table_id)
        check_protection(now.grid(table.area.sheet_id), table.area.places, caller)
        return tables.without(now, table), {}
