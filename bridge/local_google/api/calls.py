"""Counts API calls by kind, method and result. Tests hold the bridge's few calls against it."""

import threading
from collections import Counter
from typing import Any

from bridge.local_google.api.quota import Kind


class Calls:
    """Counts since the start or the last `reset`, the owner's apart. Status 0: the connection was dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[Kind, str, int]] = Counter()
        self.by_owner = 0

    def add(self, kind: Kind, method: str, status: int, *, owner: bool = False) -> None:
        """Count one call, such as ``("write", "values.batchUpdate", 200)``."""
        with self._lock:
            if owner:
                self.by_owner += 1
            else:
                self._counts[kind, method, status] += 1

    def count(self, kind: Kind | None = None, method: str | None = None, status: int | None = None) -> int:
        """How many calls were like this; None stands for any."""
        with self._lock:
            counts = list(self._counts.items())
        wanted = (kind, method, status)
        return sum(n for key, n in counts if all(want in (None, part) for want, part in zip(wanted, key, strict=True)))

    @property
    def reads(self) -> int:
        """All read calls, whatever their result."""
        return self.count("read")

    @property
    def writes(self) -> int:
        """All write calls, whatever their result."""
        return self.count("write")

    def report(self) -> dict[str, Any]:
        """The counts as JSON."""
        methods: dict[str, dict[str, int]] = {}
        with self._lock:
            for (_, method, status), count in sorted(self._counts.items()):
                methods.setdefault(method, {})[str(status)] = count
        return {"reads": self.reads, "writes": self.writes, "methods": methods, "by_owner": self.by_owner}

    def reset(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._counts.clear()
            self.by_owner = 0
