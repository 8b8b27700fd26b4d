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
from typing import Annotated

from dotenv import dotenv_values
from pydantic import Field, ValidationError

from bridge.config.faults import Faults
from bridge.config.model import GOOGLE, Config, SheetConfig
from bridge.config.secrets import stored_secret
from bridge.config.sheets import OwnSheet, Strict, sheet_configs
from bridge.core.signature import secret_bytes


class _Bridge(Strict):
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/#?]+(/[^#?]*)?$")
    host: str = "127.0.0.1"
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    keep_history: int = Field(default=400, ge=0, le=36_500)
    engine: bool = True
    lease: float = Field(default=90.0, ge=3, le=3600, strict=False)


class _Google(Strict):
    calls_per_minute: int = Field(default=60, ge=6, le=100_000)
    base_url: str = Field(default=GOOGLE, pattern=r"^https?://")
    credentials: str | Annotated[list[str], Field(min_length=1)] | None = None


class _File(Strict):
    bridge: _Bridge = _Bridge()
    google: _Google = _Google()
    sheets: dict[str, OwnSheet] = Field(min_length=1)


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Config:
    """Read the configuration of ``folder`` (the working folder). Raises `ConfigError` naming every fault."""
    folder = folder or Path.cwd()
    environ = os.environ if environ is None else environ
    home = folder / environ.get("LEADBRIDGE_HOME", "instance")
    environ = _dotenv(folder / ".env") | _dotenv(home / ".env") | dict(environ)
    faults = Faults()
    port = _port(environ, faults)
    path = _config_file(environ, home, folder)
    config = (
        _local(environ, home, port, faults) if path is None else _from_file(path, environ, home, folder, port, faults)
    )
    database = environ.get("DATABASE_URL", "")
    if database and not re.match(r"sqlite:///|postgresql(\+psycopg)?://", database):
        faults.add("DATABASE_URL: use postgresql+psycopg://user:password@host/name or sqlite:////path/of/the.db")
    if not config.engine and not database.startswith("postgresql"):
        faults.add("engine = false leaves the work to `leadbridge worker`, which needs PostgreSQL: set DATABASE_URL")
    faults.stop()
    return replace(config, database_url=re.sub("^postgresql://", "postgresql+psycopg://", database))


def _dotenv(path: Path) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _config_file(environ: Mapping[str, str], home: Path, folder: Path) -> Path | None:
    if named := environ.get("LEADBRIDGE_CONFIG"):
        return folder / named
    return next((path for path in (home / "bridge.toml", folder / "bridge.toml") if path.is_file()), None)


def _port(environ: Mapping[str, str], faults: Faults) -> int:
    text = environ.get("PORT", "5001")
    if text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    faults.add(f"PORT is '{text}'; use a number from 1 to 65535")
    return 5001


def _local(environ: Mapping[str, str], home: Path, port: int, faults: Faults) -> Config:
    secrets = () if faults.found else (stored_secret(home, environ, "leads"),)
    sheets = {"leads": SheetConfig("leads", "", secrets=secrets)}
    return Config(home, sheets, port, local=True, public_url=f"http://127.0.0.1:{port}")


def _from_file(path: Path, environ: Mapping[str, str], home: Path, folder: Path, port: int, faults: Faults) -> Config:
    if (file := _read(path, faults)) is None:
        return Config(home, {})
    sheets = sheet_configs(file.sheets, faults)
    if not faults.found:
        sheets = {key: _with_secrets(sheet, environ, home, faults) for key, sheet in sheets.items()}
    credentials, *more = _key_files(file, environ, folder, faults)
    return Config(
        home=home,
        sheets=sheets,
        port=port,
        host=environ.get("LEADBRIDGE_HOST", file.bridge.host),
        trusted_proxies=file.bridge.trusted_proxies,
        public_url=(file.bridge.public_url or f"http://127.0.0.1:{port}").rstrip("/"),
        google_url=file.google.base_url.rstrip("/"),
        credentials=credentials,
        more_credentials=tuple(more),
        keep_history=file.bridge.keep_history,
        engine=file.bridge.engine,
        lease=timedelta(seconds=file.bridge.lease),
        calls_per_minute=file.google.calls_per_minute,
    )


def _read(path: Path, faults: Faults) -> _File | None:
    """The file in its shape; None when it has none."""
    faults.file = path.name
    try:
        faults.text = path.read_text(encoding="utf-8")
        return _File.model_validate(tomllib.loads(faults.text))
    except OSError as error:
        faults.add(f"{path.name}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        faults.add(f"{path.name}: byte {error.start + 1} is not UTF-8: save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        faults.add(f"{path.name}: {error}")
    except ValidationError as error:
        for fault in error.errors():
            faults.at(*fault["loc"], why=fault["msg"].removeprefix("Value error, "))
    return None


def _key_files(file: _File, environ: Mapping[str, str], folder: Path, faults: Faults) -> list[Path]:
    named = file.google.credentials or environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service_account.json")
    names = [named] if isinstance(named, str) else named
    for name in names:
        if not (folder / name).is_file():
            faults.add(
                f"the service account's key '{name}' is not there: "
                "save Google's JSON key under that name or set GOOGLE_APPLICATION_CREDENTIALS"
            )
    return [folder / name for name in names]


def _with_secrets(sheet: SheetConfig, environ: Mapping[str, str], home: Path, faults: Faults) -> SheetConfig:
    secrets = tuple(stored_secret(home, environ, sheet.key).split())
    for secret in secrets:
        try:
            secret_bytes(secret)
        except ValueError as error:
            faults.add(f"the webhook secret of sheet '{sheet.key}': {error}")
    return replace(sheet, secrets=secrets)
