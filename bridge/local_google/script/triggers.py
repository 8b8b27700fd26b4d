"""The installed triggers, kept on disk. Each runs as the account that made it, and nobody sees another's."""

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.store import Store

MOST = 20
"""Triggers of one account (GOOGLE.md section 2)."""

SPACE = "triggers"


@dataclass(frozen=True)
class Trigger:
    """One trigger. ``minutes``: how often a CLOCK fires."""

    id: str
    handler: str
    type: Literal["ON_EDIT", "ON_CHANGE", "CLOCK"]
    minutes: int
    owner: str

    def as_json(self) -> dict[str, Any]:
        """As the runtime wants it."""
        return asdict(self)


class Triggers:
    """All triggers of a project. ``on_change`` is called whenever one comes or goes."""

    def __init__(self, store: Store) -> None:
        self.on_change: list[Callable[[], None]] = []
        self._store, self._lock = store, threading.Lock()
        self._all = tuple(Trigger(**json.loads(text)) for text in store.load(SPACE).values())

    def all(self) -> tuple[Trigger, ...]:
        """Whoever owns them."""
        return self._all

    def of(self, owner: str) -> list[Trigger]:
        """Those of one account."""
        return [trigger for trigger in self._all if trigger.owner == owner]

    def create(self, trigger: Trigger) -> Trigger:
        """Install a trigger; raises `Invalid` when its owner has too many."""
        with self._lock:
            if len(self.of(trigger.owner)) >= MOST:
                raise Invalid("This script has too many triggers. Triggers must be deleted before more can be added.")
            self._store.save(SPACE, trigger.id, json.dumps(trigger.as_json()))
            self._all = (*self._all, trigger)
        self._tell()
        return trigger

    def delete(self, trigger_id: str, owner: str) -> None:
        """Remove a trigger of this account."""
        with self._lock:
            gone = [trigger for trigger in self.of(owner) if trigger.id == trigger_id]
            for trigger in gone:
                self._store.save(SPACE, trigger.id, None)
            self._all = tuple(trigger for trigger in self._all if trigger not in gone)
        self._tell()

    def _tell(self) -> None:
        for told in self.on_change:
            told()


def new(handler: str, type: Literal["ON_EDIT", "ON_CHANGE", "CLOCK"], minutes: int, owner: str) -> Trigger:
    """A trigger nobody has yet."""
    return Trigger(uuid.uuid4().hex, handler, type, minutes, owner)
