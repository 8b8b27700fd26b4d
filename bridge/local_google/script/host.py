"""Runs the sheet's script: triggers on events and by the clock, functions by name.

Each execution has a fresh engine and at most six minutes. Executions may overlap, as Google's do, except that no two
hold one lock. An event is noted before the person's edit is answered and handled later, by worker threads.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import quickjs

from bridge.local_google.book import Book
from bridge.local_google.errors import Invalid
from bridge.local_google.events import Event
from bridge.local_google.script.project import Project, Trigger
from bridge.local_google.script.services import Services
from bridge.local_google.store import Store
from bridge.local_google.trouble import Trouble

RUNTIME = (Path(__file__).parent / "runtime.js").read_text(encoding="utf-8")
OWNER = "you@local.invalid"
LONGEST = 360.0
MEMORY = 256 * 1024 * 1024
WORKERS = 3
KEPT = 200


class Scripts:
    """The script project at work. ``email``: the account that runs and owns triggers (tests play others)."""

    def __init__(self, book: Book, store: Store, trouble: Trouble, files: Path) -> None:
        self.project = Project(book, store, files)
        self.email = OWNER
        self._trouble = trouble
        self._queue: SimpleQueue[tuple[Trigger, dict[str, Any]] | None] = SimpleQueue()
        self._busy = threading.Condition()
        self._waiting = self._running = 0
        self._executions: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._stopping = threading.Event()
        workers = [threading.Thread(target=self._work, name=f"script-{n}", daemon=True) for n in range(WORKERS)]
        self._threads = [*workers, threading.Thread(target=self._tick, name="script-clock", daemon=True)]
        for thread in self._threads:
            thread.start()

    def handle(self, event: Event) -> None:
        """Queue the event for every trigger it fires; beyond the queue's limit, edit events are dropped as Google
        does.
        """
        kind = {"edit": "ON_EDIT", "change": "ON_CHANGE"}[event.kind]
        for trigger in self.project.triggers():
            if trigger.type == kind:
                limit = self._trouble.edit_queue
                if kind == "ON_EDIT" and limit is not None and self._waiting >= limit:
                    continue
                self._enqueue(trigger, _event_json(event, trigger))

    def run(self, function: str, args: Sequence[Any]) -> dict[str, Any]:
        """Run a function as the person, and wait: ``result``, ``log``, ``toasts``. Raises `Invalid` when the script
        throws.
        """
        done = self._execute(function, {"args": list(args)}, self.email)
        if "error" in done:
            raise Invalid(done["error"])
        return {"result": done.get("result"), "log": done["log"], "toasts": done["toasts"]}

    def fire_clock(self) -> None:
        """Let every time trigger fire now."""
        for trigger in self.project.triggers():
            if trigger.type == "CLOCK":
                self._enqueue(trigger, {"kind": "clock", "trigger": trigger.id})

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no handler runs or is due; False when ``timeout`` seconds were not enough."""
        with self._busy:
            return self._busy.wait_for(lambda: not self._waiting and not self._running, timeout)

    def executions(self) -> list[dict[str, Any]]:
        """The last runs, newest first, with what they logged."""
        return list(reversed(self._executions))

    def stop(self) -> None:
        """Let running handlers end; take no more events."""
        self._stopping.set()
        for _ in range(WORKERS):
            self._queue.put(None)
        for thread in self._threads:
            thread.join(20)

    def _enqueue(self, trigger: Trigger, event: dict[str, Any]) -> None:
        with self._busy:
            self._waiting += 1
        self._queue.put((trigger, event))

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            trigger, event = item
            with self._busy:
                self._waiting -= 1
                self._running += 1
            try:
                self._execute(trigger.handler, {"event": event}, trigger.owner)
            finally:
                with self._busy:
                    self._running -= 1
                    self._busy.notify_all()

    def _tick(self) -> None:
        """Fire time triggers when their minutes have passed since this process last did."""
        fired: dict[str, float] = {}
        while not self._stopping.wait(1.0):
            now = time.monotonic()
            for trigger in self.project.triggers():
                if trigger.type == "CLOCK" and now - fired.setdefault(trigger.id, now) >= trigger.minutes * 60:
                    fired[trigger.id] = now
                    self._enqueue(trigger, {"kind": "clock", "trigger": trigger.id})

    def _execute(self, function: str, given: dict[str, Any], email: str) -> dict[str, Any]:
        log: list[list[str]] = []
        began = time.monotonic()
        services = Services(self.project, email, began + LONGEST, lambda level, text: log.append([level, text]))
        try:
            done: dict[str, Any] = json.loads(_run(services, self.project.sources(), function, given))
        except quickjs.JSException as error:
            done = {"error": str(error)}
        finally:
            services.close()
        done |= {"log": log, "toasts": [text for level, text in log if level == "TOAST"]}
        ran = {"function": function, "at": datetime.now(UTC).isoformat(), "seconds": round(time.monotonic() - began, 3)}
        self._executions.append(ran | done)
        return done


def _run(services: Services, sources: list[tuple[str, str]], function: str, given: dict[str, Any]) -> str:
    """One execution in an engine of its own; an exception of the host never crosses into the engine."""

    def host(call: str) -> str:
        try:
            asked = json.loads(call)
            return json.dumps({"ok": services.call(asked["op"], asked["args"])})
        except Exception as error:
            return json.dumps({"error": str(error) or type(error).__name__})

    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.add_callable("__host", host)
    context.eval(RUNTIME)
    for _, source in sources:
        context.eval(source)
    answer: str = context.get("__run")(function, json.dumps(given))
    return answer


def _event_json(event: Event, trigger: Trigger) -> dict[str, Any]:
    if event.kind == "change":
        return {"kind": "change", "trigger": trigger.id, "changeType": event.change_type}
    single = {
        name: value for name, value in (("value", event.value), ("oldValue", event.old_value)) if value is not None
    }
    at = {
        "sheet": event.sheet_id,
        "row": event.row,
        "column": event.column,
        "rows": event.nrows,
        "columns": event.ncols,
    }
    return {"kind": "edit", "trigger": trigger.id, "single": single, **at}
