"""Time triggers: each fires every so many minutes, counted from when this process first saw it."""

import threading
import time
from collections.abc import Callable

from bridge.local_google.script.triggers import Trigger, Triggers


class Clock:
    """One thread. ``minute``: how many seconds a minute has."""

    def __init__(self, triggers: Triggers, fire: Callable[[Trigger], None], minute: float = 60.0) -> None:
        self._triggers, self._fire, self._minute = triggers, fire, minute
        self._changed, self._stopping = threading.Condition(), False
        self._due: dict[str, float] = {}
        triggers.on_change.append(self._wake)
        self._thread = threading.Thread(target=self._run, name="script-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Fire no more."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                self._changed.wait(self._fire_due(time.monotonic()))

    def _fire_due(self, now: float) -> float | None:
        """Fire what is due; returns the seconds until more is, None when nothing ever will be."""
        clocks = [trigger for trigger in self._triggers.all() if trigger.type == "CLOCK"]
        self._due = {one.id: self._due.get(one.id, now + one.minutes * self._minute) for one in clocks}
        for trigger in clocks:
            if self._due[trigger.id] <= now:
                self._fire(trigger)
                self._due[trigger.id] = now + trigger.minutes * self._minute
        return max(0.0, min(self._due.values()) - now) if self._due else None
