"""A sheet of bridge.toml becomes its `SheetConfig`: where it is, which columns it has, which words it uses.

Each fault is reported by ``fault(*path, why=…)``, its path counted from the sheet's own table; then it goes on, so that
all of them are found.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bridge.config.faults import Faults
from bridge.config.fields import COLUMNS, limited
from bridge.config.model import SheetConfig
from bridge.config.shapes import OwnColumn, OwnSheet
from bridge.core.mapping import Column, SheetMapping
from bridge.core.statuses import SHIPPED, Statuses
from task_api.statuses import STATUSES

Fault = Callable[..., None]
SHIPPED_COLUMNS = {column.field: column for column in COLUMNS}
FED = {column.task_field: column for column in COLUMNS if column.direction == "both"}
"""Task field → its shipped column, of the fields that a column of one's own may feed."""


def sheet_configs(sheets: Mapping[str, OwnSheet], faults: Faults) -> dict[str, SheetConfig]:
    """Every sheet, still without its secrets."""
    found = {key: _sheet(key, sheet, partial(faults.at, "sheets", key)) for key, sheet in sheets.items()}
    _together(found, faults)
    return found


def _together(sheets: Mapping[str, SheetConfig], faults: Faults) -> None:
    """What each sheet may say for itself, but not two of them together."""
    tabs: dict[tuple[str, str], str] = {}
    for key, sheet in sheets.items():
        if (first := tabs.setdefault((sheet.spreadsheet, sheet.tab), key)) != key:
            faults.at("sheets", key, why=f"sheet '{first}' already syncs this tab")
    makers = [key for key, sheet in sheets.items() if sheet.create_rows]
    for key in makers[1:]:
        why = f"a new task gets one row, and sheet '{makers[0]}' makes it already"
        faults.at("sheets", key, "create_rows", why=why)


def _sheet(key: str, sheet: OwnSheet, fault: Fault) -> SheetConfig:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", key):
        fault(why="a sheet's key is part of an address: use a-z, 0-9, - and _")
    return SheetConfig(
        key, _spreadsheet(sheet, fault), sheet.tab, _mapping(sheet, fault), (), sheet.assign_ids, sheet.sweep_every,
        sheet.create_rows, sheet.match, sheet.grace,
    )  # fmt: skip


def _spreadsheet(sheet: OwnSheet, fault: Fault) -> str:
    url = re.search(r"/d/([\w-]+)", sheet.spreadsheet)
    spreadsheet = url[1] if url else sheet.spreadsheet
    if not re.fullmatch(r"[\w-]{5,200}", spreadsheet):
        fault("spreadsheet", why="give the spreadsheet's id or its whole address")
    return spreadsheet


def _mapping(sheet: OwnSheet, fault: Fault) -> SheetMapping:
    mapping = SheetMapping(_columns(sheet, fault), _statuses(sheet, fault), sheet.title)
    try:
        if (mapping.longest("name") or 0) < 1:
            fault("title", why="it leaves the name no room")
    except (LookupError, ValueError, AttributeError):
        fault("title", why="only {name} can stand in the title; write {{ for a brace")
    column = mapping.by_field.get(sheet.match)
    if sheet.match and (column is None or column.kind != "text" or column.task_field is None):
        fault("match", why="name a text column that the task keeps, such as name")
    return mapping


def _statuses(sheet: OwnSheet, fault: Fault) -> Statuses:
    to_task = sheet.statuses or dict(SHIPPED.to_task)
    back = dict(sheet.back or ({} if sheet.statuses else SHIPPED.back))
    said = {("statuses", word): status for word, status in to_task.items()} | {("back", one): one for one in back}
    for place, status in said.items():
        if status not in STATUSES:
            fault(*place, why=f"'{status}' is no task status; use one of {', '.join(STATUSES)}")
    for status in STATUSES:
        words = [word for word, meant in to_task.items() if meant == status]
        if not words:
            why = f"no word means {status}: a task that becomes {status} could not be shown in the sheet"
            fault("statuses", why=why)
        elif back.setdefault(status, words[0]) not in words:
            fault("back", status, why=f"'{back[status]}' does not mean {status}; use one of {', '.join(words)}")
    return Statuses(to_task, back, STATUSES[0])


def _columns(sheet: OwnSheet, fault: Fault) -> tuple[Column, ...]:
    """The shipped columns as the sheet changes them, then those of its own. One of its own takes the field over from a
    shipped column that the file does not name.
    """
    shipped = SHIPPED_COLUMNS | {"notes": replace(SHIPPED_COLUMNS["notes"], when_empty=sheet.notes)}
    given = {name: one for name, one in sheet.columns.items() if _usable(name, one, fault)}
    taken = {one.task_field for name, one in given.items() if name not in shipped}
    left = {
        name: column
        for name, column in shipped.items()
        if column.required or name in sheet.columns or column.task_field not in taken
    }
    changed = {name: _changed(shipped.get(name) or Column(name, (name,)), one) for name, one in given.items()}
    columns = (left | changed).values()
    _fed_once(columns, fault)
    return tuple(columns)


def _usable(name: str, given: OwnColumn, fault: Fault) -> bool:
    """False for one that cannot even be made; what else is wrong with it is only reported."""
    shipped, fed = SHIPPED_COLUMNS.get(name), FED.get(given.task_field)
    if shipped is None and not (given.kind and given.task_field):
        fault("columns", name, why="a column of your own needs kind and task_field")
        return False
    if given.task_field and fed is None:
        *names, last = map(str, FED)
        fault("columns", name, "task_field", why=f"use {', '.join(names)} or {last}")
    if fed and fed.kind == "date" and given.kind not in {None, "date"}:
        fault("columns", name, "kind", why=f'the task\'s {fed.task_field} is a date: use kind = "date"')
    if name == "sync" and given.model_dump(exclude={"headers"}, exclude_none=True):
        fault("columns", name, why="the sync column belongs to the bridge: only its headers can be changed")
    if shipped and given.kind not in {None, shipped.kind}:
        fault("columns", name, "kind", why=f"the {name} column holds a {shipped.kind}; leave kind out")
    return True


def _changed(column: Column, given: OwnColumn) -> Column:
    settings: dict[str, Any] = given.model_dump(exclude_none=True)
    return limited(replace(column, **settings | {"headers": tuple(given.headers or column.headers)}))


def _fed_once(columns: Iterable[Column], fault: Fault) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        if column.task_field and (first := seen.setdefault(column.task_field, column.field)) != column.field:
            fault("columns", column.field, why=f"the task's {column.task_field} is already fed by column '{first}'")
