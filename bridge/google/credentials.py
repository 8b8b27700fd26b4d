"""The service account: its key, and the account that Google counts calls for."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from google.oauth2.service_account import Credentials

from bridge.errors import Permanent

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
Kind = TypeVar("Kind", bound=Credentials)


def read_key(kind: type[Kind], file: Path) -> Kind:
    """The credentials of this kind that a key file holds. Raises `Permanent` when it cannot be used."""
    try:
        key: Kind = kind.from_service_account_file(str(file), scopes=SCOPES)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        why = f"the service account's key {file.name} cannot be used: {error}"
        raise Permanent(f"{why}. Make one of type JSON in the Google Cloud console") from error
    return key


@lru_cache(maxsize=256)
def account_of(key_file: Path) -> str:
    """What Google counts by: the account's e-mail, the same on every machine; the file's name while it has none."""
    try:
        return str(json.loads(key_file.read_text(encoding="utf-8"))["client_email"])
    except (OSError, ValueError, LookupError, TypeError):
        return key_file.name
