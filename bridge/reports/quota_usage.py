"""How much of Google's quota the last minute has used, by kind and purpose, and what is left of it."""

from collections import Counter
from collections.abc import Sequence
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
    """What the same calls were for (`bridge.google.calls.Purpose`) → how many."""
    return dict(Counter(purpose for *_, purpose in lately(queue, now)))


def left(config: Config, queues: Sequence[SheetQueue], now: datetime) -> dict[str, dict[str, int]]:
    """sheet key → kind → calls that may still be made now: the sheets of one service account share its budget."""
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
