"""Many processes on one PostgreSQL: some serve, some work, and any of them may be killed, paused and started again."""

import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import requests

from bridge.core.signature import sign
from bridge.local_google.api.quota import Limits
from bridge.local_google.app import create_local_google
from tests.doors import served
from tests.local_google.witness import Witness
from tests.postgres.server import Postgres
from tests.process.process import ROOT, free_port
from tests.stack import SECRET, eventually

HEADER = ["id", "name", "status", "task_id"]
MEANT = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
LEASE = 4


class Member:
    """One process: ``run`` serves, ``worker`` works."""

    def __init__(self, fleet: "Fleet", what: str) -> None:
        self._fleet, self.what, self.port = fleet, what, free_port()
        self.home = "home"
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait for its ready line."""
        mine = {"PORT": str(self.port), "LEADBRIDGE_HOME": self.home}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bridge", self.what], cwd=self._fleet.folder, text=True, stdout=subprocess.PIPE,
            env=self._fleet.environ() | mine, stderr=self._fleet.errors,
        )  # fmt: skip
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready"):
                self._fleet.token = self._fleet.token or "".join(re.findall(r"token=(\S+)", line))
                return
        raise AssertionError(f"{self.what} did not start: {self.process.wait()}")

    def send(self, number: int) -> None:
        """A signal to it."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL: no instruction more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()


class Fleet:
    """``sheets``: how many, each a tab with ``leads`` rows, and so many processes of each kind. ``overlaps``: writes to one
    tab that were under way at once.
    """

    def __init__(self, folder: Path, postgres: Postgres, sheets: int, leads: int, each: int = 3) -> None:
        self.folder, self._postgres, self._leads, self._each = folder, postgres, leads, each
        self.sheets = [f"l{number:02}" for number in range(1, sheets + 1)]
        self.token, self.overlaps = "", list[int]()
        self._under_way, self._counting = Counter[int](), threading.Lock()
        self._numbers = {key: itertools.count(1) for key in self.sheets}

    def __enter__(self) -> "Fleet":
        self.database = self._postgres.new(self.folder)
        self._server = served(self._watched)
        self.google_url = self._server.__enter__()
        app = create_local_google(self.folder / "google", public_url=self.google_url)
        self.google, self._witness = app.extensions["local_google"], Witness(app, strict=True)
        self.google.quota.limits = Limits(10**6, 10**6)
        for key in self.sheets:
            tab = self.google.book.add_tab(key)
            tab.write(1, 1, [HEADER, *([f"{key}-{n}", f"Lead {key} {n}", "NEW"] for n in range(self._leads))])
        (self.folder / "bridge.toml").write_text(self._toml())
        self.errors = (self.folder / "errors").open("w")
        self.servers = [Member(self, "run") for _ in range(self._each)]
        self.workers = [Member(self, "worker") for _ in range(self._each)]
        for member in self.members:
            member.start()
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        for member in self.members:
            member.kill()
        self.errors.close()
        self.google.stop()
        self._server.__exit__(None, None, None)
        self._postgres.drop(self.database)
        if failed:
            print((self.folder / "errors").read_text()[-6000:])
        else:
            self._witness.testify()

    @property
    def members(self) -> list[Member]:
        """Every process."""
        return [*self.servers, *self.workers]

    def environ(self) -> dict[str, str]:
        """What every process sees."""
        secrets = {f"LEADBRIDGE_SECRET_{key.upper()}": SECRET for key in self.sheets}
        mine = {
            "LEADBRIDGE_HOME": "home",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.database,
        }
        return os.environ | mine | secrets

    def api(self, method: str, path: str, **fields: Any) -> requests.Response:
        """One API call to any server; repeated while that one is away, as any client would."""
        headers = {"Authorization": f"Bearer {self.token}"}
        for _ in range(400):
            with suppress(requests.RequestException):
                url = random.choice(self.servers).url + path
                answer = requests.request(method, url, json=fields or None, headers=headers, timeout=10)
                if answer.status_code < 500:
                    return answer
            time.sleep(0.05)
        raise AssertionError(f"{method} {path} was never answered")

    def type(self, key: str, row: int, word: str) -> None:
        """A person's word in a status cell, delivered as the sheet's script does, until it is acknowledged."""
        self.google.book.tab(key).write(row, 3, [[word]])
        sent = self._signed(key, row)
        for _ in range(400):
            url = f"{random.choice(self.servers).url}/hooks/sheets/{key}"
            with suppress(requests.RequestException):
                if requests.post(url, data=sent[0], headers=sent[1], timeout=10).status_code == 200:
                    return
            time.sleep(0.05)
            sent = self._signed(key, row)
        raise AssertionError("never acknowledged")

    def tasks(self) -> dict[str, list[dict[str, Any]]]:
        """lead id → its tasks."""
        found: dict[str, list[dict[str, Any]]] = {}
        for task in self.api("GET", "/tasks?limit=1000").json():
            found.setdefault(task["lead_id"], []).append(task)
        return found

    def differences(self) -> list[str]:
        """Leads whose row and task do not say the same, or that have not exactly one task."""
        tasks, wrong = self.tasks(), []
        for key in self.sheets:
            for lead_id, _, word, task_id in self.google.book.tab(key).values(2, 1, self._leads, 4):
                mine = tasks.pop(str(lead_id), [])
                if [(task["status"], task["id"]) for task in mine] != [(MEANT[word], task_id)]:
                    wrong.append(f"{lead_id}: {word} {task_id}, {mine}")
        return [*wrong, *(f"{lead_id} has no row" for lead_id in tasks)]

    def until_equal(self, seconds: float = 90) -> None:
        """Wait until both sides say the same."""
        try:
            eventually(lambda: not self.differences(), "both sides equal", seconds)
        except AssertionError:
            raise AssertionError("\n".join(self.differences()[:20])) from None

    def pause(self, member: Member, seconds: float) -> None:
        """SIGSTOP, and on again later."""
        member.send(signal.SIGSTOP)
        time.sleep(seconds)
        member.send(signal.SIGCONT)

    def _toml(self) -> str:
        google = (
            f'base_url = "{self.google_url}"\ncredentials = "google/service_account.json"\ncalls_per_minute = 60000'
        )
        sheet = '[sheets.{0}]\nspreadsheet = "{1}"\ntab = "{0}"\nsweep_every = 3600\n'
        sheets = "".join(sheet.format(key, self.google.book.id) for key in self.sheets)
        return f"[bridge]\nengine = false\nlease = {LEASE}\n[google]\n{google}\n{sheets}"

    def _signed(self, key: str, row: int) -> tuple[bytes, dict[str, str]]:
        tab = self.google.book.tab(key)
        cells = ["" if value is None else value for value in tab.values(row, 1, 1, 4)[0]]
        message = {
            "type": "rows", "seq": next(self._numbers[key]), "spreadsheet": self.google.book.id, "sheet_id": tab.sheet_id,
            "header": HEADER, "rows": [{"row": row, "cells": cells, "shown": [str(cell) for cell in cells]}],
            "edited": {"first": 3, "last": 3},
        }  # fmt: skip
        body, message_id, now = json.dumps(message).encode(), f"msg_{uuid.uuid4()}", int(time.time())
        headers = {
            "content-type": "application/json", "webhook-id": message_id, "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, message_id, now, body),
        }  # fmt: skip
        return body, headers

    def _watched(self, environ: Any, start_response: Any) -> Any:
        """The sheet's server; writes name their tab, and of each tab only one may be under way."""
        tabs: set[int] = set()
        if environ["REQUEST_METHOD"] == "POST" and "/v4/" in environ["PATH_INFO"]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            tabs = {int(number) for number in re.findall(rb'"sheetId":\s*(\d+)', body)}
        with self._counting:
            self.overlaps += [tab for tab in tabs if self._under_way[tab]]
            self._under_way.update(tabs)
        try:
            return self._witness(environ, start_response)
        finally:
            with self._counting:
                self._under_way.subtract(tabs)
