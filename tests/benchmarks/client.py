"""What sends: one kept-alive connection, and deliveries signed as the sheet's script signs them."""

import itertools
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from types import TracebackType
from typing import Any

from bridge.core.signature import sign
from tests.process.process import Process
from tests.stack import SECRET

HEADER = ["id", "name", "status", "task_id"]


class Wire:
    """One connection, kept alive; ``http.client`` adds little of its own to what is measured."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=20)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The answer's body; fails unless the answer is 200."""
        self._connection.request(method, path, body, dict(headers))
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def patch(self, process: Process, task_id: int, status: str) -> None:
        """PATCH one task's status."""
        headers = {"Authorization": f"Bearer {process.token}", "Content-Type": "application/json"}
        self.send("PATCH", f"/tasks/{task_id}", json.dumps({"status": status}).encode(), headers)


class Script:
    """The sheet's script: numbers, signs and posts the rows that a person edited."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)

    def signed(self, rows: Sequence[int]) -> tuple[bytes, dict[str, str]]:
        """A delivery of these rows as they stand in the sheet: body and headers."""
        book = self._process.google.book
        grid = book.tab("Leads").values(rows[0], 1, len(rows), len(HEADER))
        cells = [["" if value is None else value for value in row] for row in grid]
        message: dict[str, Any] = {
            "type": "rows", "seq": next(self._numbers), "spreadsheet": book.id, "sheet_id": 0, "header": HEADER,
            "rows": [
                {"row": number, "cells": row, "shown": [str(value) for value in row]}
                for number, row in zip(rows, cells, strict=True)
            ],
            "edited": {"first": 3, "last": 3},
        }  # fmt: skip
        body, message_id, now = json.dumps(message).encode(), f"msg_{uuid.uuid4()}", int(time.time())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(SECRET, message_id, now, body),
        }
        return body, headers

    def deliver(self, wire: Wire, rows: Sequence[int]) -> tuple[float, bytes]:
        """Seconds from sending until the answer is read (the tasks are committed), and the answer."""
        body, headers = self.signed(rows)
        began = time.perf_counter()
        reply = wire.send("POST", "/hooks/sheets/leads", body, headers)
        return time.perf_counter() - began, reply
