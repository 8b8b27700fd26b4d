"""The measurements. Each puts its figures of one round into a `Round`; none judges."""

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, delete

from bridge.store.models import Account
from tests.benchmarks import floor
from tests.benchmarks.client import Script, Wire
from tests.benchmarks.databases import Database
from tests.process.process import ROOT, Local, Process, free_port, until_equal
from tests.stack import eventually

MEANT = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
EDITED_LEADS, SPACED_LEADS = 100, 10
LEADS = EDITED_LEADS + SPACED_LEADS
COMMITS, REQUESTS, STEADY = 500, 300, 300
AT_ONCE = 50
SPACE = 0.3
"""Seconds between spaced PATCHes: what the bridge's own pace gains back meanwhile keeps ten of them from waiting."""
REFILL = 1.2
"""Seconds until the pace has back what the first sweep took."""

Round = dict[str, float]


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of them does not exceed."""
    return sorted(values)[math.ceil(part * len(values)) - 1]


def timed(work: Callable[[], Any]) -> float:
    """Seconds it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def resident(process: Process) -> float:
    """Resident memory of the process in MB."""
    assert process.process is not None
    return resident_of(process.process.pid)


def resident_of(pid: int) -> float:
    """Resident memory of the process with this number in MB."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        command = ["ps", "-o", "rss=", "-p", str(pid)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1024 / 1e6
    return (
        next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS")) * 1024 / 1e6
    )


class Bridge(Process):
    """The bridge on an empty database of this kind."""

    def __init__(self, folder: Path, database: Database) -> None:
        super().__init__(folder)
        self.database, self.database_url = database, database.url(folder / "home")

    def environ(self) -> dict[str, str]:
        """With the address of the database."""
        return super().environ() | {"DATABASE_URL": self.database_url}


def one_round(folder: Path, database: Database) -> Round:
    """Everything but the starts in local mode, once."""
    folder.mkdir()
    found: Round = {}
    with Bridge(folder, database) as process:
        _swept(process, 0)
        found["rss_start"] = resident(process)
        script = Script(process)
        with Wire(process.port) as wire:
            process.google.person.edit(f"A2:C{LEADS + 1}", [[n, f"Lead {n}", "NEW"] for n in range(1, LEADS + 1)])
            script.deliver(wire, range(2, LEADS + 2))
            until_equal(process, MEANT)
            _disk(process, script, wire, found)
            _empty_route(script, found)
            _deliveries(process, script, wire, found)
            _at_half_the_rate(process, script, wire, found)
        until_equal(process, MEANT)
        found["rss_deliveries"] = resident(process)
        found["start_bridge"] = _restarted(process)
        time.sleep(REFILL)
        _spaced(process, found)
    return found


def starts(folder: Path) -> Round:
    """``leadbridge run`` as a newcomer starts it: the first time, and again on what is there."""
    folder.mkdir()
    process = Local(folder)
    try:
        first = timed(process.start)
        time.sleep(0.5)  # the first sweep
        memory = resident(process)
        process.kill()
        again = timed(process.start)
    finally:
        process.kill()
    return {"start_first": first, "start_again": again, "rss_local": memory}


def _disk(process: Bridge, script: Script, wire: Wire, found: Round) -> None:
    """Commits of one row as large as a delivery's, and of all that a delivery writes, by the driver alone."""
    _, reply = script.deliver(wire, [2])
    row = ("msg_" + "0" * 36, "leads", 1, "2026-01-01 00:00:00.000000", json.dumps(json.loads(reply)))
    with process.database.bare(process.folder / "home") as commit:
        began = time.perf_counter()
        for _ in range(COMMITS):
            commit(row)
        found["disk"] = COMMITS / (time.perf_counter() - began)
    for key, rows, deliveries in (("floor", 1, COMMITS), ("floor_many", AT_ONCE, COMMITS // 10)):
        found[key] = floor.rate(process.database, process.folder / key, rows, deliveries)


@contextmanager
def _empty_server() -> Iterator[int]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.empty", str(port)], cwd=ROOT)
    try:
        yield port
    finally:
        server.terminate()
        server.wait()


def _empty_route(script: Script, found: Round) -> None:
    body, headers = script.signed([2])
    with _empty_server() as port:
        eventually(lambda: _answers(port), "the empty route answers")
        with Wire(port) as wire:
            took = [timed(lambda: wire.send("POST", "/", body, headers)) for _ in range(REQUESTS)]
    found["empty"] = len(took) / sum(took)
    found["empty_p50"] = percentile(took, 0.5) * 1000


def _answers(port: int) -> bool:
    try:
        with Wire(port) as wire:
            wire.send("POST", "/", b"", {})
    except OSError:
        return False
    return True


def _deliveries(process: Process, script: Script, wire: Wire, found: Round) -> None:
    """Every delivered row has a status that its task does not have yet."""
    single, updated = [], 0
    for row in range(2, EDITED_LEADS + 2):
        seconds, count = _edited(process, script, wire, range(row, row + 1), "CONTACTED")
        single.append(seconds)
        updated += count
    many, rows = [], 0
    for word in ("NEW", "CONTACTED", "QUALIFIED"):
        for first in range(2, EDITED_LEADS + 2, AT_ONCE):
            seconds, count = _edited(process, script, wire, range(first, first + AT_ONCE), word)
            many.append(seconds)
            rows += count
    found["edit_p50"], found["edit_p99"] = (percentile(single, part) * 1000 for part in (0.5, 0.99))
    found["edit_rate"] = updated / sum(single)
    found["many_p50"] = percentile(many, 0.5) * 1000
    found["many_rows"] = rows / sum(many)


def _at_half_the_rate(process: Process, script: Script, wire: Wire, found: Round) -> None:
    """Deliveries of one row that come at half the rate just reached, whether the one before is answered or not."""
    took, began, apart = [], time.perf_counter(), 2 / found["edit_rate"]
    for number in range(STEADY):
        due = began + number * apart
        time.sleep(max(0.0, due - time.perf_counter()))
        row = 2 + number % EDITED_LEADS
        _edited(process, script, wire, range(row, row + 1), ("NEW", "CONTACTED")[number // EDITED_LEADS % 2])
        took.append(time.perf_counter() - due)
    found["steady_p50"], found["steady_p99"] = (percentile(took, part) * 1000 for part in (0.5, 0.99))


def _edited(process: Process, script: Script, wire: Wire, rows: range, word: str) -> tuple[float, int]:
    """Type the word into these rows, deliver them: seconds, and how many tasks the delivery changed."""
    process.google.person.edit(f"C{rows[0]}:C{rows[-1]}", [[word]] * len(rows))
    seconds, reply = script.deliver(wire, rows)
    return seconds, sum(row["outcome"] == "task_updated" for row in json.loads(reply)["outcomes"])


def _spaced(process: Process, found: Round) -> None:
    """The first PATCHes of a fresh process, far enough apart that none waits for the pace."""
    tasks, took = _tasks(process), []
    with Wire(process.port) as wire:
        for lead in range(EDITED_LEADS + 1, LEADS + 1):
            began = time.perf_counter()
            wire.patch(process, tasks[lead], "DONE")
            while MEANT[_word(process, lead)] != "DONE":
                if time.perf_counter() - began > 10:
                    raise RuntimeError(f"lead {lead} was not written within 10 s")
                time.sleep(0.0005)
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(SPACE)
    found["patch_p50"], found["patch_p99"] = percentile(took, 0.5), percentile(took, 0.99)


def _tasks(process: Process) -> dict[int, int]:
    """Lead number → task id."""
    return {int(task["lead_id"]): task["id"] for task in process.api("GET", "/tasks").json()}


def _word(process: Process, lead: int) -> str:
    return str(process.google.book.tab("Leads").values(lead + 1, 3)[0][0])


def _swept(process: Process, reads: int) -> None:
    """Wait until the first sweep has read the sheet and is done with it."""
    eventually(lambda: process.google.calls.reads > reads, "the first sweep")
    time.sleep(0.2)


def _restarted(process: Bridge) -> float:
    """Start again, with a budget that has spent one read; returns seconds from start to the ready line."""
    process.kill()
    with create_engine(process.database_url).begin() as database:
        database.execute(delete(Account))
    reads = process.google.calls.reads
    seconds = timed(process.start)
    _swept(process, reads)
    return seconds
