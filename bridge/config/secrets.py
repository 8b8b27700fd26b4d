"""Secrets this machine makes for itself: webhook secrets and the local token, kept in the home folder, mode 0600.

Never in bridge.toml, never on a command line, never in a log.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from bridge.core.signature import PREFIX


def stored_secret(home: Path, environ: Mapping[str, str], sheet: str) -> str:
    """The webhook secret(s) of a sheet: from the environment, else made once and kept in ``home/.env``."""
    name = "LEADBRIDGE_SECRET_" + sheet.upper().replace("-", "_")
    if given := environ.get(name):
        return given
    made = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    append_private(home / ".env", f"{name}={made}\n")
    return made


def append_private(path: Path, text: str) -> None:
    """Append to a file only its owner may read; it is on disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
