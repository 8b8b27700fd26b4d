"""The product with people, programs and faults around it, and a memory of what each of them did."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bridge.local_google.api.quota import Limits
from bridge.local_google.sheet.book import Tab
from bridge.store.models import Change, Link
from bridge.store.quota import Pace
from tests.databases import Databases
from tests.doors import served
from tests.prove.middleman import Middleman
from tests.stack import Stack, eventually

HEADER = ["id", "name", "status", "task_id", "notes", "sync", "phone"]
FIELDS = ("name", "status", "notes")
WORDS = ("NEW", "CONTACTED", "QUALIFIED", "LOST")
MEANT = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
GRACE = 20.0
Lead = dict[str, Any]


class Died(SystemExit):
    """The bridge's thread ends at this instruction, as if killed."""


@dataclass(frozen=True)
class Saying:
    """A value that somebody gave to a field. ``side``: "sheet", "task", "pasted" (a block, whose event tells no values)
    or "undone" (it may be a value of the bridge's own, which nobody typed). ``after``: the newest change in the history
    before it, so that what beat it can only be newer; ``at``: when, by the bridge's clock.
    """

    side: str
    value: Any
    after: int
    at: datetime


class World:
    """``said``: (lead id, field) → everything that was said of it, in order. ``doubled``: ids that stood in two rows at
    some time.
    """

    def __init__(self, folder: Path, databases: Databases) -> None:
        self.log: list[str] = []
        self.said: dict[tuple[str, str], list[Saying]] = defaultdict(list)
        self.doubled: set[str] = set()
        self.changes_made = 0
        self._count = 0
        self._died = False
        self.stack = Stack(folder, databases, engine=True, grace=GRACE, create_rows=True)
        if self.stack.database.startswith("postgresql"):  # where nobody is elected, a dead worker is waited for
            self.stack.lease = timedelta(seconds=8)

    def __enter__(self) -> "World":
        self.stack.__enter__()
        self.middleman = Middleman(lambda: self.stack.url)
        self._door = served(self.middleman)
        self.door = self._door.__enter__()
        self.stack.google.quota.limits = Limits(10**6, 10**6)
        self._unpaced()
        self.tab.write(1, 1, [HEADER])
        connection = self.stack.config.connection("leads").replace(self.stack.url, self.door)
        self.stack.google.scripts.run("installBridge", [connection])
        self.stack.settle()
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.__exit__(None)
        self._door.__exit__(None, None, None)

    @property
    def tab(self) -> Tab:
        """The lead sheet."""
        found = self.stack.google.book.tab("Leads")
        assert found is not None
        return found

    def note(self, text: str) -> None:
        """One line of the story."""
        self.log.append(text)

    def fresh(self, prefix: str) -> str:
        """A text that nobody has used."""
        self._count += 1
        return f"{prefix}{self._count}"

    # the sheet
    def rows(self) -> list[tuple[int, list[Any]]]:
        """Every row that holds anything, with its number."""
        values = self.tab.values(2, 1, max(self.tab.last_row - 1, 1), len(HEADER))
        return [(number, row) for number, row in enumerate(values, 2) if any(value not in (None, "") for value in row)]

    def leads(self) -> dict[str, Lead]:
        """lead id → its row, for ids that stand in one row only."""
        found: dict[str, list[Lead]] = defaultdict(list)
        for number, row in self.rows():
            if row[0] not in (None, ""):
                found[str(row[0])].append(dict(zip(HEADER, row, strict=True)) | {"row": number})
        self.doubled |= {lead_id for lead_id, same in found.items() if len(same) > 1}
        return {lead_id: same[0] for lead_id, same in found.items() if len(same) == 1}

    def person(self, what: str, act: Callable[[], object], side: str = "sheet") -> None:
        """A person does something in the sheet; what it did to each lead is remembered, whatever it was."""
        with self.stack.google.book.lock:
            mark, before = self._mark(), self.leads()
            act()
            after = self.leads()
        self.note(f"person {what}")
        for lead_id in before.keys() - after.keys():
            for field in FIELDS:  # what stood in a deleted row went with it, by the person's own will
                self.said[lead_id, field].append(Saying("undone", None, *mark))
        for lead_id, lead in after.items():
            for field in FIELDS:
                old = before.get(lead_id, {}).get(field)
                if lead[field] != old or lead_id not in before:
                    self.said[lead_id, field].append(Saying(side, lead[field], *mark))
                    self.changes_made += 1

    # the API
    def program(self, what: str, task: dict[str, Any], **fields: Any) -> None:
        """A program changes a task."""
        mark = self._mark()
        answer = self.stack.patch(task["id"], **fields)
        self.note(f"program {what} task {task['id']} {fields} -> {answer.status_code}")
        if answer.status_code == 200 and task["lead_id"] is not None:
            for field, value in fields.items():
                self.said[task["lead_id"], field].append(Saying("task", value, *mark))
                self.changes_made += 1

    def _mark(self) -> tuple[int, datetime]:
        with self.stack.runtime.session() as session:
            return session.scalar(select(func.max(Change.id))) or 0, self.stack.runtime.now()

    # the bridge
    def die(self, when: str) -> None:
        """The engine dies at the next write to Google: before it leaves, or when it has landed; then it starts anew."""
        sheet = self.stack.runtime.sheet("leads")
        real = sheet.write

        def write(writes: Any) -> Any:
            if when == "after":
                real(writes)
            self._died = True
            raise Died

        sheet.write = write  # type: ignore[method-assign]
        self.note(f"the bridge will die {when} its next write")

    def restart(self) -> None:
        """Start the bridge again on what is on disk."""
        self.note("the bridge is started again")
        ahead, self._died = self.stack.ahead, False
        self.stack.stop_bridge()
        self.stack.start_bridge()
        self._unpaced()
        self.stack.later(ahead.total_seconds())

    def alive(self) -> bool:
        """False when the engine has died."""
        thread = self.stack.runtime.engine._thread
        return thread is not None and thread.is_alive() and not self._died

    def links(self) -> list[Link]:
        """All links, detached."""
        with self.stack.runtime.session() as session:
            found = session.query(Link).all()
            session.expunge_all()
        return found

    def settle(self) -> None:
        """Let the trouble end and everything come to rest; waits are skipped by letting the bridge's clock jump."""
        stack = self.stack
        stack.google.trouble.reset()
        self.middleman.calm()
        if not self.alive():
            self.restart()
        stack.google.scripts.wait_idle(10)
        for _ in range(3):
            stack.google.scripts.run("bridgeEveryFiveMinutes", [])
            self._rest()
        stack.later(31)  # until then a row may only be too new to be read
        until = time.monotonic() + 60
        while True:
            before = stack.calls()[1]
            stack.sweep()
            self._rest()
            if stack.calls()[1] == before and not stack.pending():
                return
            assert time.monotonic() < until, "it does not come to rest"

    def _rest(self) -> None:
        def quiet() -> bool:
            if not self.alive():
                self.restart()
            if self.stack.quiet():
                return True
            if self.stack.ahead.total_seconds() < 150:
                self.stack.later(0.5)
            return False

        eventually(quiet, "at rest")

    def _unpaced(self) -> None:
        """The pace has tests of its own; here it would only cost time."""
        self.stack.runtime.pace = Pace(1e6, 1e6, 1e6)


def quiet_threads() -> None:
    """A bridge that dies in its thread is part of the play."""
    threading.excepthook = lambda args: None if args.exc_type is Died else threading.__excepthook__(args)
