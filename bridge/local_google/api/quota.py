"""Google's quotas, counted: reads and writes in any minute, per user and per project (GOOGLE.md section 1).

A batch counts once, whatever it holds. A refused call does not count.
"""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bridge.local_google.errors import GoogleError

Kind = Literal["read", "write"]
WINDOW = 60.0


@dataclass(frozen=True)
class Limits:
    """Calls allowed in any 60 seconds."""

    per_user: int = 60
    per_project: int = 300


class Quota:
    """Counts calls by user and kind; ``limits`` may be replaced, the clock is an argument."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = Limits()
        self._clock, self._lock = clock, threading.Lock()
        self._taken: dict[tuple[str, Kind], deque[float]] = defaultdict(deque)

    def take(self, user: str, kind: Kind) -> None:
        """Count one call; raises Google's 429 when it is one too many."""
        now = self._clock()
        with self._lock:
            mine, project = self._taken[user, kind], self._taken["", kind]
            for calls in (mine, project):
                while calls and calls[0] <= now - WINDOW:
                    calls.popleft()
            if len(mine) >= self.limits.per_user:
                raise exhausted(kind, "user", self.limits.per_user)
            if len(project) >= self.limits.per_project:
                raise exhausted(kind, "project", self.limits.per_project)
            mine.append(now)
            project.append(now)

    def reset(self) -> None:
        """Forget all calls, as if a minute had gone by."""
        with self._lock:
            self._taken.clear()


def exhausted(kind: Kind, whose: Literal["user", "project"] = "user", limit: int = 60) -> GoogleError:
    """Google's 429, word for word."""
    name = kind.capitalize()
    per = " per user" if whose == "user" else ""
    return GoogleError(
        429,
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric '{name} requests' and limit '{name} requests per minute{per}' of service "
        "'sheets.googleapis.com' for consumer 'project_number:1'.",
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": {
                    "consumer": "projects/1",
                    "service": "sheets.googleapis.com",
                    "quota_location": "global",
                    "quota_limit": f"{name}RequestsPerMinutePer{'User' if whose == 'user' else 'Project'}",
                    "quota_unit": "1/min/{project}/{user}" if whose == "user" else "1/min/{project}",
                    "quota_limit_value": str(limit),
                    "quota_metric": f"sheets.googleapis.com/{kind}_requests",
                },
            },
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [
                    {
                        "description": "Request a higher quota limit.",
                        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                    }
                ],
            },
        ],
    )
