"""Google's quota: the calls of the last minute, by kind and purpose, and how many are left."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from bridge.config.model import Config
from bridge.google.calls import KINDS
from bridge.google.credentials import account_of
from bridge.store.models import SheetQueue
from bridge.store.quota import lately


def last_minute(queue: SheetQueue, now: datetime) -> dict[str, int]:
    """kind → this sheet's calls in the last 60 seconds."""
    counted = Counter(kind for _, kind, _ in lately(queue, now))
    return {kind: counted[kind] for kind in KINDS}


def by_purpose(queue: SheetQueue, now: datetime) -> dict[str, int]:
    """purpose (`bridge.google.calls.Purpose`) → the same calls."""
    return dict(Counter(purpose for *_, purpose in lately(queue, now)))


def quota_left(config: Config, queues: Collection[SheetQueue], now: datetime) -> dict[str, dict[str, int]]:
    """sheet key → kind → calls left now; the sheets of one service account share its quota."""
    used: dict[str, Counter[str]] = {}
    for queue in queues:
        used.setdefault(_account(config, queue), Counter()).update(last_minute(queue, now))
    free = {
        name: {kind: max(0, config.calls_per_minute - counted[kind]) for kind in KINDS}
        for name, counted in used.items()
    }
    return {queue.sheet: free[_account(config, queue)] for queue in queues}


def _account(config: Config, queue: SheetQueue) -> str:
    return account_of(config.key_file(queue.sheet))
