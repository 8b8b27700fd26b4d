"""Run every measurement and show it; takes most of a minute."""

import tempfile
import time
from pathlib import Path

from tests.benchmarks import measure, report
from tests.process import ROOT

ROUNDS, STARTS = 3, 5
ENOUGH = 50.0
"""Seconds after which a slow machine is let off the remaining starts, but for three."""


def main() -> None:
    """Print the table, write ``build/bench.json``."""
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
    report.write(collected, build / "bench.json")


if __name__ == "__main__":
    main()
