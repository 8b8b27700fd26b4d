"""What script and bridge tell each other: the strict shapes of the script's messages, their cells as a read of the
sheet would show them, and what the reply says. Stores nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bridge.config.model import SheetConfig
from bridge.core.mapping import Layout, SheetMapping
from bridge.core.outcome import RowOutcome
from bridge.core.text import storable_json
from bridge.core.values import Cell, Day, Failed
from bridge.store.notices import OTHER_SPREADSHEET
from task_api.errors import Problem

MOST_ROWS = 500
MOST_COLUMNS = 18_278
"""Google's own limit: up to column ZZZ."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Day(_Wire):
    date: str = Field(pattern=r"^-?\d{1,6}-\d\d-\d\dT\d\d:\d\d:\d\d$")


class _Error(_Wire):
    error: str = Field(max_length=100)


class _Row(_Wire):
    row: int = Field(ge=2, le=10_000_000)
    cells: list[str | bool | int | float | _Day | _Error | None] = Field(max_length=MOST_COLUMNS)
    shown: list[str] = Field(max_length=MOST_COLUMNS)


class _Edited(_Wire):
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    typed: str | None = Field(None, max_length=50_000)
    at: int | None = Field(None, ge=0, lt=2**53)


class Message(_Wire):
    """The part of every message: its number, and the tab that the script belongs to. ``copies``: names of tabs that are
    copies of it; None when the script has not looked. ``replaced_by``: the address that the script sends to
    from now on.
    """

    seq: int = Field(ge=0, lt=2**53)
    spreadsheet: str = Field(max_length=200)
    sheet_id: int
    time_zone: str = Field("", max_length=100)
    header: list[str | bool | int | float | _Day | None] = Field([], max_length=MOST_COLUMNS)
    copies: list[Annotated[str, Field(max_length=200)]] | None = Field(None, max_length=200)
    replaced_by: str = Field("", max_length=2000)


class Rows(Message):
    """Rows after an edit; ``edited``: the columns a person touched, and when the trigger ran, in milliseconds since
    1970.
    """

    type: Literal["rows"]
    rows: list[_Row] = Field(max_length=MOST_ROWS)
    edited: _Edited | None = None


class All(Message):
    """Too many rows for one message: compare everything."""

    type: Literal["all"]


class Hello(Message):
    """The script was installed, by ``owner``."""

    type: Literal["hello"]
    owner: str = Field("", max_length=320)


class Heartbeat(Message):
    """The script is alive."""

    type: Literal["heartbeat"]


_MESSAGE: TypeAdapter[Rows | All | Hello | Heartbeat] = TypeAdapter(
    Annotated[Rows | All | Hello | Heartbeat, Field(discriminator="type")]
)


def parsed(body: bytes, sheet: SheetConfig) -> Message:
    """The message in a body; a `Problem` names what does not fit."""
    try:
        message = _MESSAGE.validate_json(storable_json(body) if b"\\u" in body else body)
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, fault["loc"])), "detail": fault["msg"]} for fault in error.errors()[:20]]
        raise Problem(422, "the delivery is not a message that the bridge knows", errors=faults) from error
    if message.spreadsheet != sheet.spreadsheet:
        raise Problem(
            422,
            f"the script of another spreadsheet ({message.spreadsheet}) sends for '{sheet.key}', perhaps of a copy: "
            "choose Bridge → Uninstall there, or give it a sheet in bridge.toml and install its own connection string",
            kind=OTHER_SPREADSHEET,
        )
    return message


def cells(row: _Row) -> Sequence[Cell]:
    """The cells of a row, as a read of the sheet would show them."""
    return [cell(value, row.shown[index] if index < len(row.shown) else None) for index, value in enumerate(row.cells)]


def cell(value: str | bool | float | _Day | _Error | None, shown: str | None) -> Cell:
    """One cell: its value and what it shows."""
    if isinstance(value, _Day):
        try:
            day = date.fromisoformat(value.date[:10]).isoformat()
        except ValueError:
            return Cell(value.date, shown or value.date)
        return Cell(Day(day), shown or day)
    if isinstance(value, _Error):
        return Cell(Failed(value.error), shown or value.error)
    text = str(value) if shown is None and value is not None else shown or ""
    return Cell(None if value == "" else value, text)


def touched_fields(message: Rows, layout: Layout) -> list[str]:
    """The fields whose cells a person edited."""
    edited = message.edited
    return [name for name, index in layout.positions.items() if edited and edited.first <= index + 1 <= edited.last]


def settings(sheet: SheetConfig, message: Message, layout: Layout, *, assign_ids: bool) -> dict[str, Any]:
    """What the script learns of the sheet: which columns are synced, which lack, and how it gives ids."""
    taken = sorted(index for name, index in layout.positions.items() if name != "sync")
    columns = [str(message.header[index]) for index in taken]
    lead_id = layout.positions.get("id")
    named = "id" if lead_id is None else str(message.header[lead_id])
    told = {"columns": columns, "missing": list(layout.missing), "id": named, "assign_ids": assign_ids}
    return told | _new_leads(sheet.mapping, message, layout) if assign_ids else told


def _new_leads(mapping: SheetMapping, message: Message, layout: Layout) -> dict[str, Any]:
    """By what the script knows a new lead: see apps_script/Leads.js."""
    headers = {name: str(message.header[index]) for name, index in layout.positions.items()}
    ours = [
        headers[column.field]
        for column in mapping.columns
        if column.direction == "to_sheet" and column.field in headers
    ]
    defaults = {header: word for name, header in headers.items() if (word := mapping.default_of(name)) is not None}
    return {"name": headers.get("name", ""), "ours": ours, "defaults": defaults}


def wire_outcome(outcome: RowOutcome) -> Mapping[str, Any]:
    """What became of one row, as the reply tells it."""
    return {
        "row": outcome.row,
        "id": outcome.lead_id,
        "outcome": outcome.outcome,
        "task_id": outcome.task_id,
        "reasons": list(outcome.reasons),
    }
