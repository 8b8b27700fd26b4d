"""The ways through the house: how many modules a row passes to its commit and a PATCH to its cell, and what they ask of
the database. docs/development.md draws both.
"""

import json
import sys
import time
import uuid
from pathlib import Path
from types import FrameType

import pytest
from sqlalchemy import event

from bridge.core.signature import sign
from bridge.store.models import SheetHealth
from tests.stack import SECRET, Stack

ROOT = Path(__file__).parents[2]
HOUSE = (str(ROOT / "bridge"), str(ROOT / "task_api"))


class Way:
    """What happens in this thread while it is watched: modules of the house, statements, commits.

    Transactions' own BEGIN and PRAGMAs do not count. ``until_commit``: nothing counts after the first commit.
    """

    def __init__(self, stack: Stack, begin: str, *, until_commit: bool = False) -> None:
        self.modules: list[str] = []
        self.statements: list[str] = []
        self.commits = 0
        self._begin, self._until_commit, self._on = begin, until_commit, False
        self._database = stack.runtime.database

    def __enter__(self) -> "Way":
        event.listen(self._database, "before_cursor_execute", self._statement)
        event.listen(self._database, "commit", self._commit)
        sys.setprofile(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
        event.remove(self._database, "before_cursor_execute", self._statement)
        event.remove(self._database, "commit", self._commit)

    def _call(self, frame: FrameType, what: str, _argument: object) -> None:
        code = frame.f_code
        if what != "call" or not code.co_filename.startswith(HOUSE) or "local_google" in code.co_filename:
            return
        self._on = self._on or (code.co_name == self._begin and not self.commits)
        name = str(Path(code.co_filename).relative_to(ROOT))
        if self._on and name not in self.modules:
            self.modules.append(name)

    def _statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if self._on and not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)

    def _commit(self, _connection: object) -> None:
        self.commits += self._on
        self._on = self._on and not self._until_commit


@pytest.fixture
def settled(linked: Stack) -> Stack:
    """One lead in sync; what was written to it is long confirmed."""
    linked.install()
    linked.patch(1, notes="first")
    linked.settle()
    linked.later(300)
    linked.settle()
    linked.patch(1, notes="second")
    linked.settle()
    linked.later(120)
    linked.settle()
    return linked


def edit_of_the_status(stack: Stack, word: str, seq: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery: the status of row 2 was edited."""
    header = ["id", "name", "status", "task_id"]
    row = {"row": 2, "cells": [12, "Vikram", word, 1], "shown": ["12", "Vikram", word, "1"]}
    body = json.dumps(
        {
            "type": "rows", "seq": seq, "spreadsheet": stack.google.book.id, "sheet_id": 0, "header": header, "rows": [row],
            "edited": {"first": 3, "last": 3, "typed": word, "at": int(time.time() * 1000)},
        }
    ).encode()  # fmt: skip
    number, now = f"msg_{uuid.uuid4()}", int(time.time())
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(SECRET, number, now, body),
    }
    return body, headers | {"content-type": "application/json"}


def test_a_delivery_passes_few_modules_and_statements_to_its_commit(settled: Stack) -> None:
    with settled.runtime.session() as session:
        seq = session.get_one(SheetHealth, "leads").seq + 1
    body, headers = edit_of_the_status(settled, "CONTACTED", seq)
    client = settled.app.test_client()
    with Way(settled, "receive", until_commit=True) as way:
        answer = client.post("/hooks/sheets/leads", data=body, headers=headers)
    assert [one["outcome"] for one in answer.get_json()["outcomes"]] == ["task_updated"]
    assert len(way.modules) <= 18, way.modules
    assert (len(way.statements) <= 10, way.commits) == (True, 1), way.statements


def test_a_patch_passes_few_modules_statements_and_commits_until_its_cell_is_settled(settled: Stack) -> None:
    client, token = settled.app.test_client(), {"Authorization": f"Bearer {settled.token}"}
    with Way(settled, "change_task") as way:
        assert client.patch("/tasks/1", json={"status": "DONE"}, headers=token).status_code == 200
        settled.drain()
    assert settled.cell("C2") == "QUALIFIED"
    assert len(way.modules) <= 25, way.modules
    most = 24 if settled.database.startswith("sqlite") else 28  # PostgreSQL's rows are locked, and its job is deferred
    assert (len(way.statements) <= most, way.commits) == (True, 4), len(way.statements)
