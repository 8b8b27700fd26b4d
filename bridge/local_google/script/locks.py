"""The script's locks: one holder each. As Google's, they hold off scripts only, never a person or the API."""

import threading
from collections import defaultdict
from typing import Literal

from bridge.local_google.errors import Invalid


class Locks:
    """All locks of a project. ``trouble``: what Google does under contention, without having to make it."""

    def __init__(self) -> None:
        self.trouble: Literal["busy", "throws"] | None = None
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def take(self, name: str, seconds: float) -> bool:
        """Take a lock within the time; raises `Invalid` where Google throws instead of waiting."""
        if self.trouble == "throws":
            raise Invalid("There are too many LockService operations against the same script.")
        return self.trouble is None and self._locks[name].acquire(timeout=max(0.0, seconds))

    def release(self, name: str) -> None:
        """Give it back."""
        self._locks[name].release()


class Held:
    """The locks that one execution holds; they end with it."""

    def __init__(self, locks: Locks, email: str) -> None:
        self._locks, self._email = locks, email
        self._held: set[str] = set()

    def take(self, scope: str, milliseconds: float) -> bool:
        """Take the lock within the time; true at once when it is held already."""
        name = self._name(scope)
        if name not in self._held and self._locks.take(name, milliseconds / 1000):
            self._held.add(name)
        return name in self._held

    def held(self, scope: str) -> bool:
        """Whether this execution has it."""
        return self._name(scope) in self._held

    def release(self, scope: str) -> None:
        """Give it back, if it is held."""
        if (name := self._name(scope)) in self._held:
            self._held.discard(name)
            self._locks.release(name)

    def release_all(self) -> None:
        """The execution has ended."""
        while self._held:
            self._locks.release(self._held.pop())

    def _name(self, scope: str) -> str:
        return f"user:{self._email}" if scope == "user" else scope
