"""Run every measurement and show it; takes some ten minutes, or two hours with ``--million``: a million tasks, five
million changes, 10,000 PATCHes, 100,000 deliveries over HTTP and a million in one process, a day.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import burst, day, growth, measure, memory, plot, poller, report
from tests.benchmarks.databases import SQLITE, Database, measured
from tests.process.process import ROOT

ROUNDS = 3
DELIVERIES = 2_000


def main(*, million: bool) -> None:
    """Print the tables, write ``build/bench.json`` and ``build/bench.png``."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with measured() as databases:
        collected: dict[str, Any] = {"machine": report.facts(), "figures": figures(databases, build)}
        collected["burst"] = burst.main(databases, burst.MANY if million else burst.PATCHES)
        collected["poller"] = poller.main()
        collected["growth"] = growth.main(databases, million=million)
    collected["memory"] = memory.main(memory.DELIVERIES if million else DELIVERIES)
    if million:
        collected["memory inside"] = memory.inside()
        collected["day"] = day.main()
    report.write(collected, build / "bench.json")
    plot.draw(collected, build / "bench.png")


def figures(databases: Sequence[Database], build: Path) -> dict[str, Any]:
    """Several rounds on each database, alternately, so that a busy minute of the machine affects all alike."""
    rounds: dict[str, list[measure.Round]] = {database.name: [] for database in databases}
    starts: list[measure.Round] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=build) as name:  # the disk of the clone, not one in memory
        for number in range(ROUNDS):
            for database in databases:
                rounds[database.name].append(measure.one_round(Path(name) / f"{database.name}-{number}", database))
            starts.append(measure.starts(Path(name) / f"start-{number}"))
    found = {key: report.collect(one, starts if key == SQLITE.name else ()) for key, one in rounds.items()}
    for key, one in found.items():
        report.show(one, key)
    return found


if __name__ == "__main__":
    main(million="--million" in sys.argv[1:])
