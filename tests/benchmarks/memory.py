"""``python -m tests.benchmarks.memory [DELIVERIES]``: resident memory of the bridge, idle and as deliveries go by.

Every delivery changes a task; the sweeps, flushes and tidying that follow are part of it.
"""

import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.benchmarks import report
from tests.benchmarks.client import Script, Wire
from tests.benchmarks.filled import Filled
from tests.benchmarks.inside import NEXT
from tests.benchmarks.measure import resident
from tests.process import ROOT

ROWS, PARTS, IDLE = 1_000, 10, 3.0
DELIVERIES = 100_000
HEAD = ("deliveries", "", "resident", "rows/s")

Line = dict[str, Any]


def main(deliveries: int = DELIVERIES) -> list[Line]:
    """Measure and print: after the start, after a rest, after each tenth of the deliveries, and after a rest again."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="memory-", dir=build) as name, Filled(Path(name), ROWS) as process:
        process.settle()
        lines = [_line(process, 0, "swept once")]
        time.sleep(IDLE)
        lines.append(_line(process, 0, "idle"))
        script, leads, told = Script(process), cycle(range(1, ROWS + 1)), 0
        with Wire(process.port) as wire:
            for _ in range(PARTS):
                began = time.perf_counter()
                for lead in islice(leads, deliveries // PARTS):
                    process.google.person.edit(f"C{lead + 1}", [[NEXT[process.word(lead)]]])
                    script.deliver(wire, [lead + 1])
                told += deliveries // PARTS
                lines.append(_line(process, told, "") | {"rate": deliveries // PARTS / (time.perf_counter() - began)})
        process.settle()
        lines.append(_line(process, told, "at rest"))
    report.table("memory of the bridge's process", HEAD, [shown(line) for line in lines])
    return lines


def _line(process: Filled, deliveries: int, when: str) -> Line:
    return {"deliveries": deliveries, "when": when, "resident": resident(process)}


def shown(line: Line) -> tuple[str, ...]:
    """A line of the table."""
    rate = f"{line['rate']:,.0f}" if "rate" in line else ""
    return f"{line['deliveries']:,}", line["when"], f"{line['resident']:.1f} MB", rate


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DELIVERIES)
