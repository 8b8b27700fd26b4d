"""Faults on demand: errors that Google is known to return, and behaviour that no document settles.

Tests and the page set the switches; the REST API and the scripts obey them. By default everything is off.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import Field

from bridge.local_google.api.quota import Kind
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.snapshot import Snapshot

Answer = Literal[400, 401, 403, 404, 429, 500, 502, 503, "drop"]
Seconds = Annotated[float, Field(ge=0, le=600)]


@dataclass(frozen=True)
class Fault:
    """What the next matching call gets instead of an answer: a status, or a connection that just ends.

    ``landed``: the call does its work first, and only the answer is lost. None matches any kind or method; a method is
    named as in Google's reference, ``values.batchUpdate``. ``retry_after``: seconds for the header of a 429 or 503.
    """

    answer: Answer
    kind: Kind | None = None
    method: str | None = None
    landed: bool = False
    retry_after: int | None = None


@dataclass
class Switches:
    """Lasting conditions. Where Google's behaviour is unknown, it can be played either way (GOOGLE.md section 2)."""

    latency: Seconds = 0.0
    """Seconds every API call takes longer."""
    echo_skipped: bool = True
    """Does includeValuesInResponse show cells that were skipped with null? When off, they read as empty."""
    undo_fires_edit: bool = True
    sort_fires_edit: bool = False
    replace_fires_edit: bool = False
    cut_fires_source: bool = False
    """Is there an edit event for where the cells were, besides the one for where they are now?"""
    unknown_change: Literal["OTHER", "EDIT"] = "OTHER"
    """The change type of what nobody has written about: sorting, replacing, renaming a tab."""
    api_fires_change: bool = False
    edit_queue: Annotated[int | None, Field(ge=0)] = None
    """How many edit events wait for a handler before further ones are dropped; Google: 2. None: no limit."""
    script_delay: Seconds = 0.0
    """A trigger's handler begins up to so many seconds late, by chance: those of quick edits overtake each other."""
    key_revoked: bool = False
    unshared: bool = False
    owner_too: bool = False
    """Do quota and trouble meet the owner's own calls (the printed token) as well? Google knows no such token."""


class Trouble(Switches):
    """All switches, the faults to come, hooks and lag. Thread-safe."""

    def __init__(
        self, book: Book, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        super().__init__()
        self._book, self._clock, self._sleep, self._lock = book, clock, sleep, threading.Lock()
        self._faults: list[Fault] = []
        self._before_write: list[Callable[[], object]] = []
        self._past: deque[tuple[float, Snapshot]] = deque()
        self._lag, self._lag_ends = 0.0, 0.0
        book.on_change.append(self._remember)

    def fail(self, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` matching calls go wrong."""
        with self._lock:
            self._faults += [fault] * times

    def take(self, kind: Kind, method: str) -> Fault | None:
        """The fault for this call, if one is due; it is used up."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in (None, kind) and fault.method in (None, method):
                    self._faults.remove(fault)
                    return fault
        return None

    def before_write(self, act: Callable[[], object]) -> None:
        """Call ``act`` once, right before the next write is applied and outside every lock."""
        with self._lock:
            self._before_write.append(act)

    def strike(self) -> None:
        """Run what was to happen before a write."""
        with self._lock:
            due, self._before_write = self._before_write, []
        for act in due:
            act()

    def delay(self) -> None:
        """Return when a call's latency has passed."""
        if self.latency:
            self._sleep(self.latency)

    def lag(self, seconds: float, lasting: float) -> None:
        """For ``lasting`` seconds, reads show the book as it was ``seconds`` ago, but never as it was before now."""
        with self._lock:
            now = self._clock()
            self._lag, self._lag_ends = seconds, now + lasting
            self._past = deque([(now, self._book.now)])

    def seen(self) -> Snapshot:
        """The book as reads see it."""
        with self._lock:
            now = self._clock()
            if now >= self._lag_ends:
                self._past.clear()
                return self._book.now
            while len(self._past) > 1 and self._past[1][0] <= now - self._lag:
                self._past.popleft()
            return self._past[0][1]

    def reset(self) -> None:
        """All switches back, nothing due."""
        for one in fields(Switches):
            setattr(self, one.name, one.default)
        with self._lock:
            self._faults, self._before_write, self._lag_ends = [], [], 0.0

    def report(self) -> dict[str, Any]:
        """The switches and how much is due, as JSON."""
        with self._lock:
            lagging = max(0.0, self._lag_ends - self._clock())
            return {one.name: getattr(self, one.name) for one in fields(Switches)} | {
                "faults_due": len(self._faults),
                "lag_lasts": lagging,
            }

    def _remember(self, _before: Snapshot, after: Snapshot) -> None:
        with self._lock:
            if self._clock() < self._lag_ends:
                self._past.append((self._clock(), after))
