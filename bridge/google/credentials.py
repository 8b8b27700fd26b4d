"""The service account: its key, its connection to Google, and the account that Google counts calls for."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gspread
import requests
from google.oauth2.service_account import Credentials
from gspread.http_client import HTTPClient

from bridge.config.model import GOOGLE
from bridge.errors import Permanent

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)
TIMEOUT = (5.0, 20.0)
"""Seconds to connect and to wait for an answer; gspread by itself would wait for ever (GOOGLE.md section 1)."""


class Google:
    """One account's connection, which threads may share. Raises `Permanent` when its key cannot be used."""

    def __init__(self, google_url: str, file: Path) -> None:
        kind = Credentials if google_url == GOOGLE else _LocalCredentials
        try:
            self._made_of = _state(file)
            key = kind.from_service_account_file(str(file), scopes=SCOPES)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            why = f"the service account's key {file.name} cannot be used: {error}"
            raise Permanent(f"{why}. Make one of type JSON in the Google Cloud console") from error
        self.http: HTTPClient = gspread.Client(key, http_client=_client(google_url)).http_client
        self.http.set_timeout(TIMEOUT)
        self.email: str = key.service_account_email
        self.file = file

    def close(self) -> None:
        """Close the connections; a call after that opens new ones."""
        self.http.session.close()

    @property
    def outdated(self) -> bool:
        """True when another key has been put in its place."""
        try:
            return _state(self.file) != self._made_of
        except OSError:
            return False


def _state(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_mtime_ns, found.st_size


class _LocalCredentials(Credentials):
    """google-auth asks a host of Google's which regions a key may be used in; a local Google has none."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def _client(base_url: str) -> type[HTTPClient]:
    """gspread has no base-address option; the same client with another host is all the local Google needs."""
    if base_url == GOOGLE:
        return HTTPClient

    class Redirected(HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
            return super().request(method, base_url + urlsplit(endpoint).path, *args, **kwargs)

    return Redirected


@lru_cache(maxsize=256)
def account_of(key_file: Path) -> str:
    """What Google counts by: the account's e-mail, the same on every machine; the file's name while it has none."""
    try:
        return str(json.loads(key_file.read_text(encoding="utf-8"))["client_email"])
    except (OSError, ValueError, LookupError, TypeError):
        return key_file.name
