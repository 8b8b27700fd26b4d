"""Rows and grids as JSON for the disk, and back. A plain value is itself; a richer cell is an object."""

from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from bridge.local_google.a1 import Area
from bridge.local_google.cells import EMPTY, Cell, ErrorValue, NumberFormat, Row, Validation
from bridge.local_google.grid import Grid, Protected
from bridge.local_google.metadata import Metadata, Named


def row_json(row: Row) -> list[Any]:
    """One row, cell by cell."""
    return [_cell_json(cell) for cell in row]


def row_from(cells: list[Any]) -> Row:
    """The row that `row_json` wrote."""
    return tuple(_cell_from(cell) for cell in cells)


def _cell_json(cell: Cell) -> Any:
    value = {"error": cell.value.code} if isinstance(cell.value, ErrorValue) else cell.value
    if cell == Cell(cell.value) and not isinstance(cell.value, ErrorValue):
        return value
    rich: dict[str, Any] = {"value": value, "formula": cell.formula}
    rich["format"] = [cell.format.type, cell.format.pattern] if cell.format else None
    rich["validation"] = asdict(cell.validation) if cell.validation else None
    rich["note"] = cell.note or None
    return {name: part for name, part in rich.items() if part is not None}


def _cell_from(kept: Any) -> Cell:
    if kept is None:
        return EMPTY
    if not isinstance(kept, dict):
        return Cell(kept)
    value, rule = kept.get("value"), kept.get("validation")
    return Cell(
        ErrorValue(value["error"]) if isinstance(value, dict) else value,
        kept.get("formula"),
        NumberFormat(*kept["format"]) if "format" in kept else None,
        Validation(rule["kind"], tuple(rule["options"]), rule["strict"]) if rule else None,
        kept.get("note", ""),
    )


def grid_json(grid: Grid) -> dict[str, Any]:
    """A tab without its rows."""
    plain = {one.name: getattr(grid, one.name) for one in fields(grid) if one.name not in {"rows", *_TIED}}
    return plain | {name: [asdict(one) for one in getattr(grid, name)] for name in _TIED}


def grid_from(kept: dict[str, Any], rows: tuple[Row, ...]) -> Grid:
    """The tab that `grid_json` wrote, with its rows."""
    tied = {name: tuple(read(one) for one in kept.get(name, ())) for name, read in _TIED.items()}
    return Grid(**(kept | {"rows": rows} | tied))


def _protected(kept: dict[str, Any]) -> Protected:
    return Protected(**(kept | {"area": Area(**kept["area"]), "editors": tuple(kept["editors"])}))


def _named(kept: dict[str, Any]) -> Named:
    return Named(**(kept | {"area": Area(**kept["area"])}))


def metadata_from(kept: dict[str, Any]) -> Metadata:
    """The entry that was written as a dict of its fields."""
    return Metadata(**kept)


_TIED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "protected": _protected, "named": _named, "metadata": metadata_from
}  # fmt: skip
