"""Data filters: where, said by A1 range, by grid range, or by developer metadata that is looked up.

A lookup that finds nothing is no error here: an empty answer, as far as anyone knows (GOOGLE.md section 4).
"""

from typing import Any, Literal

from bridge.local_google.a1 import Area, Dimension
from bridge.local_google.errors import bad_field
from bridge.local_google.metadata import Metadata, Visibility
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.wire import GridRange, Int32, Wire, grid_area


class DimensionRange(Wire):
    """Some rows or columns."""

    sheet_id: Int32 = 0
    dimension: Dimension
    start_index: Int32 = 0
    end_index: Int32 | None = None


class Location(Wire):
    """Where metadata is: exactly one of these; the type is for answers only."""

    location_type: Literal["ROW", "COLUMN", "SHEET", "SPREADSHEET"] | None = None
    spreadsheet: Literal[True] | None = None
    sheet_id: Int32 | None = None
    dimension_range: DimensionRange | None = None


class Lookup(Wire):
    """All that is given must fit."""

    location_type: Literal["ROW", "COLUMN", "SHEET", "SPREADSHEET"] | None = None
    metadata_location: Location | None = None
    location_matching_strategy: Literal["EXACT_LOCATION", "INTERSECTING_LOCATION"] = "INTERSECTING_LOCATION"
    metadata_id: Int32 | None = None
    metadata_key: str | None = None
    metadata_value: str | None = None
    visibility: Visibility | None = None


class DataFilter(Wire):
    """Where: one of the three."""

    a1_range: str | None = None
    grid_range: GridRange | None = None
    developer_metadata_lookup: Lookup | None = None

    def as_json(self) -> dict[str, Any]:
        """As it was asked."""
        return self.model_dump(by_alias=True, exclude_unset=True)


def placed(now: Snapshot, where: Location) -> Metadata:
    """A nameless entry at this place; raises `Invalid` when the place is none, or more than one line."""
    given = where.model_fields_set - {"location_type"}
    if len(given) != 1:
        raise bad_field("location", "Exactly one of spreadsheet, sheetId and dimensionRange must be set.")
    if where.sheet_id is not None:
        return Metadata(0, "", kind="SHEET", sheet_id=now.grid(where.sheet_id).sheet_id)
    if where.dimension_range is None:
        return Metadata(0, "")
    lines = where.dimension_range
    grid = now.grid(lines.sheet_id)
    by_row = lines.dimension == "ROWS"
    count = grid.row_count if by_row else grid.column_count
    if lines.end_index != lines.start_index + 1 or not 0 <= lines.start_index < count:
        raise bad_field("location.dimensionRange", "The dimensionRange must be a single row or column of the sheet.")
    return Metadata(0, "", kind="ROW" if by_row else "COLUMN", sheet_id=grid.sheet_id, line=lines.start_index)


def found(now: Snapshot, where: DataFilter) -> list[Metadata]:
    """The metadata a filter means: what a lookup finds, or what lies on lines that cross the area."""
    if where.developer_metadata_lookup is None:
        (area,) = areas(now, where)
        return [one for one in now.all_metadata if _crosses(one, area)]
    asked = where.developer_metadata_lookup
    wanted = {
        "kind": asked.location_type,
        "id": asked.metadata_id,
        "key": asked.metadata_key,
        "value": asked.metadata_value,
        "visibility": asked.visibility,
    }
    fits = [one for one in now.all_metadata if all(part in (None, getattr(one, name)) for name, part in wanted.items())]
    if asked.metadata_location is None:
        return fits
    place, exact = placed(now, asked.metadata_location), asked.location_matching_strategy == "EXACT_LOCATION"
    return [one for one in fits if _same_place(one, place) or (not exact and _meets(one, place))]


def areas(now: Snapshot, where: DataFilter) -> list[Area]:
    """The areas a filter means; for a lookup one per entry found, in the order of the sheet, each once."""
    if len(where.model_fields_set) != 1:
        raise bad_field("dataFilter", "Must specify one of a1Range, gridRange and developerMetadataLookup.")
    if where.grid_range is not None:
        return [grid_area(now, where.grid_range)]
    if where.a1_range is not None:
        return [now.resolve(where.a1_range)]
    spots = dict.fromkeys(area for one in found(now, where) for area in _areas_of(now, one))
    return sorted(spots, key=lambda area: (area.sheet_id, area.top, area.left))


def _areas_of(now: Snapshot, one: Metadata) -> list[Area]:
    if one.sheet_id is None:
        return [grid.area for grid in now.grids]
    whole = now.grid(one.sheet_id).area
    if one.kind == "ROW":
        return [Area(whole.sheet_id, one.line, 0, one.line + 1, whole.right)]
    return [Area(whole.sheet_id, 0, one.line, whole.bottom, one.line + 1)] if one.kind == "COLUMN" else [whole]


def _crosses(one: Metadata, area: Area) -> bool:
    lines = {"ROW": range(area.top, area.bottom), "COLUMN": range(area.left, area.right), "SHEET": [0]}
    return one.sheet_id == area.sheet_id and one.line in lines[one.kind]


def _same_place(one: Metadata, other: Metadata) -> bool:
    return (one.kind, one.sheet_id, one.line) == (other.kind, other.sheet_id, other.line)


def _meets(one: Metadata, other: Metadata) -> bool:
    """On the same tab, a row crosses every column, and the tab holds both."""
    return one.sheet_id is not None and one.sheet_id == other.sheet_id and one.kind != other.kind
