"""The script's properties, kept on disk with Google's limits: 9 KB a value, 500 KB a store (GOOGLE.md section 2)."""

import threading
from collections.abc import Mapping

from bridge.local_google.errors import Invalid
from bridge.local_google.store import Store

LONGEST_VALUE = 9 * 1024
LARGEST_STORE = 500 * 1024


class Properties:
    """The stores of a project, by their space."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, threading.Lock()

    def all(self, space: str) -> dict[str, str]:
        """Everything in a store."""
        return self._store.load(space)

    def set(self, space: str, values: Mapping[str, str], *, others_go: bool) -> None:
        """Set some properties, or replace all. Raises `Invalid` beyond the limits; then nothing is changed."""
        with self._lock:
            before = self._store.load(space)
            after = {**({} if others_go else before), **values}
            _check(values, after)
            for key in before.keys() - after.keys():
                self._store.save(space, key, None)
            for key, value in values.items():
                self._store.save(space, key, value)

    def delete(self, space: str, key: str) -> None:
        """Forget one property."""
        self._store.save(space, key, None)


def space(scope: str, email: str) -> str:
    """Where a store is kept; a user's own is told apart by the account."""
    return f"properties:{scope}:{email}" if scope == "user" else f"properties:{scope}"


def _check(values: Mapping[str, str], after: Mapping[str, str]) -> None:
    if any(len(value.encode()) > LONGEST_VALUE for value in values.values()):
        raise Invalid("Argument too large: value")
    if sum(len(key.encode()) + len(value.encode()) for key, value in after.items()) > LARGEST_STORE:
        raise Invalid("You have exceeded the property storage quota. Please remove some properties and try again.")
