"""``python -m tests.benchmarks.poller``: the usual script on a timer beside the bridge, over the same sheet.

`Poller` is that script as people write it: two functions, called every 60 seconds, that open the sheet, read all rows,
and write one cell a call, by the real gspread. In its favour: its tasks are a dict that costs nothing, it remembers what it
saw, and Google's limit of calls is lifted; the minutes that this would cost it are counted.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gspread

from bridge.google.client import Google
from tests.benchmarks import report
from tests.benchmarks.client import Script, Wire
from tests.benchmarks.filled import STATUS_COLUMN, Filled
from tests.benchmarks.measure import percentile, timed
from tests.process.process import ROOT

SIZES = ((100, 10), (1_000, 10), (10_000, 10), (1_000, 1), (1_000, 100))
"""Rows of the sheet, and how many edits and PATCHes happen between two polls."""
INTERVAL, SWEEP_EVERY, DAY = 60.0, 300.0, 86_400.0
TO_TASK = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
TO_LEAD = {"TODO": "NEW", "IN_PROGRESS": "CONTACTED", "DONE": "QUALIFIED"}
TASK_COLUMN = 4
HEAD = ("rows", "", "edits + PATCHes", "calls", "seconds", "edit → task", "PATCH → cell", "calls a day", "MB a day")
"""The last two: with nothing new at all."""

Line = dict[str, Any]


@dataclass
class Poller:
    """``open``: a fresh look at the tab. ``tasks``: task id → status. ``seen``: task id → the lead's word last time."""

    open: Callable[[], gspread.Worksheet]
    tasks: dict[int, str]
    seen: dict[int, str] = field(default_factory=dict)

    def sync_leads_to_tasks(self) -> None:
        """A task for every row that has none, and the status of every row whose word has changed."""
        sheet = self.open()
        for number, lead in enumerate(sheet.get_all_records(), 2):
            task_id, word = lead["task_id"], str(lead["status"])
            if not task_id:
                task_id = len(self.tasks) + 1
                self.tasks[task_id] = TO_TASK[word]
                sheet.update_cell(number, TASK_COLUMN, task_id)
            elif self.seen.get(task_id, word) != word:
                self.tasks[task_id] = TO_TASK[word]
            self.seen[task_id] = word

    def sync_tasks_to_leads(self) -> None:
        """The word of every task whose status is another than its row's."""
        sheet = self.open()
        rows = {lead["task_id"]: (number, lead["status"]) for number, lead in enumerate(sheet.get_all_records(), 2)}
        for task_id, status in self.tasks.items():
            number, word = rows[task_id]
            if TO_TASK[word] != status:
                sheet.update_cell(number, STATUS_COLUMN, TO_LEAD[status])
                self.seen[task_id] = TO_LEAD[status]

    def poll(self) -> None:
        """What the timer calls."""
        self.sync_leads_to_tasks()
        self.sync_tasks_to_leads()


def measure(rows: int, changes: int) -> list[Line]:
    """The bridge, then the poller on what the bridge has left."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="poller-", dir=build) as name, Filled(Path(name), rows) as process:
        process.settle()
        idle = {"calls_a_day": process.calls() * DAY / SWEEP_EVERY, "bytes_a_day": process.sent * DAY / SWEEP_EVERY}
        bridge = {"who": "bridge"} | bridged(process, changes) | idle
        process.kill()
        return [
            {"rows": rows, "changes": changes} | line
            for line in ({"who": "poller"} | polled(process, rows, changes), bridge)
        ]


def bridged(process: Filled, changes: int) -> Line:
    """Edits one by one, then PATCHes, each timed until the other side has it; calls until all is quiet again."""
    script, before, began, edits = Script(process), process.calls(), time.perf_counter(), []
    patched, reached = {}, {}
    with Wire(process.port) as wire:
        for lead in range(1, changes + 1):
            process.google.person.edit(f"C{lead + 1}", [["CONTACTED"]])
            edits.append(script.deliver(wire, [lead + 1])[0])
        for lead in range(changes + 1, 2 * changes + 1):
            patched[lead] = time.perf_counter()
            wire.patch(process, lead, "DONE")
    while missing := patched.keys() - reached.keys():
        reached |= {lead: time.perf_counter() for lead in missing if process.word(lead) == "QUALIFIED"}
        time.sleep(0.001)
    busy = max(reached.values()) - began
    process.settle()
    late = [reached[lead] - patched[lead] for lead in patched]
    return {
        "calls": process.calls() - before,
        "seconds": busy,
        "edit": percentile(edits, 0.5),
        "patch": percentile(late, 0.5),
    }


def polled(process: Filled, rows: int, changes: int) -> Line:
    """The same changes to the same leads, the other way round. A change waits half an interval for its poll on average."""
    told = process.google.book.tab("Leads").values(2, STATUS_COLUMN, rows, 2)
    poller = Poller(lambda: opened(process), {int(task): TO_TASK[word] for word, task in told})
    poller.poll()
    calls, sent = process.calls(), process.sent
    poller.poll()
    idle_calls, idle_sent = process.calls() - calls, process.sent - sent
    calls = process.calls()
    process.google.person.edit(f"C{changes + 2}:C{2 * changes + 1}", [["CONTACTED"]] * changes)
    poller.tasks |= dict.fromkeys(range(1, changes + 1), "DONE")
    there, back = timed(poller.sync_leads_to_tasks), timed(poller.sync_tasks_to_leads)
    if process.word(1) != "QUALIFIED" or poller.tasks[2 * changes] != "IN_PROGRESS":
        raise RuntimeError("the poller has not brought both sides together")
    a_day = DAY / INTERVAL
    return {
        "calls": process.calls() - calls, "seconds": there + back, "edit": INTERVAL / 2 + there, "patch": INTERVAL / 2 + there + back,
        "calls_a_day": idle_calls * a_day, "bytes_a_day": idle_sent * a_day,
    }  # fmt: skip


def opened(process: Filled) -> gspread.Worksheet:
    """The tab, as scripts open it: two reads, before any row is read."""
    google = Google(process.google_url, process.folder / "google/service_account.json")
    client = gspread.Client(google.http.auth, http_client=type(google.http))
    return client.open_by_key(process.google.book.id).worksheet("Leads")


def shown(line: Line) -> tuple[str, ...]:
    """A line of the table."""
    return (
        f"{line['rows']:,}", line["who"], f"{line['changes']} + {line['changes']}", f"{line['calls']}", f"{line['seconds']:.2f}",
        _duration(line["edit"]), _duration(line["patch"]), f"{line['calls_a_day']:,.0f}", f"{line['bytes_a_day'] / 1e6:,.0f}",
    )  # fmt: skip


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def main() -> list[Line]:
    """Measure and print."""
    found = [line for rows, changes in SIZES for line in measure(rows, changes)]
    report.table("the usual script on a timer beside the bridge", HEAD, [shown(line) for line in found])
    return found


if __name__ == "__main__":
    main()
