"""The whole product in one process for a test: local Google and bridge, each served over real HTTP on a port of its
own.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, select
from waitress import create_server, wasyncore

from bridge.app import create_app
from bridge.config.model import Config, SheetConfig
from bridge.core.signature import sign
from bridge.local_google.app import create_local_google
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.server.serve import local_token
from bridge.store.models import Link, SheetQueue
from tests.databases import Databases
from tests.local_google.witness import Witness

SECRET = "whsec_" + "A" * 43 + "="


def eventually(holds: Callable[[], Any], what: str = "", seconds: float = 60.0) -> Any:
    """Wait until ``holds()`` is true; fails with what it last gave. Shared machines stand still for seconds at times."""
    until = time.monotonic() + seconds
    while not (last := holds()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what or holds} (last: {last!r})")
        time.sleep(0.01)
    return last


@contextmanager
def served(wsgi: Any) -> Iterator[str]:
    """A WSGI app over HTTP on a free port; yields its address."""
    server: Any = create_server(wsgi, host="127.0.0.1", port=0, threads=8, connection_limit=1000)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=0.05, map=server._map, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stopping.set()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(server._map)


class Stack:
    """What a test holds: the sheet as a person has it, the API as a program has it, and the bridge between."""

    def __init__(self, folder: Path, databases: Databases, **sheet: Any) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self._databases, self.database = databases, databases.new(self.home)
        self._sheet, self.lease = sheet, timedelta(seconds=90)
        self._closing: list[Any] = []

    def __enter__(self) -> "Stack":
        self._google_server = served(lambda *request: self.witness(*request))
        self.google_url = self._google_server.__enter__()
        self.google_app = create_local_google(self.folder / "google", public_url=self.google_url)
        self.google = self.google_app.extensions["local_google"]
        self.witness = Witness(self.google_app, strict=True)
        self.start_bridge()
        return self

    def start_bridge(self, *, working: bool = True) -> None:
        """Start the bridge on what is on disk; not ``working``: it answers and has no turns."""
        self._server = served(lambda *request: self.app(*request))
        self.url = self._server.__enter__()
        sheet = SheetConfig("leads", self.google.book.id, secrets=(SECRET,))
        self.config = Config(
            self.home, {"leads": replace(sheet, **self._sheet)}, public_url=self.url, google_url=self.google_url,
            credentials=self.folder / "google" / "service_account.json", database_url=self.database,
            lease=self.lease,
        )  # fmt: skip
        self.app = create_app(self.config)
        self.runtime = self.app.extensions["bridge"]
        self.token = local_token(self.app, self.home)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.started, self.ahead = datetime.now(UTC), timedelta()
        if working:
            self.app.extensions["engine"].start()

    def stop_bridge(self) -> None:
        """Stop the bridge; the local Google goes on."""
        self.app.extensions["engine"].stop()
        self._server.__exit__(None, None, None)
        self.http.close()
        self.runtime.close()

    def __exit__(self, failed: object, *_: object) -> None:
        self.stop_bridge()
        self.google.stop()
        self._google_server.__exit__(None, None, None)
        self._databases.drop(self.database)
        if not failed:
            self.witness.testify()

    def install(self) -> None:
        """Install the sheet's script, as a person does."""
        self.google.scripts.run("installBridge", [self.config.connection("leads")])

    def later(self, seconds: float) -> None:
        """Let the bridge's clock jump ahead, and let the engine look at it."""
        ahead = timedelta(seconds=seconds) + self.ahead
        self.ahead = ahead
        self.runtime.now = lambda: datetime.now(UTC) + ahead
        self.runtime.wake("leads", None)

    def sweep(self) -> None:
        """Ask for a sweep and wait until it is done and all is quiet."""
        with self.runtime.writing() as session:
            ask_for_sweep(session, "leads", self.runtime.now())
            session.commit()
        self.settle()

    # the sheet
    def edit(self, where: str, *rows: list[Any]) -> None:
        """Type or paste, as a person does."""
        self.google.person.edit(where, [list(row) for row in rows])

    def cell(self, name: str) -> Any:
        """What a cell holds, e.g. ``cell("C2")``."""
        column, row = ord(name[0]) - 64, int(name[1:])
        return self.google.book.tab("Leads").values(row, column)[0][0]

    def rows(self, first: int = 2, last: int = 200) -> list[list[Any]]:
        """The rows that hold anything, as values of columns A to D."""
        values = self.google.book.tab("Leads").values(first, 1, last - first + 1, 4)
        return [row for row in values if any(value not in (None, "") for value in row)]

    # the API
    def tasks(self, **query: Any) -> list[dict[str, Any]]:
        """GET /tasks."""
        answer = self.http.get(f"{self.url}/tasks", params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def task(self, task_id: int) -> dict[str, Any]:
        """GET /tasks/<id>."""
        return self.http.get(f"{self.url}/tasks/{task_id}", timeout=60).json()

    def patch(self, task_id: int, **fields: Any) -> requests.Response:
        """PATCH /tasks/<id>."""
        return self.http.patch(f"{self.url}/tasks/{task_id}", json=fields, timeout=60)

    def changes(self, task_id: int) -> list[dict[str, Any]]:
        """The task's history, newest first."""
        return self.http.get(f"{self.url}/tasks/{task_id}/changes", timeout=60).json()

    def post_to(self, path: str, **body: Any) -> requests.Response:
        """POST with the token."""
        return self.http.post(self.url + path, json=body, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        """GET with the token, as JSON."""
        answer = self.http.get(self.url + path, params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()

    # the webhook
    def deliver(self, *rows: list[Any], seq: int = 1, first: int = 2, **body: Any) -> requests.Response:
        """A signed delivery as the script makes it, for rows of the columns id, name, status, task_id."""
        shown = [["" if value is None else str(value) for value in row] for row in rows]
        wire = [{"row": first + i, "cells": list(row), "shown": shown[i]} for i, row in enumerate(rows)]
        header = ["id", "name", "status", "task_id"]
        message = {
            "type": "rows",
            "seq": seq,
            "spreadsheet": self.google.book.id,
            "sheet_id": 0,
            "header": header,
            "rows": wire,
        }
        return self.post(
            json.dumps({key: value for key, value in (message | body).items() if value is not None}).encode()
        )

    def post(self, body: bytes, message_id: str | None = None, **headers: str) -> requests.Response:
        """A body to the webhook, rightly signed unless a header says otherwise."""
        message_id, now = message_id or f"msg_{uuid.uuid4()}", int(time.time())
        sent = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, message_id, now, body),
        }
        return requests.post(f"{self.url}/hooks/sheets/leads", data=body, headers=sent | headers, timeout=60)

    # both
    def pending(self) -> int:
        """How many links owe the sheet a write."""
        with self.runtime.session() as session:
            return session.scalar(select(func.count()).select_from(Link).where(Link.wanted > Link.written)) or 0

    def quiet(self) -> bool:
        """The first sweep is done, nothing is pending or due, no script is running."""
        with self.runtime.session() as session:
            lane = session.get_one(SheetQueue, "leads")
            soon = self.runtime.now() + timedelta(seconds=10)  # later: the end of a grace time
            idle = lane.lease_until is None and lane.swept_at and lane.swept_at >= self.started
            idle = idle and (lane.sweep_at is None or lane.sweep_at > soon)
        return bool(idle) and not self.pending() and self.google.scripts.wait_idle(0)

    def settle(self, seconds: float = 60.0) -> None:
        """Wait until both sides have said all they had to say."""
        eventually(self.quiet, "settled", seconds)

    def calls(self) -> tuple[int, int]:
        """API calls Google has counted so far: reads, writes."""
        return self.google.calls.reads, self.google.calls.writes
