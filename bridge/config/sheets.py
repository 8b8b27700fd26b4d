"""A sheet of bridge.toml: what may stand in its table, and how it becomes a `SheetConfig`.

What a field may say is checked by its shape; what several mean together is reported by ``fault(*path, why=…)``, its
path counted from the sheet's own table.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bridge.config.faults import Faults
from bridge.config.fields import COLUMNS, limited
from bridge.config.model import SheetConfig
from bridge.core.fields import Column, Kind
from bridge.core.mapping import SHIPPED, SheetMapping, Statuses, header_key
from bridge.core.merge import Direction, Policy
from bridge.core.text import as_seen, likeness
from task_api.schemas import LONGEST
from task_api.statuses import STATUSES, Status

Fault = Callable[..., None]
SHIPPED_COLUMNS = {column.field: column for column in COLUMNS}
FED = {column.task_field: column for column in COLUMNS if column.direction == "both"}
"""Task field → its shipped column, of the fields that a column of one's own may feed."""
SETTINGS = {"spreadsheet", "tab", "assign_ids", "sweep_every", "create_rows", "match", "grace"}
"""Settings of a sheet's table that `SheetConfig` has under the same names."""


class Strict(BaseModel):
    """Refuses unknown settings and other types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def spreadsheet_id(text: str) -> str:
    """The id in a spreadsheet's address, or the id itself; raises `ValueError`."""
    text = as_seen(text).replace(" ", "")
    url = re.search(r"/d/([\w-]+)", text)
    if not (found := re.fullmatch(r"[\w-]{5,200}", url[1] if url else text)):
        raise ValueError("give the spreadsheet's id or its whole address")
    return found[0]


def _title(text: str) -> str:
    try:
        taken = len(text.format(name=""))
    except (LookupError, ValueError, AttributeError):
        raise ValueError("only {name} can stand in the title; write {{ for a brace") from None
    if taken >= LONGEST["title"]:
        raise ValueError("the title is too long: no room for the name")
    return text


def _task_field(name: str) -> str:
    if name not in FED:
        raise ValueError(f"use one of {', '.join(map(str, FED))}")
    return name


class OwnColumn(Strict):
    """``[sheets.KEY.columns.NAME]``: a shipped column changed, or one of the sheet's own."""

    headers: list[str] | None = Field(default=None, min_length=1)
    kind: Kind | None = None
    task_field: Annotated[str, AfterValidator(_task_field)] | None = None
    direction: Direction | None = None
    policy: Policy | None = None
    required: bool | None = None


class OwnSheet(Strict):
    """``[sheets.KEY]``."""

    spreadsheet: Annotated[str, AfterValidator(spreadsheet_id)]
    tab: str = SheetConfig.tab
    title: Annotated[str, AfterValidator(_title)] = SheetMapping.title
    notes: str = "Auto-created from Sheets"
    assign_ids: bool = SheetConfig.assign_ids
    sweep_every: float = Field(default=SheetConfig.sweep_every, ge=10, le=86_400, strict=False)
    create_rows: bool = SheetConfig.create_rows
    match: str = SheetConfig.match
    grace: float = Field(default=SheetConfig.grace, ge=0, le=30 * 86_400, strict=False)
    columns: dict[str, OwnColumn] = {}
    statuses: dict[str, Status] | None = None
    back: dict[Status, str] | None = None


def sheet_configs(sheets: Mapping[str, OwnSheet], faults: Faults) -> dict[str, SheetConfig]:
    """Every sheet, still without its secrets."""
    for key in sheets:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", key):
            faults.at("sheets", key, why="a sheet's key is part of an address: use a-z, 0-9, - and _")
    tabs: dict[tuple[str, str], str] = {}
    for key, sheet in sheets.items():
        if (first := tabs.setdefault((sheet.spreadsheet, likeness(sheet.tab)), key)) != key:
            faults.at("sheets", key, why=f"sheet '{first}' already syncs this tab")
    maker, *more = [key for key, sheet in sheets.items() if sheet.create_rows] or [""]
    for key in more:
        faults.at("sheets", key, "create_rows", why=f"a new task gets one row, and sheet '{maker}' makes it already")
    return {key: _sheet(key, sheet, partial(faults.at, "sheets", key)) for key, sheet in sheets.items()}


def _sheet(key: str, sheet: OwnSheet, fault: Fault) -> SheetConfig:
    mapping = SheetMapping(_columns(sheet, fault), _statuses(sheet, fault), sheet.title)
    match = next((name for name in mapping.by_field if likeness(name) == likeness(sheet.match)), sheet.match)
    column = mapping.by_field.get(match)
    if match and (column is None or column.kind != "text" or column.task_field is None):
        fault("match", why="name a text column that the task keeps, such as name")
    return SheetConfig(key, mapping=mapping, **sheet.model_dump(include=SETTINGS) | {"match": match})


def _statuses(sheet: OwnSheet, fault: Fault) -> Statuses:
    to_task: Mapping[str, str] = sheet.statuses or SHIPPED.to_task
    usual = {} if sheet.statuses else SHIPPED.back
    spelled = _told_apart(to_task, fault)
    back = {str(status): spelled.get(likeness(word), word) for status, word in (sheet.back or usual).items()}
    for status in STATUSES:
        words = [word for word, meant in to_task.items() if meant == status]
        if not words:
            why = f"no word means {status}: a task that becomes {status} could not be shown in the sheet"
            fault("statuses", why=why)
        elif back.setdefault(status, words[0]) not in words:
            fault("back", status, why=f"'{back[status]}' does not mean {status}; use one of {', '.join(words)}")
    return Statuses(to_task, back, STATUSES[0])


def _told_apart(words: Iterable[str], fault: Fault) -> dict[str, str]:
    """`likeness` → the word."""
    spelled: dict[str, str] = {}
    for word in words:
        if (first := spelled.setdefault(likeness(word), word)) != word:
            fault("statuses", word, why=f"'{word}' and '{first}' look alike in a sheet: keep one of them")
        if not likeness(word):
            fault("statuses", word, why="nothing of this word can be seen: an empty cell has no word")
    return spelled


def _columns(sheet: OwnSheet, fault: Fault) -> tuple[Column, ...]:
    """The shipped columns as the sheet changes them, then its own. A column of its own replaces the shipped column of
    the same task field, unless the file names that too.
    """
    shipped = SHIPPED_COLUMNS | {"notes": replace(SHIPPED_COLUMNS["notes"], when_empty=sheet.notes)}
    taken = {own.task_field for name, own in sheet.columns.items() if name not in shipped}
    for name, own in sheet.columns.items():
        if why := _misfit(name, own):
            fault("columns", name, why=why)
        column = shipped.get(name) or Column(name, (name,))
        settings: dict[str, Any] = own.model_dump(exclude_none=True)
        shipped[name] = limited(replace(column, **settings | {"headers": tuple(own.headers or column.headers)}))
    columns = [
        one for name, one in shipped.items() if one.required or name in sheet.columns or one.task_field not in taken
    ]
    _fed_once(columns, fault)
    _headed_apart(columns, sheet.columns, fault)
    return tuple(columns)


def _misfit(name: str, own: OwnColumn) -> str:
    """Why there can be no such column."""
    shipped, fed = SHIPPED_COLUMNS.get(name), FED.get(own.task_field)
    if shipped is None and not (own.kind and own.task_field):
        return "a column of your own needs kind and task_field"
    if name == "sync" and own.model_dump(exclude={"headers"}, exclude_none=True):
        return "the sync column belongs to the bridge: only its headers can be changed"
    if shipped and own.kind not in {None, shipped.kind}:
        return f"the {name} column holds a {shipped.kind}; leave kind out"
    if fed and fed.kind == "date" and own.kind not in {None, "date"}:
        return f'the task\'s {fed.task_field} is a date: use kind = "date"'
    return ""


def _fed_once(columns: Iterable[Column], fault: Fault) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        if column.task_field and (first := seen.setdefault(column.task_field, column.field)) != column.field:
            fault("columns", column.field, why=f"the task's {column.task_field} is already fed by column '{first}'")


def _headed_apart(columns: Iterable[Column], own: Mapping[str, OwnColumn], fault: Fault) -> None:
    """No header that the file gives to a column may be the header of another one, or like it; a shipped alias may."""
    seen: dict[str, tuple[Column, str]] = {}
    for column in sorted(columns, key=lambda one: _is_headed(one, own)):
        for text in column.headers if _is_headed(column, own) else column.headers[:1]:
            other, first = seen.setdefault(header_key(text), (column, text))
            if other is not column:
                why = f"'{text}' and '{first}', a header of column '{other.field}', look alike: change one of them"
                fault("columns", column.field, why=why)


def _is_headed(column: Column, own: Mapping[str, OwnColumn]) -> bool:
    return column.field in own and bool(own[column.field].headers)
