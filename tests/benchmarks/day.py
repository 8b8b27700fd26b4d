"""``python -m tests.benchmarks.day``: does the bridge grow over a day's work? A day of a busy team by a clock that
jumps, in a process of its own: a sweep every five minutes, deliveries and PATCHes between them, the tidying at night.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from bridge.maintenance import retention
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.worker import run
from tests.benchmarks import report
from tests.benchmarks.databases import SQLITE
from tests.benchmarks.inside import APART, Inside
from tests.benchmarks.measure import resident_of
from tests.process.process import ROOT

LEADS, HOURS = 1_000, 24
STEP = timedelta(minutes=5)
EDITS, PATCHES = 20, 10
"""In every step: 5,760 edits and 2,880 PATCHes a day."""
HEAD = ("after", "resident")

Line = dict[str, Any]


def work(home: Path) -> list[Line]:
    """The day; a line for each four hours of it."""
    bed, chance, lines = Inside(SQLITE, home, LEADS), Random(1), []
    try:
        for hour in range(HOURS):
            for _ in range(timedelta(hours=1) // STEP):
                _step(bed, chance)
            retention.tidy(bed.runtime)
            if (hour + 1) % 4 == 0:
                gc.collect()
                lines.append({"hour": hour + 1, "resident": resident_of(os.getpid())})
    finally:
        bed.close()
    return lines


def _step(bed: Inside, chance: Random) -> None:
    for _ in range(EDITS):
        bed.deliver([chance.randint(1, LEADS)])
    for _ in range(PATCHES):
        bed.patch(chance.randint(1, LEADS))
    bed.flush()
    bed.later(STEP - (EDITS + PATCHES) * APART)
    with bed.runtime.writing() as session:
        ask_for_sweep(session, bed.keys[0], bed.runtime.now())
        session.commit()
    run.run(bed.runtime, bed.keys[0])


def main() -> list[Line]:
    """Measure in a process of its own, and print."""
    began = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.day", "--here"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines: list[Line] = json.loads(told.stdout)
    title = f"a day of 5,760 edits and 2,880 PATCHes, in {time.perf_counter() - began:.0f} s"
    report.table(title, HEAD, [(f"{line['hour']} hours", f"{line['resident']:.1f} MB") for line in lines])
    return lines


if __name__ == "__main__":
    if "--here" in sys.argv[1:]:
        build = ROOT / "build"
        build.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="day-", dir=build) as name:
            print(json.dumps(work(Path(name) / "home")))
    else:
        main()
