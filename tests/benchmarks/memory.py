"""``python -m tests.benchmarks.memory [DELIVERIES] [inside]``: resident memory of the bridge, idle and as deliveries go
by.

Every delivery changes a task; the sweeps, flushes and tidying that follow are part of it. ``inside``: without server,
Google and jobs, so that a million of them take less than an hour.
"""

import os
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bridge.server.process import freeze
from tests.benchmarks import report
from tests.benchmarks.client import Script, Wire
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.filled import Filled
from tests.benchmarks.inside import NEXT, Inside
from tests.benchmarks.measure import resident, resident_of
from tests.process.process import ROOT

ROWS, PARTS, IDLE = 1_000, 10, 3.0
DELIVERIES, INSIDE = 100_000, 1_000_000
HEAD = ("deliveries", "", "resident", "rows/s")

Line = dict[str, Any]


def main(deliveries: int = DELIVERIES) -> list[Line]:
    """Measure and print: after the start, after a rest, after each tenth of the deliveries, and after a rest again."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="memory-", dir=build) as name, Filled(Path(name), ROWS) as process:
        process.settle()
        lines = [_line(0, "swept once", resident(process))]
        time.sleep(IDLE)
        lines.append(_line(0, "idle", resident(process)))
        script, leads, told = Script(process), cycle(range(1, ROWS + 1)), 0
        with Wire(process.port) as wire:
            for _ in range(PARTS):
                began = time.perf_counter()
                for lead in islice(leads, deliveries // PARTS):
                    process.google.person.edit(f"C{lead + 1}", [[NEXT[process.word(lead)]]])
                    script.deliver(wire, [lead + 1])
                told += deliveries // PARTS
                rate = deliveries // PARTS / (time.perf_counter() - began)
                lines.append(_line(told, "", resident(process)) | {"rate": rate})
        process.settle()
        lines.append(_line(told, "at rest", resident(process)))
    report.table("memory of the bridge's process", HEAD, [shown(line) for line in lines])
    return lines


def inside(deliveries: int = INSIDE) -> list[Line]:
    """Measure and print the same of this process, in which the bridge takes one delivery after the other."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="memory-", dir=build) as name:
        bridge, leads, told = Inside(SQLITE, Path(name), ROWS), cycle(range(1, ROWS + 1)), 0
        freeze()
        lines = [_line(0, "", resident_of(os.getpid()))]
        for _ in range(PARTS):
            began = time.perf_counter()
            for lead in islice(leads, deliveries // PARTS):
                bridge.deliver([lead])
            told += deliveries // PARTS
            rate = deliveries // PARTS / (time.perf_counter() - began)
            lines.append(_line(told, "", resident_of(os.getpid())) | {"rate": rate})
            print(*shown(lines[-1]), file=sys.stderr, flush=True)  # it takes long
        bridge.close()
    report.table("memory of a process that only takes deliveries", HEAD, [shown(line) for line in lines])
    return lines


def _line(deliveries: int, when: str, megabytes: float) -> Line:
    return {"deliveries": deliveries, "when": when, "resident": megabytes}


def shown(line: Line) -> tuple[str, ...]:
    """A line of the table."""
    rate = f"{line['rate']:,.0f}" if "rate" in line else ""
    return f"{line['deliveries']:,}", line["when"], f"{line['resident']:.1f} MB", rate


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "inside"]
    measured = inside if "inside" in sys.argv else main
    measured(*map(int, words))
