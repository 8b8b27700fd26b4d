"""The connection of one service account to Google: google-auth signs it in, gspread calls, and failures become the
bridge's own errors. All sheets of the account share it. Knows nothing of cells.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gspread
import requests
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.oauth2.service_account import Credentials
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from bridge.config.model import GOOGLE
from bridge.errors import Throttled, Transient
from bridge.google import refusals
from bridge.google.calls import Call, Calls, Kind, Purpose, Result
from bridge.google.credentials import read_key

TIMEOUT = (5.0, 20.0)
"""Seconds to connect and to wait for an answer; gspread by itself would wait for ever (GOOGLE.md section 1)."""
LONGEST_RETRY_AFTER = 300.0
"""Seconds; whoever asks for more is asked again after these."""


class Google:
    """One account's connection, which threads may share. Raises `Permanent` when its key cannot be used."""

    def __init__(self, google_url: str, file: Path) -> None:
        kind, client = (
            (Credentials, HTTPClient) if google_url == GOOGLE else (_LocalCredentials, _redirected(google_url))
        )
        self.file, self._key_state = file, _file_state(file)
        key = read_key(kind, file)
        self.http: HTTPClient = gspread.Client(key, http_client=client).http_client
        self.http.set_timeout(TIMEOUT)
        self.email: str = key.service_account_email

    def close(self) -> None:
        """Close the connections; a call after that opens new ones."""
        self.http.session.close()

    @property
    def outdated(self) -> bool:
        """True if the key file was replaced."""
        return _file_state(self.file) not in {self._key_state, None}


def _file_state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


class _LocalCredentials(Credentials):
    """google-auth asks a host of Google's which regions a key may be used in; a local Google has none."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def _redirected(base_url: str) -> type[HTTPClient]:
    """gspread's client with another base URL, for the local Google; gspread has no option for it."""

    class Redirected(HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
            return super().request(method, base_url + urlsplit(endpoint).path, *args, **kwargs)

    return Redirected


class Calling:
    """One call: counted, and what gspread, google-auth and requests raise turned into the bridge's errors."""

    def __init__(self, calls: Calls, kind: Kind, purpose: Purpose, email: str) -> None:
        self.calls, self.kind, self.purpose, self.email = calls, kind, purpose, email

    def __enter__(self) -> None:
        self.calls.begun[self.kind] += 1
        self.began = self.calls.clock()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.calls.unrecorded.append(Call(self.began, self.kind, self.purpose, _result(error)))
        if isinstance(error, APIError):
            raise _api_error(error, self.email) from error
        if isinstance(error, RefreshError) and not error.retryable:
            raise refusals.of_token(error.args[-1] if error.args else None, self.email) from error
        if isinstance(error, requests.RequestException | GoogleAuthError):
            raise Transient(f"Google does not answer{_at_host(error)}: {type(error).__name__}") from error
        if isinstance(error, ValueError | LookupError | TypeError | AttributeError):
            raise Transient("Google's answer cannot be read") from error


def _result(error: BaseException | None) -> Result:
    if error is None:
        return "ok"
    if isinstance(error, APIError):
        status = error.response.status_code
        return "429" if status == 429 else "5xx" if status >= 500 else "4xx"
    return "timeout" if isinstance(error, requests.Timeout) else "failed"


def _at_host(error: BaseException) -> str:
    """The host that did not answer, if known."""
    request = getattr(error, "request", None)
    host = urlsplit(getattr(request, "url", None) or "").netloc
    return f" at {host}" if host else ""


def _api_error(error: APIError, email: str) -> Exception:
    status = error.response.status_code
    if status == 408 or status >= 500:
        return Transient(f"Google answered {status}", _retry_after(error.response))
    translated = refusals.of_answer(status, error.error, email)
    if isinstance(translated, Throttled):
        translated.retry_after = _retry_after(error.response)
    return translated


def _retry_after(response: requests.Response) -> float | None:
    """Seconds, when Google names them; it is not documented to (GOOGLE.md section 1)."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_RETRY_AFTER) if text.isascii() and text.isdigit() else None
