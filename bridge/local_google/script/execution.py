"""One execution: who runs it, what it may ask the host for, and what is recorded of it.

Each call of the script comes and is answered as JSON. A fault becomes an error that the script sees; no exception
crosses into the engine.
"""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bridge.local_google.desk.panels import Kind, Panel
from bridge.local_google.desk.questions import Ask
from bridge.local_google.errors import Invalid
from bridge.local_google.script import binary, dates, fetch, scopes, triggers
from bridge.local_google.script.dialogs import Dialogs
from bridge.local_google.script.locks import Held
from bridge.local_google.script.project import Project
from bridge.local_google.script.spreadsheet_app import Place, SpreadsheetApp

LONGEST = 360.0
"""Seconds an execution may take."""

UNAUTHORISED = ("fetch", "triggers.", "session", "ui.panel")
"""What a simple trigger may not ask for: it runs before anybody has agreed to anything."""


Mode = Literal["person", "trigger", "simple"]


@dataclass(frozen=True)
class Caller:
    """Who runs a function, and how: by hand, as an installed trigger, or as the simple trigger onOpen."""

    email: str
    mode: Mode = "person"
    active: int | None = None
    chosen: Place = (1, 1, 1, 1)
    answers: Sequence[str | None] = ()
    ask: Ask | None = None


@dataclass
class Execution:
    """A run under way. `host` answers its calls; `close` releases its lock."""

    project: Project
    caller: Caller
    person: str
    """The account that sits before the sheet; a trigger runs as the account that made it."""
    log: list[list[str]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    """What it asked for, and how often: Google's quotas count most of it."""

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + LONGEST
        attended = self.caller.mode != "trigger"
        self.dialogs = Dialogs(
            self.project.book, self.caller.answers, attended=attended, ask=self.caller.ask, left=self._left
        )
        self._held = Held(self.project.lock)
        self._granted = self.project.rights.granted()
        self._answers = self._services()

    def host(self, asked: str) -> str:
        """Answer one call of the script."""
        try:
            call = json.loads(asked)
            return json.dumps({"ok": self._answer(call["op"], call["args"])})
        except Exception as error:  # the script sees it as Google's; see the module's docstring
            return json.dumps({"error": str(error) or type(error).__name__})

    def close(self) -> None:
        """The lock ends with their execution."""
        self._held.release()

    def _answer(self, op: str, args: list[Any]) -> Any:
        if time.monotonic() > self.deadline:
            raise Invalid("Exceeded maximum execution time")
        if self.caller.mode == "simple" and op.startswith(UNAUTHORISED):
            raise Invalid(f"You do not have permission to call {op} in a simple trigger.")
        if self.caller.mode != "simple":
            scopes.check(op, self._granted)
        self.calls[op] += 1
        return self._answers[op](*args)

    def _services(self) -> dict[str, Callable[..., Any]]:
        cells = SpreadsheetApp(self.project.book, self.caller.active, self.caller.chosen)
        dialogs, held, rights, properties = self.dialogs, self._held, self.project.rights, self.project.properties
        return {
            "book": cells.about, "sheet.about": cells.sheet, "sheet.selection": cells.selection,
            "range.check": cells.check, "range.name": cells.name,
            "range.values": cells.values, "range.shown": cells.shown, "range.texts": cells.texts,
            "range.write": cells.write,
            "range.formulas": cells.formulas, "range.rules": cells.rules,
            "ui.open": dialogs.open, "ui.toast": dialogs.toast, "ui.menu": dialogs.menu, "ui.dialog": dialogs.dialog,
            "ui.panel": self._show, "html.file": self.project.html,
            "rights.require": rights.require_all, "rights.missing": rights.missing,
            "lock.take": self._take_lock, "lock.release": held.release,
            "properties.all": properties.all, "properties.set": properties.set, "properties.delete": properties.delete,
            "triggers.mine": self._triggers, "triggers.create": self._create_trigger,
            "triggers.delete": self._delete_trigger,
            "bytes.of": binary.of, "bytes.hmac": binary.hmac,
            "bytes.base64": binary.encode, "bytes.unbase64": binary.decode,
            "date.format": dates.formatted, "uuid": self._uuid, "sleep": self._sleep,
            "fetch": self._fetch, "session": self._session, "log": self._note,
        }  # fmt: skip

    def _show(self, kind: Kind, panel: dict[str, str]) -> None:
        self.dialogs.shown.append({"kind": kind, "title": panel["title"]})
        self.project.panels[kind] = Panel(**panel)

    def _triggers(self) -> list[dict[str, Any]]:
        return [trigger.as_json() for trigger in self.project.triggers.of(self.caller.email)]

    def _create_trigger(self, handler: str, type: Any, minutes: int) -> dict[str, Any]:
        return self.project.triggers.create(triggers.new(handler, type, minutes, self.caller.email)).as_json()

    def _delete_trigger(self, trigger_id: str) -> None:
        self.project.triggers.delete(trigger_id, self.caller.email)

    def _take_lock(self, milliseconds: float) -> bool:
        return self._held.take(min(milliseconds / 1000, self._left()))

    def _fetch(self, url: str, request: dict[str, Any]) -> dict[str, Any]:
        return fetch.fetch(url, request, min(request["seconds"], self._left()))

    def _sleep(self, milliseconds: float) -> None:
        time.sleep(min(milliseconds / 1000, self._left()))

    def _session(self) -> dict[str, str]:
        return {"active": self.person, "effective": self.caller.email}

    def _note(self, level: str, text: str) -> None:
        self.log.append([level, text])

    def _left(self) -> float:
        return max(0.1, self.deadline - time.monotonic())

    @staticmethod
    def _uuid() -> str:
        return str(uuid.uuid4())
