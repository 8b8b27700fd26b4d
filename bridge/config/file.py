"""Read bridge.toml and the environment into a `Config`; every fault is reported at once with its line.

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
from pydantic import Field, ValidationError

from bridge.config.faults import Faults
from bridge.config.model import Config, SheetConfig
from bridge.config.secrets import given_secrets, make_secret
from bridge.config.sheets import OwnSheet, Strict, sheet_configs

SECOND = timedelta(seconds=1)


class _Bridge(Strict):
    """``[bridge]``, in the words of `Config`."""

    public_url: str = Field(default=Config.public_url, pattern=r"^https?://[^/#?]+(/[^#?]*)?$")
    host: str = Config.host
    trusted_proxies: int = Field(default=Config.trusted_proxies, ge=0, le=10)
    keep_history: int = Field(default=Config.keep_history, ge=0, le=36_500)
    engine: bool = Config.engine
    lease: timedelta = Field(default=Config.lease, ge=3 * SECOND, le=3600 * SECOND, strict=False)


class _Google(Strict):
    calls_per_minute: int = Field(default=Config.calls_per_minute, ge=6, le=100_000)
    google_url: str = Field(default=Config.google_url, alias="base_url", pattern=r"^https?://")
    credentials: str | Annotated[list[str], Field(min_length=1)] | None = None


class _File(Strict):
    bridge: _Bridge = _Bridge()
    google: _Google = _Google()
    sheets: dict[str, OwnSheet] = Field(min_length=1)


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Config:
    """The configuration of ``folder`` (the working folder), as `read` has it; makes the secrets that are missing."""
    return with_secrets(read(environ, folder))


def with_secrets(config: Config) -> Config:
    """The same, with a secret for each sheet: those that are missing are made and kept in the home folder."""
    sheets = {
        key: replace(sheet, secrets=sheet.secrets or make_secret(config.home, key))
        for key, sheet in config.sheets.items()
    }
    return replace(config, sheets=sheets)


def read(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Config:
    """The configuration of ``folder`` (the working folder). Writes nothing; a sheet without a secret has none yet.
    Raises `ConfigError` naming every fault.
    """
    folder = folder or Path.cwd()
    environ = os.environ if environ is None else environ
    home = folder / environ.get("LEADBRIDGE_HOME", "instance")
    environ = _dotenv(folder / ".env") | _dotenv(home / ".env") | dict(environ)
    faults, port = Faults(), environ.get("PORT", "5001")
    if not (port.isdigit() and 0 < int(port) < 65_536):
        faults.add(f"PORT is '{port}'; use a number from 1 to 65535")
    config = Config(home, {"leads": SheetConfig("leads", "")}, local=True, public_url=f"http://127.0.0.1:{port}")
    if path := _config_file(environ, home, folder):
        config = replace(config, local=False, **_settings(path, environ, folder, faults))
    config = replace(config, database_url=_database_url(environ, config, faults))
    secrets = {key: given_secrets(environ, key, faults) for key in config.sheets}
    faults.stop()
    sheets = {key: replace(sheet, secrets=secrets[key]) for key, sheet in config.sheets.items()}
    return replace(config, port=int(port), sheets=sheets)


def _dotenv(path: Path) -> dict[str, str]:
    return {key: value for key, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _config_file(environ: Mapping[str, str], home: Path, folder: Path) -> Path | None:
    if named := environ.get("LEADBRIDGE_CONFIG"):
        return folder / named
    return next((path for path in (home / "bridge.toml", folder / "bridge.toml") if path.is_file()), None)


def _database_url(environ: Mapping[str, str], config: Config, faults: Faults) -> str:
    url = environ.get("DATABASE_URL", "")
    if url and not re.match(r"sqlite:///|postgresql(\+psycopg)?://", url):
        faults.add("DATABASE_URL: use postgresql+psycopg://user:password@host/name or sqlite:////path/of/the.db")
    if not config.engine and not url.startswith("postgresql"):
        faults.add("engine = false leaves the work to `leadbridge worker`, which needs PostgreSQL: set DATABASE_URL")
    return re.sub("^postgresql://", "postgresql+psycopg://", url)


def _settings(path: Path, environ: Mapping[str, str], folder: Path, faults: Faults) -> dict[str, Any]:
    """The file's settings of `Config`; an image may listen elsewhere (``LEADBRIDGE_HOST``)."""
    if (file := _read(path, faults)) is None:
        return {"sheets": {}}
    settings = file.bridge.model_dump(exclude_unset=True) | file.google.model_dump(exclude_unset=True)
    settings |= {"host": environ["LEADBRIDGE_HOST"]} if "LEADBRIDGE_HOST" in environ else {}
    settings |= {name: settings[name].rstrip("/") for name in ("public_url", "google_url") if name in settings}
    keys = _key_files(file, environ, folder, faults)
    return settings | {"sheets": sheet_configs(file.sheets, faults), "credentials": keys}


def _read(path: Path, faults: Faults) -> _File | None:
    """The validated file; None if it is invalid."""
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


def _key_files(file: _File, environ: Mapping[str, str], folder: Path, faults: Faults) -> tuple[Path, ...]:
    named = file.google.credentials or environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service_account.json")
    names = [named] if isinstance(named, str) else named
    for name in names:
        if not (folder / name).is_file():
            faults.add(
                f"the service account's key '{name}' is not there: "
                "save Google's JSON key under that name or set GOOGLE_APPLICATION_CREDENTIALS"
            )
    return tuple(folder / name for name in names)
