"""The product with people, programs and faults around it, by a clock that is held: nothing waits for real, and the same
seed plays the same story.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import requests
from sqlalchemy import func, select

from bridge.local_google.api.quota import Limits
from bridge.store.models import Change, ChangeState, Link
from tests.databases import Databases
from tests.doors import served
from tests.prove.life import Life, Played
from tests.prove.memory import Mark, Memory, Side
from tests.prove.middleman import Middleman
from tests.prove.sheets import SHIPPED, TYPED, Lead, Tab

GRACE = 20.0
Answer = TypeVar("Answer")


class World(Life):
    """``tabs``: the synced tabs, one or two; ``memory``: what was done; ``log``: the story so far."""

    def __init__(self, folder: Path, databases: Databases, *, typed: bool = False, two: bool = False) -> None:
        self.memory = Memory()
        self._count, self._last_known = 0, dict[str, tuple[int | None, Any]]()
        mapping, other = (TYPED, SHIPPED) if typed else (SHIPPED, TYPED)
        self._mappings = {"leads": ("Leads", mapping)} | ({"second": ("Other leads", other)} if two else {})
        more = {"second": {"tab": "Other leads", "mapping": other, "grace": GRACE}} if two else {}
        super().__init__(Played(folder, databases, more=more, mapping=mapping, grace=GRACE, create_rows=True))

    def __enter__(self) -> "World":
        self.stack.__enter__()
        self._door = served(middleman := Middleman(lambda: self.stack.url))
        self.door, self.middleman = self._door.__enter__(), middleman
        google = self.stack.google
        google.quota.limits = Limits(10**6, 10**6)
        self._started()
        if len(self._mappings) > 1:
            google.book.add_tab("Other leads")
        numbers = {grid.title: grid.sheet_id for grid in google.book.now.grids}
        self.tabs = [Tab(key, title, one, google.book, numbers[title]) for key, (title, one) in self._mappings.items()]
        for tab in self.tabs:
            google.book.tab(tab.sheet_id).write(1, 1, [list(tab.heads)])
            google.scripts.run("installBridge", [self.connection(tab), tab.sheet_id])
        self.passes(1)
        return self

    def __exit__(self, *_: object) -> None:
        self.death.revive()
        self.stack.__exit__(True)  # whose witness has tests of its own
        self._door.__exit__(None, None, None)

    def connection(self, tab: Tab) -> str:
        """What is pasted into the tab's script: it reaches the bridge through the middleman."""
        return self.stack.config.connection(tab.key).replace(self.stack.url, self.door)

    def fresh(self, prefix: str) -> str:
        """A text that nobody has used."""
        self._count += 1
        return f"{prefix}{self._count}"

    # people
    def leads(self) -> dict[str, Lead]:
        """Lead id → its row, for ids that stand in one row only."""
        return self.memory.unique(lead for tab in self.tabs for lead in tab.leads())

    def person(self, what: str, act: Callable[[], object], side: Side = "sheet") -> None:
        """A person does something in the sheet; what it did to each lead is remembered, whatever it was."""
        before, mark = self.leads(), self.mark()
        act()
        self.note(f"person {what}")
        self.memory.compare(before, self.leads(), side, mark, self._known)

    # programs
    def program(self, task: dict[str, Any], **fields: Any) -> None:
        """A program changes a task; without an answer nobody knows whether it did."""
        if not self.up:
            return
        mark = self.mark()
        answer = self.asks(lambda: self.stack.patch(task["id"], **fields))
        status = 0 if answer is None or answer.status_code >= 500 else answer.status_code
        self.note(f"program patches task {task['id']} {_short(fields)} -> {status or 'no answer'}")
        if status in {0, 200} and task["lead_id"] is not None:
            for tab, name, value in self._meant(task, fields):
                changed = not tab.same(name, tab.task_says(task, name), value)
                if changed or status == 0:
                    self.memory.say(task["lead_id"], name, "task" if status else "maybe", value, mark)

    def asks(self, ask: Callable[[], Answer]) -> Answer | None:
        """What the bridge answers; None when it is not there, or dies meanwhile."""
        try:
            return ask() if self.up and not self.death.dead else None
        except requests.ConnectionError:
            return None

    def _meant(self, task: dict[str, Any], fields: dict[str, Any]) -> Iterable[tuple[Tab, str, Any]]:
        tab = self.tab_of(task["id"])
        for task_field, value in fields.items() if tab else ():
            assert tab is not None
            if task_field == "title":
                name = tab.mapping.name_in(value)
                if name is None and task["lead_id"] not in self.leads():
                    name = value  # which the row that is yet to be made is named after
                yield from [(tab, "name", name)] if name is not None else []
            elif (column := tab.mapping.shown_by.get(task_field)) is not None:
                yield tab, column.field, tab.said(column.field, value)

    def tab_of(self, task_id: int) -> Tab | None:
        """The tab in which the task's lead is."""
        with self.death.spared(), self.stack.runtime.session() as session:
            key = session.scalar(select(Link.sheet).where(Link.task_id == task_id))
        return next((tab for tab in self.tabs if tab.key == key), None)

    def mark(self) -> Mark:
        """How far the history has come; unknown while the bridge is dead."""
        if not self.up or self.death.dead:
            return Mark(0)
        with self.death.spared(), self.stack.runtime.session() as session:
            newest = session.scalar(select(func.max(Change.id))) or 0
            waiting = session.scalars(select(Change.id).where(Change.state == ChangeState.WAITING))
            return Mark(newest, frozenset(waiting))

    def stop(self) -> None:
        """Stop the bridge; what it knows is what it knew."""
        self._known()
        super().stop()

    def _known(self) -> dict[str, tuple[int | None, Any]]:
        if self.up and not self.death.dead:
            with self.death.spared():
                self._last_known = {link.lead_id: (link.row, link.base.get("name")) for link in self.links()}
        return self._last_known

    def links(self) -> list[Link]:
        """All links, detached."""
        with self.stack.runtime.session() as session:
            found = session.query(Link).all()
            session.expunge_all()
        return found


def _short(fields: dict[str, Any]) -> str:
    return str({name: value if len(str(value)) < 60 else f"{len(value)} characters" for name, value in fields.items()})
