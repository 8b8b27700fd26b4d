"""A script project bound to the sheet: its files, properties, triggers and locks. Outlives executions and restarts."""

import json
import threading
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bridge.local_google.book import Book
from bridge.local_google.errors import Invalid
from bridge.local_google.store import Store

LONGEST_PROPERTY = 9 * 1024
"""Bytes of one value (GOOGLE.md section 2)."""
MOST_TRIGGERS = 20


@dataclass(frozen=True)
class Trigger:
    """One installed trigger. ``type``: ON_EDIT, ON_CHANGE or CLOCK; ``minutes``: how often a clock fires."""

    id: str
    handler: str
    type: str
    minutes: int
    owner: str

    def as_json(self) -> dict[str, Any]:
        """As the runtime wants it."""
        return asdict(self)


class Project:
    """Everything of the script that outlives an execution."""

    def __init__(self, book: Book, store: Store, files: Path) -> None:
        self.book, self._store, self._files = book, store, files
        self.locks = {scope: threading.Lock() for scope in ("script", "document", "user")}
        self._changing = threading.Lock()

    def sources(self) -> list[tuple[str, str]]:
        """The files as they are now, in order: what is pushed takes effect with the next execution."""
        return [(path.name, path.read_text(encoding="utf-8")) for path in sorted(self._files.glob("*.js"))]

    def properties(self, scope: str, email: str) -> dict[str, str]:
        """A property store; the user's own is told apart by e-mail."""
        return self._store.load(_space(scope, email))

    def set_properties(self, scope: str, email: str, values: dict[str, str], *, wipe: bool) -> None:
        """Set some properties, or replace all. Raises `Invalid` beyond 9 KB a value."""
        for key, value in values.items():
            if len(value.encode()) > LONGEST_PROPERTY:
                raise Invalid(f"Argument too large: value ({key})")
        with self._changing:
            if wipe:
                for key in self.properties(scope, email).keys() - values.keys():
                    self._store.save(_space(scope, email), key, None)
            for key, value in values.items():
                self._store.save(_space(scope, email), key, value)

    def delete_property(self, scope: str, email: str, key: str) -> None:
        """Forget one property."""
        self._store.save(_space(scope, email), key, None)

    def triggers(self) -> list[Trigger]:
        """All installed triggers, whoever owns them."""
        return [Trigger(**json.loads(text)) for text in self._store.load("triggers").values()]

    def add_trigger(self, handler: str, kind: str, minutes: int, owner: str) -> Trigger:
        """Install a trigger; at most 20 for one account."""
        with self._changing:
            if sum(trigger.owner == owner for trigger in self.triggers()) >= MOST_TRIGGERS:
                raise Invalid(
                    "This script has too many triggers. "
                    "Triggers must be deleted from the script before more can be added."
                )
            trigger = Trigger(uuid.uuid4().hex, handler, kind, minutes, owner)
            self._store.save("triggers", trigger.id, json.dumps(trigger.as_json()))
        return trigger

    def remove_trigger(self, trigger_id: str, owner: str) -> None:
        """Remove a trigger of this account."""
        if any(trigger.id == trigger_id and trigger.owner == owner for trigger in self.triggers()):
            self._store.save("triggers", trigger_id, None)


def _space(scope: str, email: str) -> str:
    return f"properties:{scope}:{email}" if scope == "user" else f"properties:{scope}"
