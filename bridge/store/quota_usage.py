"""What the last minute's calls to Google were: told by whoever made them when their turn ends, read by whoever is
asked, so that every process gives the same answer. Paces nothing; `bridge.store.quota` does.

A process that is killed takes the calls of its last turn along. The looks of `leadbridge doctor` and `connect`, a few
calls each, are not in it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bridge.config.model import Config
from bridge.google.calls import KINDS, Call
from bridge.google.credentials import account_of
from bridge.queue.lease import hold
from bridge.runtime import Runtime
from bridge.store import counters
from bridge.store.models import Lane

MINUTE = timedelta(minutes=1)


def tell(runtime: Runtime, session: Session, key: str) -> int:
    """Record, in this transaction, the calls that this process made for a sheet and has not told yet; how many."""
    if (sheet := runtime.sheets.get(key)) is None or not (untold := list(sheet.calls.untold)):
        return 0
    now, clock = runtime.now(), sheet.calls.clock()
    lane = hold(session, key)
    counters.add(session, key, {counters.CALLS: Counter(f"{call.kind} {call.result}" for call in untold)})
    lane.spent = [*_lately(lane, now), *(_spent(call, now, clock) for call in untold)]
    return len(untold)


def told(runtime: Runtime, key: str, count: int) -> None:
    """What `tell` recorded is committed."""
    if count:
        del runtime.sheets[key].calls.untold[:count]


def last_minute(lane: Lane, now: datetime) -> dict[str, int]:
    """kind → this sheet's calls in the last 60 seconds."""
    counted = Counter(kind for _, kind, _ in _lately(lane, now))
    return {kind: counted[kind] for kind in KINDS}


def by_purpose(lane: Lane, now: datetime) -> dict[str, int]:
    """What the same calls were for (`bridge.google.calls.Purpose`) → how many."""
    return dict(Counter(purpose for *_, purpose in _lately(lane, now)))


def left(config: Config, lanes: Sequence[Lane], now: datetime) -> dict[str, dict[str, int]]:
    """sheet key → kind → calls that may still be made now: the sheets of one service account share its budget."""
    used: dict[str, Counter[str]] = {}
    for lane in lanes:
        used.setdefault(_account(config, lane), Counter()).update(last_minute(lane, now))
    free = {
        name: {kind: max(0, config.calls_per_minute - counted[kind]) for kind in KINDS}
        for name, counted in used.items()
    }
    return {lane.sheet: free[_account(config, lane)] for lane in lanes}


def _account(config: Config, lane: Lane) -> str:
    return account_of(config.key_file(lane.sheet))


def _lately(lane: Lane, now: datetime) -> list[tuple[float, str, str]]:
    since = (now - MINUTE).timestamp()
    return [(at, kind, purpose) for at, kind, purpose in lane.spent if at > since]


def _spent(call: Call, now: datetime, clock: float) -> tuple[float, str, str]:
    return round(now.timestamp() - (clock - call.began), 3), call.kind, call.purpose
