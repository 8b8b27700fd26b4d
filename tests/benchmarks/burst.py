"""``python -m tests.benchmarks.burst [PATCHES]``: as many PATCHes as one client can send, over 1,000 leads: how many
calls to Google they cost, and when both sides agree.
"""

import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks import report
from tests.benchmarks.client import Wire
from tests.benchmarks.databases import Database, measured
from tests.benchmarks.filled import STATUS_COLUMN, Filled
from tests.process.process import ROOT
from tests.stack import eventually

LEADS, PATCHES, MANY = 1_000, 2_000, 10_000
STATUSES = {"IN_PROGRESS": "CONTACTED", "DONE": "QUALIFIED", "TODO": "NEW"}
HEAD = ("PATCHes", "database", "reads", "writes", "PATCHes a second", "last answered after", "both sides agree after")

Line = dict[str, Any]


def measure(database: Database, patches: int) -> Line:
    """Send them, wait until every row says what its task says."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="burst-", dir=build) as name,
        Filled(Path(name), LEADS, database) as process,
    ):
        process.settle()
        reads, writes = process.google.calls.reads, process.google.calls.writes
        last: dict[int, str] = {}
        began = time.perf_counter()
        with Wire(process.port) as wire:
            for number in range(patches):
                lead, status = number % LEADS + 1, list(STATUSES)[number // LEADS % len(STATUSES)]
                wire.patch(process, lead, status)
                last[lead] = STATUSES[status]
        sent = time.perf_counter() - began
        meant = [[last[lead]] for lead in sorted(last)]
        tab = process.google.book.tab("Leads")
        eventually(lambda: tab.values(2, STATUS_COLUMN, len(meant)) == meant, "both sides agree", 300)
        agree = time.perf_counter() - began
        process.settle()
        calls = process.google.calls
        return {
            "patches": patches, "database": database.name, "reads": calls.reads - reads, "writes": calls.writes - writes,
            "sent": sent, "agree": agree,
        }  # fmt: skip


def shown(line: Line) -> tuple[str, ...]:
    """A line of the table."""
    rate = line["patches"] / line["sent"]
    calls = f"{line['reads']}", f"{line['writes']}"
    return (
        f"{line['patches']:,}",
        line["database"],
        *calls,
        f"{rate:,.0f}",
        f"{line['sent']:.1f} s",
        f"{line['agree']:.1f} s",
    )


def main(databases: Iterable[Database], patches: int = PATCHES) -> list[Line]:
    """Measure and print."""
    lines = [measure(database, patches) for database in databases]
    report.table(f"a burst of PATCHes over {LEADS:,} leads", HEAD, [shown(line) for line in lines])
    return lines


if __name__ == "__main__":
    with measured() as both:
        main(both, int(sys.argv[1]) if len(sys.argv) > 1 else PATCHES)
