"""What the last minute's calls to Google were: told by whoever made them when their job ends, read by whoever is
asked, so that every process gives the same answer. Paces nothing; `bridge.store.quota` does.

A process that is killed takes the calls of its last turn along. The looks of `leadbridge doctor` and `connect`, a few
calls each, are not in it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bridge.config.model import Config
from bridge.google.calls import KINDS, Call, Calls
from bridge.google.credentials import account_of
from bridge.store import counters
from bridge.store.models import SheetQueue

MINUTE = timedelta(minutes=1)


def record(session: Session, queue: SheetQueue, calls: Calls | None, now: datetime) -> int:
    """Record the calls that this process made for a sheet and has not recorded yet; how many. ``queue``: locked."""
    if calls is None or not (untold := list(calls.untold)):
        return 0
    clock = calls.clock()
    counters.add(session, queue.sheet, {counters.CALLS: Counter(f"{call.kind} {call.result}" for call in untold)})
    queue.spent = [*_lately(queue, now), *(_spent(call, now, clock) for call in untold)]
    return len(untold)


def recorded(calls: Calls | None, count: int) -> None:
    """What `record` did is committed."""
    if calls is not None and count:
        del calls.untold[:count]


def last_minute(queue: SheetQueue, now: datetime) -> dict[str, int]:
    """kind → this sheet's calls in the last 60 seconds."""
    counted = Counter(kind for _, kind, _ in _lately(queue, now))
    return {kind: counted[kind] for kind in KINDS}


def by_purpose(queue: SheetQueue, now: datetime) -> dict[str, int]:
    """What the same calls were for (`bridge.google.calls.Purpose`) → how many."""
    return dict(Counter(purpose for *_, purpose in _lately(queue, now)))


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


def _lately(queue: SheetQueue, now: datetime) -> list[tuple[float, str, str]]:
    since = (now - MINUTE).timestamp()
    return [(at, kind, purpose) for at, kind, purpose in queue.spent if at > since]


def _spent(call: Call, now: datetime, clock: float) -> tuple[float, str, str]:
    return round(now.timestamp() - (clock - call.began), 3), call.kind, call.purpose
