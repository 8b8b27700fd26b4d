"""Databases and sheets filled in bulk: by SQLAlchemy core and one change of the book, since a million objects are not
what is measured. What is filled in agrees: row n + 1 holds lead n, whose task is n.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, insert

from bridge.local_google.sheet.book import Tab
from bridge.store.models import Change, Link
from task_api import schema
from task_api.db import open_engine
from task_api.models import Task
from tests.benchmarks.databases import Database

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PART = 10_000


def opened(database: Database, home: Path) -> Engine:
    """The database at this version's schema, as the bridge sets it up."""
    home.mkdir(parents=True, exist_ok=True)
    schema.upgrade(database.url(home))
    return open_engine(database.url(home))


def leads(engine: Engine, count: int, sheet: str = "leads", first: int = 1) -> None:
    """So many linked leads; ``first``: the number of the first task."""
    _fill(engine, Task.__table__, (task(first + n, n + 1) for n in range(count)))
    _fill(engine, Link.__table__, (link(sheet, first + n, n + 1) for n in range(count)))


def history(engine: Engine, count: int, tasks: int) -> None:
    """So many changes, spread over this many tasks."""
    _fill(engine, Change.__table__, (change(n % tasks + 1) for n in range(count)))


def grid(tab: Tab, rows: int) -> None:
    """The sheet that shows the leads 1 to ``rows``."""
    tab.insert_rows(2, rows)
    tab.write(2, 1, [[n, f"Lead {n}", "NEW", n] for n in range(1, rows + 1)])


def _fill(engine: Engine, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    assert isinstance(table, Table)
    left = iter(rows)
    while part := list(islice(left, PART)):
        with engine.begin() as connection:
            connection.execute(insert(table), part)


def task(number: int, lead: int) -> dict[str, Any]:
    """A task that agrees with its row."""
    return {
        "id": number, "title": f"Follow up: Lead {lead}", "status": "TODO", "lead_id": str(lead), "version": 1,
        "notes": "Auto-created from Sheets", "created_at": LONG_AGO, "updated_at": LONG_AGO,
    }  # fmt: skip


def link(sheet: str, task_id: int, lead: int) -> dict[str, Any]:
    """Its link."""
    return {
        "sheet": sheet, "lead_id": str(lead), "task_id": task_id, "row": lead + 1, "last_words": {"TODO": "NEW"},
        "base": {"name": f"Lead {lead}", "status": "NEW", "task_id": str(task_id)}, "duplicate_rows": [],
        "seq": 0, "agreed_at": LONG_AGO, "wanted": 0, "written": 0, "attempts": 0, "next_try": LONG_AGO,
    }  # fmt: skip


def change(task_id: int) -> dict[str, Any]:
    """A change that was made long ago; link and task have the same number here."""
    return {
        "at": LONG_AGO, "actor": "delivery:msg_00000000-0000-0000-0000-000000000000", "side": "sheet", "link_id": task_id,
        "task_id": task_id, "field": "status", "old": "CONTACTED", "new": "NEW", "state": "applied",
        "reached_at": LONG_AGO, "rule": "the sheet changed",
    }  # fmt: skip


def cells(lead: int, word: str = "NEW", task_id: int | None = None) -> Iterator[dict[str, Any]]:
    """A row as Google answers it, with a dropdown in the status; number 0 is the header."""
    values = (lead, f"Lead {lead}", word, task_id or lead) if lead else ("id", "name", "status", "task_id")
    for column, value in enumerate(values):
        kind = "stringValue" if isinstance(value, str) else "numberValue"
        cell: dict[str, Any] = {"effectiveValue": {kind: value}, "formattedValue": str(value)}
        if column == 2 and lead:
            options = [{"userEnteredValue": word} for word in ("NEW", "CONTACTED", "QUALIFIED", "LOST")]
            cell["dataValidation"] = {"condition": {"type": "ONE_OF_LIST", "values": options}, "strict": True}
        yield cell
