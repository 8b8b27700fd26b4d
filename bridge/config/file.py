"""bridge.toml and the environment → one frozen `Config`, read once; every fault is reported at once with its line.

Secrets come from the environment (or a ``.env`` file beside bridge.toml or in the home folder), never from bridge.toml.
Without a bridge.toml the bridge serves the local Google.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.config.model import GOOGLE, Config, ConfigError, SheetConfig
from bridge.config.secrets import stored_secret
from bridge.core.mapping import COLUMNS, Column, Kind, SheetMapping
from bridge.core.merge import Direction, Policy
from bridge.core.signature import secret_bytes
from bridge.core.statuses import SHIPPED, Statuses
from task_api.statuses import STATUSES

TASK_FIELDS = {"title", "status", "notes", "assignee", "due", "id"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Column(_Strict):
    headers: list[str] | None = Field(default=None, min_length=1)
    kind: Kind | None = None
    task_field: str | None = None
    direction: Direction | None = None
    policy: Policy | None = None
    required: bool | None = None


class _Sheet(_Strict):
    spreadsheet: str
    tab: str = "Leads"
    title: str = "Follow up: {name}"
    notes: str = "Auto-created from Sheets"
    assign_ids: bool = False
    sweep_every: float = Field(default=300.0, ge=10, le=86_400, strict=False)
    create_rows: bool = False
    match: str = ""
    grace: float = Field(default=60.0, ge=0, le=30 * 86_400, strict=False)
    columns: dict[str, _Column] = {}
    statuses: dict[str, str] | None = None
    back: dict[str, str] | None = None


class _Bridge(_Strict):
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/#?]+(/[^#?]*)?$")
    host: str = "127.0.0.1"
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    keep_history: int = Field(default=400, ge=0, le=36_500)
    engine: bool = True
    lease: float = Field(default=90.0, ge=3, le=3600, strict=False)


class _Google(_Strict):
    calls_per_minute: int = Field(default=60, ge=6, le=100_000)
    base_url: str = Field(default=GOOGLE, pattern=r"^https?://")
    credentials: str | Annotated[list[str], Field(min_length=1)] | None = None


class _File(_Strict):
    bridge: _Bridge = _Bridge()
    google: _Google = _Google()
    sheets: dict[str, _Sheet] = Field(min_length=1)


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Config:
    """Read the configuration of ``folder`` (the working folder). Raises `ConfigError` naming every fault."""
    folder = folder or Path.cwd()
    environ = os.environ if environ is None else environ
    home = folder / environ.get("LEADBRIDGE_HOME", "instance")
    environ = _dotenv(folder / ".env") | _dotenv(home / ".env") | dict(environ)
    path = _config_file(environ, home, folder)
    faults: list[str] = []
    port = _port(environ, faults)
    if path is None:
        secrets = (stored_secret(home, environ, "leads"),) if not faults else ()
        config = Config(home, {"leads": SheetConfig("leads", "", secrets=secrets)}, port, local=True)
        config = replace(config, public_url=f"http://127.0.0.1:{port}")
    else:
        config = _from_file(path, environ, home, folder, port, faults)
    database = environ.get("DATABASE_URL", "")
    if database and not re.match(r"sqlite:///|postgresql(\+psycopg)?://", database):
        faults.append("DATABASE_URL: use postgresql+psycopg://user:password@host/name or sqlite:////path/of/the.db")
    if not config.engine and not database.startswith("postgresql"):
        faults.append("engine = false leaves the work to `leadbridge worker`, which needs PostgreSQL: set DATABASE_URL")
    if faults:
        raise ConfigError("\n".join(faults))
    return replace(config, database_url=re.sub("^postgresql://", "postgresql+psycopg://", database))


def _dotenv(path: Path) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _config_file(environ: Mapping[str, str], home: Path, folder: Path) -> Path | None:
    if named := environ.get("LEADBRIDGE_CONFIG"):
        return folder / named
    return next((path for path in (home / "bridge.toml", folder / "bridge.toml") if path.is_file()), None)


def _port(environ: Mapping[str, str], faults: list[str]) -> int:
    text = environ.get("PORT", "5001")
    if text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    faults.append(f"PORT is '{text}'; use a number from 1 to 65535")
    return 5001


def _from_file(
    path: Path, environ: Mapping[str, str], home: Path, folder: Path, port: int, faults: list[str]
) -> Config:
    try:
        text = path.read_text(encoding="utf-8")
        parsed = _File.model_validate(tomllib.loads(text))
    except OSError as error:
        faults.append(f"{path.name}: cannot be read: {error.strerror}")
        return Config(home, {})
    except UnicodeDecodeError as error:
        faults.append(f"{path.name}: byte {error.start + 1} is not UTF-8: save the file as UTF-8")
        return Config(home, {})
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path.name}: {error}")
        return Config(home, {})
    except ValidationError as error:
        faults += [_fault(path.name, text, fault["loc"], fault["msg"]) for fault in error.errors()]
        return Config(home, {})
    sheets = {key: _sheet(key, sheet, path.name, text, faults) for key, sheet in parsed.sheets.items()}
    faults += _collisions(path.name, text, sheets)
    if not faults:
        sheets = {key: _with_secrets(sheet, environ, home, faults) for key, sheet in sheets.items()}
    named = parsed.google.credentials or environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service_account.json")
    first, *more = [named] if isinstance(named, str) else named
    faults += [
        f"the service account's key '{file}' is not there: "
        "save Google's JSON key under that name or set GOOGLE_APPLICATION_CREDENTIALS"
        for file in (first, *more)
        if not (folder / file).is_file()
    ]
    return Config(
        home=home,
        sheets=sheets,
        port=port,
        host=environ.get("LEADBRIDGE_HOST", parsed.bridge.host),
        trusted_proxies=parsed.bridge.trusted_proxies,
        public_url=(parsed.bridge.public_url or f"http://127.0.0.1:{port}").rstrip("/"),
        google_url=parsed.google.base_url.rstrip("/"),
        credentials=folder / first,
        more_credentials=tuple(folder / file for file in more),
        keep_history=parsed.bridge.keep_history,
        engine=parsed.bridge.engine,
        lease=timedelta(seconds=parsed.bridge.lease),
        calls_per_minute=parsed.google.calls_per_minute,
    )


def _sheet(key: str, sheet: _Sheet, name: str, text: str, faults: list[str]) -> SheetConfig:
    where = ("sheets", key)

    def fault(*path: str, why: str) -> None:
        faults.append(_fault(name, text, (*where, *path), why))

    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", key):
        fault(why="a sheet's key is part of an address: use a-z, 0-9, - and _")
    url = re.search(r"/d/([\w-]+)", sheet.spreadsheet)
    spreadsheet = url[1] if url else sheet.spreadsheet
    if not re.fullmatch(r"[\w-]{5,200}", spreadsheet):
        fault("spreadsheet", why="give the spreadsheet's id or its whole address")
    try:
        sheet.title.format(name="x")
    except (LookupError, ValueError, AttributeError):
        fault("title", why="only {name} can stand in the title; write {{ for a brace")
    for word, status in (sheet.statuses or {}).items():
        if status not in STATUSES:
            fault("statuses", word, why=f"'{status}' is no task status; use one of {', '.join(STATUSES)}")
    mapping = SheetMapping(_columns(sheet, fault), _statuses(sheet, fault), sheet.title)
    column = mapping.by_field.get(sheet.match)
    if sheet.match and (column is None or column.kind != "text" or not mapping.task_changes({sheet.match: "x"})):
        fault("match", why="name a text column that the task keeps, such as name")
    return SheetConfig(
        key, spreadsheet, sheet.tab, mapping, (), sheet.assign_ids, sheet.sweep_every, sheet.create_rows, sheet.match,
        sheet.grace,
    )  # fmt: skip


def _collisions(name: str, text: str, sheets: Mapping[str, SheetConfig]) -> list[str]:
    """What each sheet may say for itself, but not two of them together."""
    faults, tabs = [], dict[tuple[str, str], str]()
    for key, sheet in sheets.items():
        if (first := tabs.setdefault((sheet.spreadsheet, sheet.tab), key)) != key:
            faults.append(_fault(name, text, ("sheets", key), f"sheet '{first}' already syncs this tab"))
    makers = [key for key, sheet in sheets.items() if sheet.create_rows]
    for key in makers[1:]:
        why = f"a new task gets one row, and sheet '{makers[0]}' makes it already"
        faults.append(_fault(name, text, ("sheets", key, "create_rows"), why))
    return faults


def _statuses(sheet: _Sheet, fault: Any) -> Statuses:
    to_task = sheet.statuses or dict(SHIPPED.to_task)
    back = dict(sheet.back or ({} if sheet.statuses else SHIPPED.back))
    for status in STATUSES:
        words = [word for word, meant in to_task.items() if meant == status]
        if not words:
            fault(
                "statuses", why=f"no word means {status}: a task that becomes {status} could not be shown in the sheet"
            )
        elif back.setdefault(status, words[0]) not in words:
            fault("back", status, why=f"'{back[status]}' does not mean {status}; use one of {', '.join(words)}")
    for status in back.keys() - set(STATUSES):
        fault("back", status, why=f"'{status}' is no task status; use one of {', '.join(STATUSES)}")
    return Statuses(to_task, back, STATUSES[0])


def _columns(sheet: _Sheet, fault: Any) -> tuple[Column, ...]:
    columns = {column.field: column for column in COLUMNS}
    columns["notes"] = replace(columns["notes"], when_empty=sheet.notes)
    for name, given in sheet.columns.items():
        if name not in columns and not (given.kind and given.task_field):
            fault("columns", name, why="a column of your own needs kind and task_field")
            continue
        if given.task_field and given.task_field not in TASK_FIELDS - {"id", "title"}:
            fault("columns", name, "task_field", why="use status, notes, assignee or due")
        if given.task_field == "due" and given.kind not in {None, "date"}:
            fault("columns", name, "kind", why='the task\'s due is a date: use kind = "date"')
        if name == "sync" and given.model_dump(exclude={"headers"}, exclude_none=True):
            fault("columns", name, why="the sync column belongs to the bridge: only its headers can be changed")
        if name in columns and given.kind not in {None, columns[name].kind}:
            fault("columns", name, "kind", why=f"the {name} column holds a {columns[name].kind}; leave kind out")
        if name not in columns:  # it takes the field over from a shipped column that the file does not name
            columns = {
                field: column
                for field, column in columns.items()
                if column.required or column.task_field != given.task_field or field in sheet.columns
            }
        settings: dict[str, Any] = given.model_dump(exclude_none=True)
        settings["headers"] = tuple(given.headers or (columns[name].headers if name in columns else (name,)))
        columns[name] = replace(columns.get(name, Column(name, (name,))), **settings)
    seen: dict[str, str] = {}
    for column in columns.values():
        if column.task_field and seen.setdefault(column.task_field, column.field) != column.field:
            fault(
                "columns",
                column.field,
                why=f"the task's {column.task_field} is already fed by column '{seen[column.task_field]}'",
            )
    return tuple(columns.values())


def _with_secrets(sheet: SheetConfig, environ: Mapping[str, str], home: Path, faults: list[str]) -> SheetConfig:
    secrets = tuple(stored_secret(home, environ, sheet.key).split())
    for secret in secrets:
        try:
            secret_bytes(secret)
        except ValueError as error:
            faults.append(f"the webhook secret of sheet '{sheet.key}': {error}")
    return replace(sheet, secrets=secrets)


def _fault(name: str, text: str, path: tuple[int | str, ...], why: str) -> str:
    line = _line(text, [str(part) for part in path])
    return (
        f"{name} line {line}: {'.'.join(map(str, path))}: {why}"
        if line
        else f"{name}: {'.'.join(map(str, path))}: {why}"
    )


def _line(text: str, path: list[str]) -> int | None:
    """The line that sets the longest known part of a dotted path; tomllib keeps no positions."""
    table: list[str] = []
    best: tuple[int, int | None] = (0, None)
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = [part.strip().strip("\"'") for part in header[1].split(".")]
            here = table
        elif key := re.match(r"""\s*([\w."'-]+)\s*=""", line):
            here = table + [part.strip("\"'") for part in key[1].split(".")]
        else:
            continue
        if here == path[: len(here)] and len(here) > best[0]:
            best = (len(here), number)
    return best[1]
