"""How long a task's change takes to reach its row, from a limited number of recent changes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge.store.models import Change, ChangeState, Link

LAST = 500
"""The number of changes, and of pending links, that are read."""


@dataclass(frozen=True)
class Latency:
    """Seconds. ``now``: the age of the oldest change that waits; None if none waits. ``p95``: the 95th percentile of
    the last ``of`` changes; None if there were none.
    """

    now: float | None = None
    p95: float | None = None
    of: int = 0


def latencies(session: Session, sheets: Sequence[str], now: datetime) -> dict[str, Latency]:
    """sheet key → its latency."""
    waiting, took = _waiting(session), _took(session)
    return {key: _latency(waiting.get(key), took.get(key, []), now) for key in sheets}


def percentile(values: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None


def _latency(waiting: datetime | None, took: Sequence[float], now: datetime) -> Latency:
    since = None if waiting is None else max(0.0, (now - waiting).total_seconds())
    return Latency(since, percentile(took, 0.95), len(took))


def _waiting(session: Session) -> dict[str, datetime]:
    """sheet key → the time of the oldest change that waits, found by the links that owe a write."""
    owing = select(Link.id, Link.sheet).where(Link.wanted > Link.written).order_by(Link.next_try).limit(LAST).subquery()
    oldest = select(owing.c.sheet, func.min(Change.at)).join(Change, Change.link_id == owing.c.id)
    found = session.execute(oldest.where(Change.state == ChangeState.WAITING).group_by(owing.c.sheet))
    return {sheet: at for sheet, at in found}  # noqa: C416 - a row is not a pair to the type checker


def _took(session: Session) -> dict[str, list[float]]:
    """sheet key → seconds of its last changes; without fields that have no column, which take no time."""
    last = select(Change.id).order_by(Change.id.desc()).limit(LAST).subquery()
    found = (
        select(Link.sheet, Change.at, Change.reached_at)
        .join(last, last.c.id == Change.id)
        .join(Link, Link.id == Change.link_id)
        .where(Change.side == "task", Change.state == ChangeState.APPLIED, Change.reached_at > Change.at)
    )
    took: dict[str, list[float]] = {}
    for sheet, at, reached in session.execute(found):
        if reached is not None:
            took.setdefault(sheet, []).append((reached - at).total_seconds())
    return took
