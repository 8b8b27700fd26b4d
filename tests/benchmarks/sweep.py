"""``python -m tests.benchmarks.sweep [ROWS]``: one sweep of a large sheet that agrees with its tasks; the bridge's own time
and peak memory. Google's answer is made beforehand and read from a file, so that only the bridge is measured.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace

from bridge.app import make_runtime
from bridge.config import logs
from bridge.config.model import Config, SheetConfig
from bridge.google import snapshot
from bridge.google.calls import Calls
from bridge.worker.job import begin, end
from bridge.worker.sweep import sweep
from tests.benchmarks import fill
from tests.benchmarks.databases import SQLITE


class Answered:
    """A sheet whose answer is there already."""

    google = SimpleNamespace(outdated=False)

    def __init__(self, answer: Path) -> None:
        self.calls = Calls()
        self._answer = answer

    def read(self, _rows: object = None) -> snapshot.Snapshot:
        """The whole sheet, as one read brings it."""
        self.calls.begun["read"] += 1
        return snapshot.parsed(self._answer.read_bytes())


@dataclass(frozen=True)
class Swept:
    """What one sweep took: seconds, of those of CPU, and MB; ``answer``: MB of JSON."""

    rows: int
    agree: int
    reads: int
    seconds: float
    cpu: float
    peak: float
    answer: float


def main(rows: int) -> None:
    """Prepare in a child process, so that its memory does not count."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if (child := os.fork()) == 0:
            prepare(home, rows)
            os._exit(0)
        os.waitpid(child, 0)
        print(json.dumps(asdict(measure(home, rows))))


def prepare(home: Path, rows: int) -> None:
    """A database with so many linked leads, and Google's answer that shows them."""
    fill.leads(fill.opened(SQLITE, home), rows)
    data = {"rowData": [{"values": list(fill.cells(number))} for number in range(rows + 1)]}
    sheet = {"properties": {"sheetId": 0, "title": "Leads"}, "data": [data]}
    (home / "answer.json").write_text(json.dumps({"sheets": [sheet]}, separators=(",", ":")))


def measure(home: Path, rows: int) -> Swept:
    """Sweep once."""
    logs.configure()
    config = Config(home, {"leads": SheetConfig("leads", "spreadsheet")})
    runtime = make_runtime(config, fill.opened(SQLITE, home))
    sheet = Answered(home / "answer.json")
    runtime.sheets["leads"] = sheet  # type: ignore[assignment]
    job = begin(runtime, "leads")
    assert job is not None
    began, busy = time.perf_counter(), time.process_time()
    plan = sweep.sweep(job)
    took, busy = time.perf_counter() - began, time.process_time() - busy
    end(job)
    size = (home / "answer.json").stat().st_size / 1e6
    return Swept(rows, plan.agreed, sheet.calls.begun["read"], took, busy, peak(), size)


def peak() -> float:
    """The most memory this process has held, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
