"""The bridge without server and without Google: its WSGI app called in this process, its jobs run by hand or by the
real engine, and sheets that answer as Google does. What is left is the time that the bridge and its database take.
"""

import json
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select, update
from werkzeug.test import create_environ

from bridge.app import create_app
from bridge.config import logs
from bridge.config.model import Config, SheetConfig
from bridge.core.headers import Place
from bridge.core.signature import sign
from bridge.google import snapshot
from bridge.google.calls import Call, Calls
from bridge.google.sheet import Echo, RowWrite
from bridge.server.local_token import local_token
from bridge.store.models import SheetHealth, SheetQueue
from bridge.store.quota import Pace
from bridge.worker import run
from tests.benchmarks import fill
from tests.benchmarks.client import HEADER
from tests.benchmarks.databases import Database
from tests.benchmarks.measure import MEANT
from tests.stack import SECRET, eventually

APART = timedelta(seconds=3)
"""From one delivery to the next by the bridge's clock: closer together they would ask for a sweep."""
NEVER = 1e9
STATUS = HEADER.index("status")
NEXT = {"NEW": "CONTACTED", "CONTACTED": "QUALIFIED", "QUALIFIED": "NEW"}
"""Each of these words means another status."""


class Rows:
    """The tab of one sheet: row n + 1 holds lead n, whose task is ``first`` + n - 1."""

    sheet_id, tab, google = 0, "Leads", SimpleNamespace(outdated=False)

    def __init__(self, leads: int, first: int) -> None:
        self.words: dict[int, str] = {}
        self.written: list[float] = []
        """When each write arrived, in `time.perf_counter`'s seconds."""
        self.calls = Calls()
        self._leads, self._first = leads, first

    def read(self, rows: Iterable[int] | None = None) -> snapshot.Snapshot:
        """The header and these rows, or all."""
        self.calls.unrecorded.append(Call(self.calls.clock(), "read", "look", "ok"))
        numbers = range(2, self._leads + 2) if rows is None else rows
        blocks = [self._block(number) for number in (1, *numbers)]
        tab = {"properties": {"sheetId": self.sheet_id, "title": self.tab}, "data": blocks}
        return snapshot.parsed(json.dumps({"sheets": [tab]}).encode())

    def write(self, writes: Sequence[RowWrite]) -> Echo:
        """Keep the words; echo the header and each row."""
        self.calls.unrecorded.append(Call(self.calls.clock(), "write", "write", "ok"))
        self.words |= {write.row - 1: str(write.cells.get(STATUS, "NEW")) for write in writes}
        self.written.append(time.perf_counter())
        return Echo(dict(enumerate(HEADER)), [{write.id_column: write.row - 1, **write.cells} for write in writes])

    def row(self, lead: int) -> list[Any]:
        """The cells of a lead's row."""
        return [lead, f"Lead {lead}", self.words.get(lead, "NEW"), self._first + lead - 1]

    def next(self, lead: int) -> str:
        """The word that comes after the lead's present one."""
        return NEXT[self.words.get(lead, "NEW")]

    def _block(self, number: int) -> dict[str, Any]:
        _, _, word, task_id = self.row(number - 1)
        return {"startRow": number - 1, "rowData": [{"values": list(fill.cells(number - 1, word, task_id))}]}


class Inside:
    """One bridge with ``count`` sheets of so many leads each, all in agreement and swept just now."""

    def __init__(self, database: Database, home: Path, leads: int, count: int = 1) -> None:
        logs.configure()
        self.keys = [f"sheet-{number}" for number in range(1, count + 1)]
        engine = fill.opened(database, home)
        firsts = {key: number * leads + 1 for number, key in enumerate(self.keys)}
        for key, first in firsts.items():
            fill.leads(engine, leads, key, first)
        self.database = engine
        sheets = {
            key: SheetConfig(key, f"spreadsheet-{key}", secrets=(SECRET,), sweep_every=NEVER) for key in self.keys
        }
        self.app = create_app(Config(home, sheets, database_url=database.url(home)))
        self.runtime = self.app.extensions["bridge"]
        self.rows = {key: Rows(leads, first) for key, first in firsts.items()}
        self.runtime.sheets |= self.rows
        self.runtime.pace = Pace(burst=NEVER, per_second=NEVER, tokens=NEVER)
        self.runtime.now = lambda: self._now
        self._now = self._began = datetime.now(UTC)
        self._seq = 0
        with self.runtime.writing() as session:
            session.execute(update(SheetQueue).values(swept_at=self._now))
            agreed = {name: Place(name, at) for at, name in enumerate(HEADER)}
            session.execute(update(SheetHealth).values(heard_at=self._now, columns=agreed))
            session.commit()
        self._environ = create_environ(content_type="application/json", environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
        self._token = local_token(self.runtime.database, home)

    def later(self, by: timedelta) -> None:
        """Let so much time pass."""
        self._now += by

    def close(self) -> None:
        """Let go of the database."""
        self.runtime.close()
        self.database.dispose()

    def live(self) -> None:
        """From now on by this machine's clock, with the engine at work; returns when it has swept every sheet."""
        self._began = datetime.now(UTC)
        self.runtime.now = lambda: datetime.now(UTC)
        self.runtime.engine.start()
        eventually(self.at_rest, "every sheet was swept", 300)

    def at_rest(self) -> bool:
        """True when no sheet has a running or due job, and each was swept since `live`."""
        rest = SheetQueue.sweep_at.is_(None) & SheetQueue.lease_until.is_(None) & (SheetQueue.swept_at >= self._began)
        with self.runtime.session() as session:
            return session.scalar(select(func.count()).select_from(SheetQueue).where(rest)) == len(self.keys)

    def deliver(self, leads: Sequence[int], key: str = "sheet-1") -> float:
        """Type the next word into each of these leads' rows and deliver them all at once; seconds."""
        rows = self.rows[key]
        rows.words |= {lead: rows.next(lead) for lead in leads}
        self._now, self._seq = self._now + APART, self._seq + 1
        wire = [
            {"row": lead + 1, "cells": rows.row(lead), "shown": [str(cell) for cell in rows.row(lead)]}
            for lead in leads
        ]
        message = {
            "type": "rows", "seq": self._seq, "spreadsheet": f"spreadsheet-{key}", "sheet_id": 0, "header": HEADER,
            "rows": wire, "edited": {"first": STATUS + 1, "last": STATUS + 1},
        }  # fmt: skip
        body, message_id, stamp = json.dumps(message).encode(), f"msg_{uuid.uuid4()}", int(self._now.timestamp())
        signed = {
            "webhook-id": message_id,
            "webhook-timestamp": str(stamp),
            "webhook-signature": sign(SECRET, message_id, stamp, body),
        }
        took, answer = self._ask("POST", f"/hooks/sheets/{key}", body, signed)
        if {one["outcome"] for one in answer["outcomes"]} != {"task_updated"}:
            raise RuntimeError(f"not every row changed its task: {answer}")
        return took

    def patch(self, lead: int, key: str = "sheet-1") -> float:
        """PATCH the lead's task to the status of its next word; seconds."""
        _, _, _, task_id = self.rows[key].row(lead)
        status = MEANT[self.rows[key].next(lead)]
        self._now += APART
        headers = {"Authorization": f"Bearer {self._token}"}
        took, _ = self._ask("PATCH", f"/tasks/{task_id}", json.dumps({"status": status}).encode(), headers)
        return took

    def flush(self, key: str = "sheet-1") -> float:
        """One job that must write; seconds."""
        written, began = len(self.rows[key].written), time.perf_counter()
        run.run(self.runtime, key)
        took = time.perf_counter() - began
        if len(self.rows[key].written) != written + 1:
            raise RuntimeError("the job has not written once")
        return took

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[float, Any]:
        """Seconds until the answer, and what it says; fails unless it is 200."""
        told: list[str] = []
        environ = self._environ | {
            "REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        }  # fmt: skip
        began = time.perf_counter()
        answer: Any = self.app(environ, lambda status, *_: told.append(status))
        content = b"".join(answer)
        answer.close()
        took = time.perf_counter() - began
        if not told[0].startswith("200"):
            raise RuntimeError(f"{method} {path}: {told[0]} {content!r}")
        return took, json.loads(content)
