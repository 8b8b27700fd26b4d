"""The status of every sheet, for /status, /metrics and the command."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.reports.action_items import Counts, counts, silence
from bridge.reports.latency import Latency, latencies
from bridge.reports.quota_usage import by_kind, by_purpose, quota_left
from bridge.runtime import Runtime
from bridge.store.models import SheetQueue
from bridge.store.quota import of_last_minute
from bridge.sync.columns.agreed import held_columns


@dataclass(frozen=True)
class SheetStatus:
    """One sheet. By kind, ``calls``: made in the last minute (``purposes``: the same by purpose); ``left``: what its
    account's quota allows now.
    """

    queue: SheetQueue
    counts: Counts
    lag: Latency
    calls: Mapping[str, int]
    purposes: Mapping[str, int]
    left: Mapping[str, int]
    silence: str | None


def statuses(session: Session, runtime: Runtime) -> list[SheetStatus]:
    """The status of every configured sheet, by key."""
    sheets, now = list(runtime.config.sheets), runtime.now()
    number, lag = counts(session, sheets), latencies(session, sheets, now)
    mine = select(SheetQueue).where(SheetQueue.sheet.in_(sheets)).order_by(SheetQueue.sheet)
    calls = of_last_minute(session, sheets, now)
    left = quota_left(runtime.config, calls)
    queues = {queue.sheet: queue for queue in session.scalars(mine)}
    return [
        SheetStatus(
            queue,
            number[key],
            lag[key],
            by_kind(calls[key]),
            by_purpose(calls[key]),
            left[key],
            silence(queue.health, now),
        )
        for key, queue in queues.items()
    ]


def report(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [_to_json(one, runtime) for one in statuses(session, runtime)]


def _to_json(one: SheetStatus, runtime: Runtime) -> dict[str, Any]:
    queue, health = one.queue, one.queue.health
    return {
        "sheet": queue.sheet,
        "spreadsheet": queue.spreadsheet,
        "owner": health.owner,
        **asdict(one.counts),
        "lag": asdict(one.lag),
        "calls": {**one.calls, "by": one.purposes, "budget": runtime.config.calls_per_minute, "left": one.left},
        "problem": queue.problem,
        "held": health.held,
        "held_why": health.held_why,
        "held_columns": {name: place.why for name, place in held_columns(health).items()},
        "silence": one.silence,
        "heard_at": _text(health.heard_at),
        "swept_at": _text(queue.swept_at),
        "not_before": _text(queue.not_before),
        "approved_at": _text(health.approved_at),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
