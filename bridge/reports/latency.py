"""How long a task's change takes to reach its row. Reads a bounded piece of the history, however long that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bridge.store.models import Change, ChangeState, Link

LAST = 500
"""So many changes are looked at, and so many pending links."""


@dataclass(frozen=True)
class Lag:
    """Seconds. ``now``: how long the oldest waiting change has waited, None when none waits. ``p95``: what 95 of 100
    of the last changes took at most, None when there were none; ``of``: how many those were.
    """

    now: float | None = None
    p95: float | None = None
    of: int = 0


def lags(session: Session, sheets: Sequence[str], now: datetime) -> dict[str, Lag]:
    """sheet key → its lag."""
    waiting, took = _waiting(session), _took(session)
    return {key: _lag(waiting.get(key), took.get(key, []), now) for key in sheets}


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of them does not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None


def _lag(waiting: datetime | None, took: Sequence[float], now: datetime) -> Lag:
    since = None if waiting is None else max(0.0, (now - waiting).total_seconds())
    return Lag(since, percentile(took, 0.95), len(took))


def _waiting(session: Session) -> dict[str, datetime]:
    """sheet key → when the oldest change that waits was made; by the links that owe a write, not by all changes."""
    owing = select(Link.id, Link.sheet).where(Link.wanted > Link.written).order_by(Link.next_try).limit(LAST).subquery()
    oldest = select(owing.c.sheet, func.min(Change.at)).join(Change, Change.link_id == owing.c.id)
    found = session.execute(oldest.where(Change.state == ChangeState.WAITING).group_by(owing.c.sheet))
    return {sheet: at for sheet, at in found}  # noqa: C416 - a row is not a pair to the type checker


def _took(session: Session) -> dict[str, list[float]]:
    """sheet key → seconds of its last changes. What the sheet has no column for is there at once and does not count."""
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
