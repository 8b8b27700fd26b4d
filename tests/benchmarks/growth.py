"""``python -m tests.benchmarks.growth [--million]``: what the same event costs as tasks, history, sheets and rows grow.

Each cost is printed beside the same at the smallest size, measured alternately with it. ``--million`` adds a million tasks
and five million changes.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from tests.benchmarks import fill, report
from tests.benchmarks.databases import SQLITE, Database, measured
from tests.benchmarks.inside import Inside
from tests.process.process import ROOT
from tests.stack import eventually

LEADS, HISTORY = 100_000, 1_000_000
TASKS, ROWS = (1_000, LEADS), (1_000, 10_000, 100_000)
A_MILLION, FIVE_MILLION = 1_000_000, 5_000_000
SHEETS, SHEET_LEADS = (1, 50, 500), 10
ROUNDS, AT_ONCE = 40, 50
REST, IDLE = 5.0, 3.0
"""Seconds: the queue's last jobs find nothing to do; then the CPU is measured for so long."""
UNITS = {
    "one row delivered": "ms",
    "50 rows delivered": "ms",
    "PATCH": "ms",
    "its job": "ms",
    "idle": "% of a core",
    "PATCH → write": "ms",
    "sweep": "s",
    "sweep, peak": "MB",
}
HEAD = ("with", "event", "database", "cost", "of the smaller")

Line = dict[str, Any]
Costs = dict[str, float]


def events(bed: Inside, leads: int, chance: Random) -> Costs:
    """What one of each costs, in ms: a delivery of one row, of 50, a PATCH, and the job that writes it."""
    one, first, patched = (chance.randint(1, leads - AT_ONCE) for _ in range(3))
    found = {
        "one row delivered": bed.deliver([one]),
        "50 rows delivered": bed.deliver(range(first, first + AT_ONCE)),
        "PATCH": bed.patch(patched),
        "its job": bed.flush(),
    }
    return {event: seconds * 1000 for event, seconds in found.items()}


def side_by_side(beds: Mapping[str, tuple[Inside, int]]) -> dict[str, Costs]:
    """The median of each cost, by name of the bed; alternately, so that a busy minute of the machine affects all alike."""
    chance, found = Random(1), {name: [] for name in beds}
    for number in range(ROUNDS + 5):
        for name, (bed, leads) in beds.items():
            costs = events(bed, leads, chance)
            if number >= 5:  # the first ones fill caches
                found[name].append(costs)
    return {
        name: {event: statistics.median(one[event] for one in costs) for event in costs[0]}
        for name, costs in found.items()
    }


@contextmanager
def bed(database: Database, leads: int, sheets: int = 1, changes: int = 0) -> Iterator[Inside]:
    """A bridge of this size, on the disk of the clone."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="growth-", dir=build) as name:
        made = Inside(database, Path(name) / "home", leads, sheets)
        fill.history(made.database, changes, leads)
        try:
            yield made
        finally:
            made.close()


def tables(database: Database, sizes: Sequence[int], changes: int) -> list[Line]:
    """By the number of tasks, and by that of the changes in the history of 100,000 tasks."""
    with ExitStack() as stack:
        beds = {f"{size:,} tasks": (stack.enter_context(bed(database, size)), size) for size in sizes}
        beds[long := f"{changes:,} changes"] = stack.enter_context(bed(database, LEADS, changes=changes)), LEADS
        costs = side_by_side(beds)
    remembered = {f"{LEADS:,} tasks": costs[f"{LEADS:,} tasks"], long: costs.pop(long)}
    return compared(database, costs) + compared(database, remembered)[len(costs[f"{LEADS:,} tasks"]) :]


def sheets(database: Database, sizes: Sequence[int]) -> list[Line]:
    """By the number of sheets, with the real engine: its CPU while nothing happens, and from a PATCH to the write."""
    return compared(database, {f"{size:,} sheets": _sheets(database, size) for size in sizes})


def _sheets(database: Database, size: int) -> Costs:
    chance = Random(1)
    with bed(database, SHEET_LEADS, size) as made:
        try:
            made.live()
            time.sleep(REST)
            busy = time.process_time()
            time.sleep(IDLE)
            idle = (time.process_time() - busy) / IDLE * 100
            took = [_written(made, chance.choice(made.keys), chance.randint(1, SHEET_LEADS)) for _ in range(ROUNDS)]
        finally:
            made.runtime.engine.stop()
    return {"idle": idle, "PATCH → write": statistics.median(took) * 1000}


def _written(made: Inside, key: str, lead: int) -> float:
    rows, began = made.rows[key], time.perf_counter()
    before = len(rows.written)
    made.patch(lead, key)
    eventually(lambda: len(rows.written) > before, "written")
    took = rows.written[-1] - began
    eventually(made.at_rest, "at rest")
    return took


def sweeps(sizes: Sequence[int]) -> list[Line]:
    """By the number of rows, each in a process of its own: seconds and peak memory."""
    costs = {}
    for size in sizes:
        command = [sys.executable, "-m", "tests.benchmarks.sweep", str(size)]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        swept = json.loads(told)
        costs[f"{size:,} rows"] = {"sweep": swept["seconds"], "sweep, peak": swept["peak"]}
    return compared(SQLITE, costs)


def compared(database: Database, costs: Mapping[str, Costs]) -> list[Line]:
    """One line for each size and event, with its ratio to the first of the sizes."""
    least = next(iter(costs.values()))
    return [
        {"size": size, "event": event, "database": database.name, "cost": cost, "ratio": cost / least[event]}
        for size, found in costs.items()
        for event, cost in found.items()
    ]


def shown(line: Line) -> tuple[str, ...]:
    """A line of the table."""
    return (
        line["size"],
        line["event"],
        line["database"],
        f"{line['cost']:,.2f} {UNITS[line['event']]}",
        f"{line['ratio']:.2f}",
    )


def main(databases: Iterable[Database], *, million: bool = False) -> list[Line]:
    """Measure and print."""
    lines: list[Line] = []
    for database in databases:
        lines += tables(database, *(((*TASKS, A_MILLION), FIVE_MILLION) if million else (TASKS, HISTORY)))
        lines += sheets(database, SHEETS)
    lines += sweeps(ROWS)
    report.table("what grows, and what it costs", HEAD, [shown(line) for line in lines])
    return lines


if __name__ == "__main__":
    with measured() as both:
        main(both, million="--million" in sys.argv[1:])
