"""bridge.toml, written so that what stands there stays, and only when the whole of it is valid."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from bridge.config.file import load
from bridge.config.model import Config, ConfigError
from bridge.errors import Permanent


def block(key: str, table: Mapping[str, object]) -> str:
    """One sheet's tables as TOML; a JSON string or list of strings is one of TOML's too."""
    lines, tables = [f"[sheets.{_key(key)}]"], []
    for name, value in table.items():
        if isinstance(value, dict):
            tables += _tables(f"sheets.{_key(key)}.{name}", value)
        else:
            lines.append(f"{name} = {_text(value)}")
    return "\n".join(["", *lines, *tables, ""])


def add(folder: Path, environ: Mapping[str, str], before: str, sheet: str) -> Config:
    """The new bridge.toml's configuration; the file is replaced only when it could be read. Raises `Permanent`."""
    path, new = folder / "bridge.toml", folder / "bridge.toml.new"
    present = path.read_text(encoding="utf-8") if path.is_file() else before
    new.write_text(present.rstrip("\n") + "\n" + sheet if present else sheet.lstrip("\n"), encoding="utf-8")
    try:
        load(dict(environ) | {"LEADBRIDGE_CONFIG": new.name}, folder)
        os.replace(new, path)  # noqa: PTH105 - the atomic one, said plainly
    except ConfigError as error:
        raise Permanent(f"bridge.toml stays as it was:\n{error}") from error
    finally:
        new.unlink(missing_ok=True)
    return load(environ, folder)


def _tables(name: str, value: Mapping[str, object]) -> list[str]:
    flat = {key: one for key, one in value.items() if not isinstance(one, dict)}
    lines = ["", f"[{name}]", *(f"{json.dumps(key)} = {_text(one)}" for key, one in flat.items())] if flat else []
    for key, one in value.items():
        if isinstance(one, dict):
            lines += _tables(f"{name}.{key}", one)
    return lines


def _key(key: str) -> str:
    return key if re.fullmatch(r"[\w-]+", key) else json.dumps(key)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
