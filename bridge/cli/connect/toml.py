"""Adds a sheet to bridge.toml: keeps comments and tables, and replaces the file only if the result is valid."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from bridge.config.file import load
from bridge.config.model import Config, ConfigError
from bridge.errors import Permanent


def add(
    folder: Path, environ: Mapping[str, str], head: Mapping[str, Any], key: str, sheet: Mapping[str, Any]
) -> Config:
    """The configuration with one more sheet; the file is replaced only if the new one can be read. ``head``: the tables
    that a new file begins with. Raises `Permanent`.
    """
    path, new = folder / "bridge.toml", folder / "bridge.toml.new"
    present = path.read_text(encoding="utf-8") if path.is_file() else tomlkit.dumps(head)
    try:
        new.write_text(_joined(present, key, sheet), encoding="utf-8")
        config = load(dict(environ) | {"LEADBRIDGE_CONFIG": new.name}, folder)
        new.replace(path)
    except (ConfigError, TOMLKitError) as error:
        raise Permanent(f"bridge.toml stays as it was:\n{error}") from error
    finally:
        new.unlink(missing_ok=True)
    return config


def _joined(text: str, key: str, sheet: Mapping[str, Any]) -> str:
    document = tomlkit.parse(text)
    sheets: Any = document.setdefault("sheets", tomlkit.table(is_super_table=True))
    if key in sheets:
        raise ConfigError(f"it has a sheet '{key}' already; --key gives this one another name")
    sheets[key] = sheet
    return tomlkit.dumps(document)
