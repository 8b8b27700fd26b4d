"""The local Google over real HTTP, with the real clients."""

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import gspread
import httplib2
import pytest
import requests
import waitress
from flask import Flask
from google.oauth2.service_account import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bridge.local_google.api.oauth import service_account
from bridge.local_google.app import create_local_google
from bridge.local_google.local import LocalGoogle
from bridge.local_google.sheet.book import Tab
from tests.doors import or_dropped
from tests.local_google.witness import Witness

OWNER_TOKEN = "owner-token"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"


class LocalCredentials(Credentials):  # type: ignore[misc]
    """google-auth asks a host of Google's, in the background, for a key's regions; no test leaves this machine."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@cache
def account(key: str) -> LocalCredentials:
    """The account of a key file's text; to check its key takes a tenth of a second."""
    return LocalCredentials.from_service_account_info(json.loads(key))


def credentials(folder: Path, scope: str = SCOPE) -> LocalCredentials:
    """The account whose key lies in the folder, without a token so far."""
    return account((folder / "service_account.json").read_text()).with_scopes([scope])


@cache
def spreadsheets(url: str) -> dict[str, Any]:
    """Resources of Google's own client, which takes a fifth of a second to make their methods."""
    api = build("sheets", "v4", http=httplib2.Http(), client_options={"api_endpoint": url})
    return {"spreadsheets": api.spreadsheets(), "values": api.spreadsheets().values()}


@dataclass
class Served:
    """A running local Google and the ways to it."""

    url: str
    folder: Path
    local: LocalGoogle

    @property
    def leads(self) -> Tab:
        found = self.local.book.tab("Leads")
        assert found is not None
        return found

    def client(self, scope: str = SCOPE) -> gspread.Client:
        """gspread as the bridge uses it: the real exchange, only the host rewritten."""
        base = self.url

        class Rewritten(gspread.HTTPClient):
            def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
                return super().request(method, endpoint.replace("https://sheets.googleapis.com", base), *args, **kwargs)

        client = gspread.Client(auth=credentials(self.folder, scope), http_client=Rewritten)
        client.set_timeout(10)
        return client

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """A call of the API as the owner, with the printed token."""
        url = f"{self.url}/v4/spreadsheets/{self.local.book.id}{path}"
        return requests.request(method, url, headers={"Authorization": f"Bearer {OWNER_TOKEN}"}, timeout=60, **kwargs)

    def post(self, path: str, body: Any) -> requests.Response:
        """What the page sends."""
        return requests.post(self.url + path, json=body, timeout=60)


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key for all tests: making one takes a tenth of a second."""
    path = tmp_path_factory.mktemp("key") / "service_account.json"
    service_account(path, "http://127.0.0.1/oauth2/token")
    return path


class Door:
    """One server for all tests; each test puts its own app behind it."""

    def __init__(self) -> None:
        self.app: Witness | None = None
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/local"
        self.server = waitress.create_server(DispatcherMiddleware(Flask("empty"), {"/local": self}), sockets=[listener])
        threading.Thread(target=self.server.run, daemon=True).start()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        assert self.app is not None
        return or_dropped(self.app, environ, start_response)


@pytest.fixture(scope="session")
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.server.close()


@contextmanager
def serve(folder: Path, key_file: Path, door: Door, script_files: Path) -> Iterator[Served]:
    """A local Google behind the door, with these files as the sheet's script."""
    shutil.copy(key_file, folder)
    app = create_local_google(folder, public_url=door.url, api_token_ok=OWNER_TOKEN.__eq__, script_files=script_files)
    door.app = Witness(app, strict=False)
    local: LocalGoogle = app.extensions["local_google"]
    yield Served(door.url, folder, local)
    local.stop()
    door.app.testify()


@pytest.fixture
def served(tmp_path: Path, key_file: Path, door: Door) -> Iterator[Served]:
    with serve(tmp_path, key_file, door, tmp_path / "no scripts") as served:
        yield served


@pytest.fixture
def sheet(served: Served) -> gspread.Worksheet:
    """The lead sheet as gspread sees it."""
    return served.client().open_by_key(served.local.book.id).sheet1


class Google:
    """The client, bound to the one spreadsheet."""

    def __init__(self, served: Served) -> None:
        self.credentials = credentials(served.folder)
        self._http = AuthorizedHttp(self.credentials, httplib2.Http())
        self._resources = spreadsheets(served.url)
        self.id = served.local.book.id

    def batch(self, *requests: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
        """spreadsheets.batchUpdate; the replies."""
        replies: list[dict[str, Any]] = self._call(
            "spreadsheets", "batchUpdate", {"body": {"requests": requests, **more}}
        )["replies"]
        return replies

    def values(self, method: str, **given: Any) -> Any:
        """A method of spreadsheets.values."""
        return self._call("values", method, given)

    def get(self, **given: Any) -> Any:
        """spreadsheets.get."""
        return self._call("spreadsheets", "get", given)

    def close(self) -> None:
        """End its connections."""
        self._http.close()

    def _call(self, resource: str, method: str, given: dict[str, Any]) -> Any:
        request = getattr(self._resources[resource], method)(spreadsheetId=self.id, **given)
        return request.execute(http=self._http)


@pytest.fixture
def google(served: Served) -> Iterator[Google]:
    client = Google(served)
    yield client
    client.close()


def lines(first: int, last: int | None = None, dimension: str = "ROWS") -> dict[str, Any]:
    """Lines from 0, ``last`` not included."""
    return {"sheetId": 0, "dimension": dimension, "startIndex": first, "endIndex": last or first + 1}
