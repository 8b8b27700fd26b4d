"""The script's properties, kept on disk with Google's limits: 9 KB a value, 500 KB in all (GOOGLE.md section 2)."""

import threading
from collections.abc import Mapping

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.store import Store

SPACE = "properties:script"
LONGEST_VALUE = 9 * 1024
LARGEST_STORE = 500 * 1024


class Properties:
    """The script properties of a project, shared by all who run it."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()

    def all(self) -> dict[str, str]:
        """Every property by its key."""
        return self._store.load(SPACE)

    def set(self, values: Mapping[str, str], others_go: bool) -> None:
        """Set some properties, or replace all. Raises `Invalid` beyond the limits; then nothing is changed."""
        with self._lock:
            before = self._store.load(SPACE)
            after = {**({} if others_go else before), **values}
            _check(values, after)
            for key in before.keys() - after.keys():
                self.delete(key)
            for key, value in values.items():
                self._store.save(SPACE, key, value)

    def delete(self, key: str) -> None:
        """Forget one property."""
        self._store.save(SPACE, key, None)


def _check(values: Mapping[str, str], after: Mapping[str, str]) -> None:
    if any(len(value.encode()) > LONGEST_VALUE for value in values.values()):
        raise Invalid("Argument too large: value")
    if sum(len(key.encode()) + len(value.encode()) for key, value in after.items()) > LARGEST_STORE:
        raise Invalid("You have exceeded the property storage quota. Please remove some properties and try again.")
