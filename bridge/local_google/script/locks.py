"""LockService's document lock: one holder. It stops other scripts, but no person and no API call."""

import threading
from typing import Literal

from bridge.local_google.errors import Invalid


class DocumentLock:
    """``trouble``: what Google does under contention, without having to make it."""

    def __init__(self) -> None:
        self.trouble: Literal["busy", "throws"] | None = None
        self._lock = threading.Lock()

    def take(self, seconds: float) -> bool:
        """Take the lock within the time; raises `Invalid` where Google throws instead of waiting."""
        if self.trouble == "throws":
            raise Invalid("There are too many LockService operations against the same script.")
        return self.trouble is None and self._lock.acquire(timeout=max(0.0, seconds))

    def release(self) -> None:
        """Give it back."""
        self._lock.release()


class Held:
    """What one execution holds of the lock; it ends with the execution."""

    def __init__(self, lock: DocumentLock) -> None:
        self._lock, self._held = lock, False

    def take(self, seconds: float) -> bool:
        """Take the lock within the time; true at once when it is held already."""
        self._held = self._held or self._lock.take(seconds)
        return self._held

    def release(self) -> None:
        """Give it back, if it is held."""
        if self._held:
            self._held = False
            self._lock.release()
