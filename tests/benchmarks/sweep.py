"""``python -m tests.benchmarks.sweep [ROWS]``: one sweep of a large sheet that agrees with its tasks; the bridge's own time
and peak memory. Google's answer is made beforehand and read from a file, so that only the bridge is measured.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, insert

from bridge import lane, signals, snapshot, sweep
from bridge.calls import Calls
from bridge.config import Config, SheetConfig
from bridge.models import Link
from bridge.runtime import Runtime
from task_api import schema
from task_api.db import prepare_engine
from task_api.models import Task

WORDS = ("NEW", "CONTACTED", "QUALIFIED", "LOST")
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PART = 10_000


class Answered:
    """A sheet whose answer is there already."""

    def __init__(self, answer: Path) -> None:
        self.calls = Calls()
        self._answer = answer

    def read(self, _rows: object = None) -> snapshot.Snapshot:
        """The whole sheet, as one read brings it."""
        self.calls.begin("read")
        return snapshot.parsed(self._answer.read_bytes())


def main(rows: int) -> None:
    """Prepare in a child process, so that its memory does not count."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if (child := os.fork()) == 0:
            prepare(home, rows)
            os._exit(0)
        os.waitpid(child, 0)
        measure(home, rows)


def prepare(home: Path, rows: int) -> None:
    """A database with so many linked leads, and Google's answer that shows them."""
    schema.upgrade(f"sqlite:///{home / 'tasks.db'}")
    with opened(home).begin() as connection:
        for first in range(1, rows + 1, PART):
            numbers = range(first, min(first + PART, rows + 1))
            connection.execute(insert(Task), [task(number) for number in numbers])
            connection.execute(insert(Link), [link(number) for number in numbers])
    data = {"rowData": [{"values": list(cells(number))} for number in range(rows + 1)]}
    sheet = {"properties": {"sheetId": 0, "title": "Leads"}, "data": [data]}
    (home / "answer.json").write_text(json.dumps({"sheets": [sheet]}, separators=(",", ":")))


def measure(home: Path, rows: int) -> None:
    """Sweep once and print what it took."""
    runtime = Runtime(Config(home, {"leads": SheetConfig("leads", "spreadsheet")}), opened(home))
    lane.prepare(runtime)
    signals.attach(runtime)
    sheet = Answered(home / "answer.json")
    runtime.sheets["leads"] = sheet  # type: ignore[assignment]
    turn = lane.begin(runtime, "leads")
    assert turn is not None
    began, busy = time.perf_counter(), time.process_time()
    plan = sweep.sweep(turn)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    lane.end(turn)
    size = (home / "answer.json").stat().st_size / 1e6
    print(f"{rows} rows ({size:.0f} MB of JSON), {plan.agreed} agree: {sheet.calls['read']} read, {took:.1f} s, {busy:.1f} s of CPU, "
          f"peak {peak():.0f} MB")  # fmt: skip


def opened(home: Path) -> Engine:
    """The database, as the bridge sets it up."""
    engine = create_engine(f"sqlite:///{home / 'tasks.db'}")
    prepare_engine(engine)
    return engine


def task(number: int) -> dict[str, Any]:
    """A task that agrees with its row."""
    return {
        "id": number, "title": f"Follow up: Lead {number}", "status": "TODO", "lead_id": str(number), "version": 1,
        "notes": "Auto-created from Sheets", "created_at": LONG_AGO, "updated_at": LONG_AGO,
    }  # fmt: skip


def link(number: int) -> dict[str, Any]:
    """Its link."""
    return {
        "sheet": "leads", "lead_id": str(number), "task_id": number, "row": number + 1, "recall": {"TODO": "NEW"},
        "base": {"name": f"Lead {number}", "status": "NEW", "task_id": str(number)}, "own_writes": [], "rivals": [],
        "has_rivals": False, "seq": 0, "agreed_at": LONG_AGO, "wanted": 0, "written": 0, "attempts": 0, "next_try": LONG_AGO,
    }  # fmt: skip


def cells(number: int) -> Iterator[dict[str, Any]]:
    """A row as Google answers it, with a dropdown in the status; number 0 is the header."""
    values = (number, f"Lead {number}", "NEW", number) if number else ("id", "name", "status", "task_id")
    for column, value in enumerate(values):
        kind = "stringValue" if isinstance(value, str) else "numberValue"
        cell: dict[str, Any] = {"effectiveValue": {kind: value}, "formattedValue": str(value)}
        if column == 2 and number:
            options = [{"userEnteredValue": word} for word in WORDS]
            cell["dataValidation"] = {"condition": {"type": "ONE_OF_LIST", "values": options}, "strict": True}
        yield cell


def peak() -> float:
    """The most memory this process has held, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
