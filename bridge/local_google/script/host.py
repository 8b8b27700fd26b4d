"""Runs the sheet's script: triggers on events and by the clock, functions by name.

An event is queued before the person's edit is answered, and handled later by worker threads. Executions may overlap,
as Google's do. What still waits at the stop is dropped; the bridge's sweep finds it. Without threads, `wait_idle`
handles events in its caller's thread, one after the other.
"""

import random
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.local_google.api.trouble import Trouble
from bridge.local_google.desk.panels import Kind, Panel
from bridge.local_google.desk.questions import Ask
from bridge.local_google.errors import Invalid
from bridge.local_google.person.events import Event
from bridge.local_google.script import engine
from bridge.local_google.script.clock import Clock
from bridge.local_google.script.execution import Caller, Execution, Mode
from bridge.local_google.script.project import Project
from bridge.local_google.script.triggers import Trigger
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.store import Store

PERSON = "you@local.invalid"
WORKERS = 4
KEPT = 200
"""Executions that are remembered."""

PATIENCE = 5.0
"""Seconds that a running handler gets to end when the scripts are stopped."""

_TYPES = {"edit": "ON_EDIT", "change": "ON_CHANGE"}
_CALLABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?<!_)")
"""Functions a person may run; Google hides those that end with ``_``."""


class Scripts:
    """The script project at work. ``email``: the account of the person at the sheet; tests play others."""

    def __init__(
        self,
        book: Book,
        store: Store,
        trouble: Trouble,
        files: Path,
        *,
        minute: float = 60.0,
        chance: Callable[[], float] = random.random,
        threads: bool = True,
    ) -> None:
        self.project = Project(book, store, files)
        self.email = PERSON
        self._trouble, self._chance = trouble, chance
        self._due: deque[tuple[Trigger, dict[str, Any]]] = deque()
        self._waiting: Counter[str] = Counter()
        self._running, self._stopping = 0, False
        self._news = threading.Condition()
        self._executions: deque[dict[str, Any]] = deque(maxlen=KEPT)
        names = [f"script-{number}" for number in range(WORKERS if threads else 0)]
        self._workers = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for worker in self._workers:
            worker.start()
        self._clock = Clock(self.project.triggers, self._fire, minute)

    def handle(self, event: Event) -> None:
        """Note an event for every trigger it fires; beyond the queue's limit, edits are dropped, as Google does."""
        for trigger in self.project.triggers.all():
            if trigger.type == _TYPES[event.kind]:
                self._enqueue(trigger, _event_json(event, trigger, event.user or self.email))

    def run(
        self,
        function: str,
        args: Sequence[Any],
        answers: Sequence[str | None] = (),
        at: str = "",
        ask: Ask | None = None,
    ) -> dict[str, Any]:
        """Run a function as the person, and wait. Raises `Invalid` when there is none, or with what it throws.

        Returns ``result`` (JSON), ``log`` ([level, text] each), ``toasts`` (texts), ``dialogs`` (kind, title, text,
        buttons) and ``menus`` (title, items). ``answers``: what the person answers to its dialogs, in turn;
        ``at``: the range they have chosen, such as ``Leads!B3``. ``ask`` puts what has no such answer to them.
        """
        if not _CALLABLE.fullmatch(function):
            raise Invalid(f"Script function not found: {function}")
        mode: Mode = "simple" if function == "onOpen" else "person"
        done = self._execute(function, {"args": list(args)}, self._person(mode, answers, at, ask))
        if "error" in done:
            raise Invalid(done["error"])
        return {name: done[name] for name in ("result", "log", "toasts", "dialogs", "menus")}

    def panel(self, kind: Kind) -> Panel | None:
        """The page that the script shows there; None: none yet."""
        return self.project.panels.get(kind)

    def fire_clock(self) -> None:
        """Let every time trigger fire now."""
        for trigger in self.project.triggers.all():
            if trigger.type == "CLOCK":
                self._fire(trigger)

    def triggers(self) -> int:
        """How many triggers are installed, whoever made them."""
        return len(self.project.triggers.all())

    def lose_triggers(self) -> None:
        """Forget every trigger, whoever made it: Google does when an account goes or loses access."""
        for trigger in self.project.triggers.all():
            self.project.triggers.delete(trigger.id, trigger.owner)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no handler runs or is due; False when ``timeout`` seconds were not enough. Without threads the
        handlers run now, in the caller's.
        """
        if not self._workers:
            self._run_waiting()
        with self._news:
            return self._news.wait_for(lambda: not self._due and not self._running, timeout)

    def executions(self) -> list[dict[str, Any]]:
        """The last runs, newest first: what ran, when, how long, its result or error, its calls, what it showed."""
        return list(reversed(self._executions))

    def stop(self) -> None:
        """Let running handlers end; drop what waits and take no more."""
        self._clock.stop()
        with self._news:
            self._stopping = True
            self._due.clear()
            self._news.notify_all()
        until = time.monotonic() + PATIENCE
        for worker in self._workers:
            worker.join(max(0.0, until - time.monotonic()))

    def _person(self, mode: Mode, answers: Sequence[str | None], at: str, ask: Ask | None) -> Caller:
        if not at:
            return Caller(self.email, mode, answers=answers, ask=ask)
        area = self.project.book.now.resolve(at)
        chosen = (area.top + 1, area.left + 1, area.height, area.width)
        return Caller(self.email, mode, area.sheet_id, chosen, answers, ask)

    def _fire(self, trigger: Trigger) -> None:
        self._enqueue(trigger, {"kind": "CLOCK", "trigger": trigger.id})

    def _enqueue(self, trigger: Trigger, event: dict[str, Any]) -> None:
        limit = self._trouble.edit_queue if trigger.type == "ON_EDIT" else None
        with self._news:
            if self._stopping or (limit is not None and self._waiting[trigger.id] >= limit):
                return
            self._waiting[trigger.id] += 1
            self._due.append((trigger, event))
            self._news.notify_all()

    def _run_waiting(self) -> None:
        while (item := self._next(0)) is not None:
            self._handle(*item)

    def _work(self) -> None:
        while (item := self._next()) is not None:
            self._handle(*item)

    def _handle(self, trigger: Trigger, event: dict[str, Any]) -> None:
        caller = Caller(trigger.owner, "trigger", event.get("sheet"))
        try:
            self._dawdle()
            self._execute(trigger.handler, {"event": event}, caller)
        finally:
            with self._news:
                self._running -= 1
                self._news.notify_all()

    def _dawdle(self) -> None:
        """Begin late where a switch says so; at once when it is all to stop."""
        if late := self._trouble.script_delay * self._chance():
            with self._news:
                self._news.wait_for(lambda: self._stopping, late)

    def _next(self, timeout: float | None = None) -> tuple[Trigger, dict[str, Any]] | None:
        """The handler that has waited longest, taken; None when it is all to stop, or none came in time."""
        with self._news:
            self._news.wait_for(lambda: self._due or self._stopping, timeout)
            if self._stopping or not self._due:
                return None
            trigger, event = self._due.popleft()
            self._waiting[trigger.id] -= 1
            self._running += 1
            return trigger, event

    def _execute(self, function: str, given: dict[str, Any], caller: Caller) -> dict[str, Any]:
        began, at = time.monotonic(), datetime.now(UTC).isoformat()
        execution = Execution(self.project, caller, self.email)
        try:
            done = engine.run(execution.host, self.project.files(), function, given)
        finally:
            execution.close()
        done |= {"log": execution.log, "toasts": execution.dialogs.toasts}
        done |= {"dialogs": execution.dialogs.shown, "menus": execution.dialogs.menus}
        seconds = round(time.monotonic() - began, 3)
        ran = {"function": function, "mode": caller.mode, "at": at, "seconds": seconds, "calls": dict(execution.calls)}
        self._executions.append(ran | done)
        return done


def _event_json(event: Event, trigger: Trigger, user: str) -> dict[str, Any]:
    """The event as the runtime builds Google's event object from it."""
    common = {"kind": trigger.type, "trigger": trigger.id, "user": user, "sheet": event.sheet_id}
    if event.kind == "change":
        return common | {"changeType": event.change_type}
    single = {"value": event.value, "oldValue": event.old_value}
    place = [event.row, event.column, event.nrows, event.ncols]
    return common | {"range": place, "single": {name: text for name, text in single.items() if text is not None}}
