"""Run every measurement and show it; takes some four minutes, or twenty with ``--million``: a million tasks, five
million changes, 100,000 deliveries.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import growth, measure, memory, plot, poller, report
from tests.process import ROOT

ROUNDS, STARTS = 3, 5
DELIVERIES = 2_000
ENOUGH = 50.0
"""Seconds after which a slow machine is let off the remaining starts, but for three."""


def main(*, million: bool) -> None:
    """Print the tables, write ``build/bench.json`` and ``build/bench.png``."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as name:  # the disk of the clone, not one in memory
        folder = Path(name)
        rounds = [measure.one_round(folder / f"round-{number}") for number in range(ROUNDS)]
        starts: list[measure.Round] = []
        while len(starts) < STARTS and (len(starts) < ROUNDS or time.monotonic() - began < ENOUGH):
            starts.append(measure.starts(folder / f"start-{len(starts)}"))
    collected = report.collect(rounds, starts, time.monotonic() - began)
    report.show(collected)
    collected["poller"] = poller.main()
    collected["growth"] = growth.main(million=million)
    collected["memory"] = memory.main(memory.DELIVERIES if million else DELIVERIES)
    report.write(collected, build / "bench.json")
    plot.draw(collected, build / "bench.png")


if __name__ == "__main__":
    main(million="--million" in sys.argv[1:])
