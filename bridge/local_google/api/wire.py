"""The shapes of requests, strict. What does not fit is refused in Google's words; an unknown field is named."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from bridge.local_google.errors import Invalid, bad_field
from bridge.local_google.sheet.a1 import Area, Dimension
from bridge.local_google.sheet.snapshot import Snapshot

Render = Literal["FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"]
DateRender = Literal["SERIAL_NUMBER", "FORMATTED_STRING"]
Input = Literal["RAW", "USER_ENTERED"]
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Shape = TypeVar("Shape", bound=BaseModel)
Done = tuple[Snapshot, dict[str, Any]]
"""The book after a request, and what is replied."""


STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Body(BaseModel):
    """A strict JSON body of the desk's own, named in snake_case."""

    model_config = STRICT


class Wire(BaseModel):
    """A part of a JSON body, named as in Google's schema."""

    model_config = STRICT | ConfigDict(alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, given: Any) -> Any:
        """A field that is null counts as left out (protocol buffers in JSON)."""
        if not isinstance(given, dict):
            return given
        known = {field.alias for field in cls.model_fields.values()}
        return {name: part for name, part in given.items() if part is not None or name not in known}


class Query(BaseModel):
    """Query parameters; ``fields`` and a few that change nothing are understood everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)
    fields: str | None = None
    alt: Literal["json"] = "json"
    pretty_print: bool = True
    key: str = ""
    quota_user: str = ""
    upload_type: str = Field("", alias="uploadType")
    xgafv: Literal["1", "2"] = Field("1", alias="$.xgafv")


class GetSpreadsheet(Query):
    """spreadsheets.get."""

    ranges: list[str] = []
    include_grid_data: bool = False
    exclude_tables_in_banded_ranges: bool = False
    comments_view_mode: Literal["COMMENTS_VIEW_MODE_OMITTED"] = "COMMENTS_VIEW_MODE_OMITTED"


class GetValue(Query):
    """values.get."""

    major_dimension: Dimension = "ROWS"
    value_render_option: Render = "FORMATTED_VALUE"
    date_time_render_option: DateRender = "SERIAL_NUMBER"


class GetValues(GetValue):
    """values.batchGet."""

    ranges: list[str] = []


class Echo(BaseModel):
    """How values are to be read, and what is to be answered of them: of every write, in its query or its body."""

    value_input_option: Input | None = None
    include_values_in_response: bool = False
    response_value_render_option: Render = "FORMATTED_VALUE"
    response_date_time_render_option: DateRender = "SERIAL_NUMBER"


class PutValues(Query, Echo):
    """values.update."""


class AppendValues(PutValues):
    """values.append."""

    insert_data_option: Literal["OVERWRITE", "INSERT_ROWS"] = "OVERWRITE"


class GridRange(Wire):
    """An area by sheet id; open ends reach to the edge of the grid."""

    sheet_id: Int32 = 0
    start_row_index: Int32 = 0
    end_row_index: Int32 | None = None
    start_column_index: Int32 = 0
    end_column_index: Int32 | None = None

    def area(self, now: Snapshot) -> Area:
        """The area on its grid, clipped; raises `Invalid` when it is upside down or outside."""
        grid, top, left = now.grid(self.sheet_id), self.start_row_index, self.start_column_index
        bottom = grid.row_count if self.end_row_index is None else min(self.end_row_index, grid.row_count)
        right = grid.column_count if self.end_column_index is None else min(self.end_column_index, grid.column_count)
        if not (0 <= top < bottom and 0 <= left < right):
            raise Invalid(f"Invalid range: no cells between row {top} and {bottom} on sheet {grid.sheet_id}")
        return Area(grid.sheet_id, top, left, bottom, right)


class ValueRange(Wire):
    """Values and where they go."""

    range: str | None = None
    major_dimension: Dimension = "ROWS"
    values: list[list[Any] | None] = []


class BatchUpdateValues(Wire, Echo):
    """values.batchUpdate."""

    data: list[ValueRange] = []


def read(shape: type[Shape], given: Any) -> Shape:
    """Parse a body or a query; raises `Invalid` naming the first field at fault."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        path = _path(first["loc"])
        if first["type"] == "extra_forbidden":
            parent, name = _path(first["loc"][:-1]), first["loc"][-1]
            if re.fullmatch(r"requests\[\d+\]", parent):
                raise bad_field(
                    parent, f"The local Google does not do '{name}' at '{parent}', whatever Google does."
                ) from error
            where = f" at '{parent}'" if parent else ""
            why = (
                f"Cannot bind query parameter. Field '{name}' could not be found in request message."
                if issubclass(shape, Query)
                else "Cannot find field."
            )
            raise bad_field(
                parent or str(name), f'Invalid JSON payload received. Unknown name "{name}"{where}: {why}'
            ) from error
        given_text = json.dumps(first["input"], ensure_ascii=False, default=str)[:200]
        raise bad_field(path, f"Invalid value at '{path}': {first['msg']}; got {given_text}") from error


def parsed(raw: bytes) -> Any:
    """A body as JSON is meant: UTF-8, no numbers beyond a double, no half characters, no bottomless nesting."""
    try:
        return msgspec.json.decode(raw) if raw else {}
    except (ValueError, RecursionError) as error:
        raise Invalid(f"Invalid JSON payload received. {error}") from error


def query(shape: type[Shape], given: Mapping[str, list[str]]) -> Shape:
    """Parse query parameters, each as all its values; raises `Invalid` for two values where one belongs."""
    repeated = {"ranges"}
    if twice := next((name for name, values in given.items() if len(values) > 1 and name not in repeated), None):
        raise bad_field(twice, f"Invalid value at '{twice}': it is given {len(given[twice])} times.")
    return read(shape, {name: values if name in repeated else values[-1] for name, values in given.items()})


def _path(loc: tuple[int | str, ...]) -> str:
    """``("data", 0, "range")`` → ``data[0].range``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
