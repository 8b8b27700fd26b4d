"""The whole product in one process for a test: local Google and bridge, each behind an HTTP door of the test process.

By default no thread works and no time passes by itself: `Stack.settle` runs in the test's own thread what is due, job
by job, and moves the clock on where something waits. So a test costs what it does, and goes the same way each time.

With ``engine=True`` the bridge's engine and the script's threads do the work by the real clock, as in production; then
`settle` waits for them. That is for tests about the engine, its wake-ups, and what happens at the same time.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import requests
from sqlalchemy import func, select

from bridge.app import create_app
from bridge.config.model import Config, SheetConfig
from bridge.core.signature import sign
from bridge.local_google.api.timer import REAL, Timer
from bridge.local_google.app import create_local_google
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.server.local_token import local_token
from bridge.store.models import Link, SheetQueue
from bridge.store.unit_of_work import wake_after_commit
from bridge.worker import start
from bridge.worker.run import due as due_queues
from bridge.worker.run import run
from tests.clock import HeldClock
from tests.databases import Databases, share_compiled
from tests.doors import Wsgi, door
from tests.keys import put_key
from tests.local_google.witness import Witness

MOST_ROUNDS = 1000
SECRET = "whsec_" + "A" * 43 + "="


def eventually(holds: Callable[[], Any], what: str = "", seconds: float = 60.0) -> Any:
    """Wait until ``holds()`` is true; fails with what it last gave. Shared machines stand still for seconds at times."""
    until = time.monotonic() + seconds
    while not (last := holds()):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what or holds} (last: {last!r})")
        time.sleep(0.01)
    return last


class Stack:
    """What a test holds: the sheet as a person has it, the API as a program has it, and the bridge between.

    ``engine``: threads do the work by the real clock, see above. ``more``: further sheets by key, each with its settings.
    ``sheet``: settings of `SheetConfig` for "leads".
    """

    def __init__(
        self,
        folder: Path,
        databases: Databases,
        *,
        engine: bool = False,
        more: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
        **sheet: Any,
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self._databases, self.database = databases, databases.new(self.home)
        self._sheets, self.lease = {"leads": sheet, **more}, timedelta(seconds=90)
        self.clock = None if engine else HeldClock()

    def __enter__(self) -> "Stack":
        with ExitStack() as closing:
            self._open(closing)
            self._closing = closing.pop_all()
        return self

    def _open(self, closing: ExitStack) -> None:
        if self.clock:
            closing.enter_context(self.clock)
        closing.callback(self._databases.drop, self.database)
        self._google_door, self._door = door("google"), door("bridge")
        self.google_url, self.url = self._google_door.url, self._door.url
        self.key = put_key(self.folder / "google", self.google_url)
        timer = Timer(self.clock.seconds, self.clock.advance) if self.clock else REAL
        self.google_app = create_local_google(
            self.key.parent, public_url=self.google_url, script_threads=not self.clock, timer=timer
        )
        self.google = self.google_app.extensions["local_google"]
        self.witness = Witness(self.google_app, strict=True)
        self._google_door.open(self.before_google(lambda *request: self.witness(*request)))
        closing.callback(self._google_door.shut)
        closing.callback(self.google.stop)
        self.start_bridge()

    def before_google(self, app: Wsgi) -> Wsgi:
        """What stands before the local Google; for whoever plays between the parts."""
        return app

    def before_bridge(self, app: Wsgi) -> Wsgi:
        """What stands before the bridge."""
        return app

    def start_bridge(self, *, working: bool = True) -> None:
        """Start the bridge on what is on disk; not ``working``: it answers and has no jobs."""
        book = self.google.book.id
        sheets = {
            key: replace(SheetConfig(key, book, secrets=(SECRET,)), **sheet) for key, sheet in self._sheets.items()
        }
        self.config = Config(
            self.home, sheets, public_url=self.url, google_url=self.google_url,
            credentials=(self.key,), database_url=self.database, lease=self.lease,
        )  # fmt: skip
        self.app = create_app(self.config)
        self.runtime = self.app.extensions["bridge"]
        self.token = local_token(self.runtime.database, self.home)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.script = requests.Session()
        self.http.trust_env = self.script.trust_env = False  # which looks for proxies at each request
        self.started, self.ahead = datetime.now(UTC), timedelta()
        self._door.open(self.before_bridge(self.app))
        if self.clock:
            share_compiled(self.runtime.database)
            self.runtime.now = self.clock.now
            begin = start.request_full_sweeps if self.database.startswith("postgresql") else start.take_over
            begin(self.runtime)  # as the engine does
        elif working:
            self.runtime.engine.start()

    def stop_bridge(self) -> None:
        """Stop the bridge; the local Google goes on."""
        self.runtime.engine.stop()
        self._door.shut()
        self.http.close()
        self.script.close()
        self.runtime.close()

    def __exit__(self, failed: object, *_: object) -> None:
        with self._closing:
            self.stop_bridge()
        if not failed:
            self.witness.testify()

    def install(self) -> None:
        """Install the sheet's script, as a person does."""
        self.google.scripts.run("installBridge", [self.config.connection("leads")])

    def later(self, seconds: float) -> None:
        """Let the bridge's clock jump ahead, and do what is due then."""
        if self.clock:
            self.clock.advance(seconds)
            self.drain()
            return
        ahead = timedelta(seconds=seconds) + self.ahead
        self.ahead = ahead
        self.runtime.now = lambda: datetime.now(UTC) + ahead
        with self.runtime.writing() as session:
            wake_after_commit(session, "leads")
            session.commit()

    def run_for(self, seconds: float) -> None:
        """Let so many seconds pass, and do everything when it falls due."""
        assert self.clock, "the engine does that"
        until = self.runtime.now() + timedelta(seconds=seconds)
        self.drain()
        while (due := due_queues(self.runtime)[0].at) < until:
            self._wait_until(due)
        self._wait_until(until)

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
    def deliver(self, *rows: list[Any], seq: int = 1, first: int = 2, late: int = 0, **body: Any) -> requests.Response:
        """A signed delivery as the script makes it, for rows of the columns id, name, status, task_id. ``late``: so many
        seconds after it was signed.
        """
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
        told = {key: value for key, value in (message | body).items() if value is not None}
        return self.post(json.dumps(told).encode(), late=late)

    def post(self, body: bytes, message_id: str | None = None, late: int = 0, **headers: str) -> requests.Response:
        """A body to the webhook, rightly signed unless a header says otherwise."""
        message_id, now = message_id or f"msg_{uuid.uuid4()}", int(time.time()) - late
        sent = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, message_id, now, body),
        }
        return self.script.post(f"{self.url}/hooks/sheets/leads", data=body, headers=sent | headers, timeout=60)

    # both
    def pending(self) -> int:
        """How many links owe the sheet a write."""
        with self.runtime.session() as session:
            return session.scalar(select(func.count()).select_from(Link).where(Link.wanted > Link.written)) or 0

    def quiet(self) -> bool:
        """The first sweep is done, nothing is pending or due, no script is running."""
        with self.runtime.session() as session:
            queue = session.get_one(SheetQueue, "leads")
            soon = self.runtime.now() + timedelta(seconds=10)  # later: the end of a grace time
            idle = queue.lease_until is None and queue.swept_at and queue.swept_at >= self.started
            idle = idle and (queue.sweep_at is None or queue.sweep_at > soon)
        return bool(idle) and not self.pending() and self.google.scripts.wait_idle(0)

    def settle(self, seconds: float = 60.0) -> None:
        """Go on until both sides have said all they had to say; fails after so many seconds of the stack's clock."""
        if not self.clock:
            eventually(self.quiet, "settled", seconds)
            return
        until = self.runtime.now() + timedelta(seconds=seconds)
        self.drain()
        while not self.quiet():
            due = due_queues(self.runtime)[0].at
            assert due < until, f"not settled within {seconds} s: more is due at {due}"
            self._wait_until(due)

    def drain(self) -> None:
        """Run what is due now, scripts and jobs, until nothing is. Nothing that waits is waited for."""
        assert self.clock, "the engine does that"
        for _ in range(MOST_ROUNDS):
            self.google.scripts.wait_idle(0)
            now = self.runtime.now()
            due = [one.sheet for one in due_queues(self.runtime) if one.at <= now]
            if not due:
                return
            for sheet in due:
                run(self.runtime, sheet)
        raise AssertionError(f"jobs are due again and again: {due_queues(self.runtime)}")

    def _wait_until(self, moment: datetime) -> None:
        assert self.clock
        self.clock.advance(max(0.0, (moment - self.runtime.now()).total_seconds()))
        self.drain()

    def calls(self) -> tuple[int, int]:
        """API calls Google has counted so far: reads, writes."""
        return self.google.calls.reads, self.google.calls.writes
