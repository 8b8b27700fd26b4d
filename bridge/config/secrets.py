"""Secrets this machine makes for itself: webhook secrets and the local token, kept in the home folder, mode 0600.

Never in bridge.toml, never on a command line, never in a log.
"""

import base64
import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from bridge.config.faults import Faults
from bridge.config.home import make_home
from bridge.core.signature import PREFIX, secret_bytes


def given_secrets(environ: Mapping[str, str], sheet: str, faults: Faults) -> tuple[str, ...]:
    """The webhook secrets of a sheet that the environment names, one or, during a rotation, two."""
    given = tuple(environ.get(_name(sheet), "").split())
    for secret in given:
        try:
            secret_bytes(secret)
        except ValueError as error:
            faults.add(f"the webhook secret of sheet '{sheet}': {error}")
    return given


def make_secret(home: Path, sheet: str) -> tuple[str, ...]:
    """A new webhook secret, kept in ``home/.env``, where the next start finds it; the one that another process of this
    home has made meanwhile, if one has.
    """
    make_home(home)
    path, name = home / ".env", _name(sheet)
    path.touch(mode=0o600)
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        made = [line.partition("=")[2].split() for line in file if line.startswith(f"{name}=")]
        if made and made[-1]:
            return tuple(made[-1])
        secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        append_private(path, f"{name}={secret}\n")
    return (secret,)


def _name(sheet: str) -> str:
    return "LEADBRIDGE_SECRET_" + sheet.upper().replace("-", "_")


def append_private(path: Path, text: str) -> None:
    """Append to a file only its owner may read; it is on disk when this returns."""
    make_home(path.parent)
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
