"""Every sheet in numbers and words, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.reports import quota_usage
from bridge.reports.action_items import Counts, counts, silence
from bridge.reports.latency import Lag, lags
from bridge.runtime import Runtime
from bridge.store.models import SheetQueue


def report(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """The state of every queue as JSON."""
    sheets, now, budget = list(runtime.config.sheets), runtime.now(), runtime.config.calls_per_minute
    numbers, lag = counts(session, sheets), lags(session, sheets, now)
    found = session.scalars(
        select(SheetQueue).where(SheetQueue.sheet.in_(runtime.config.sheets)).order_by(SheetQueue.sheet)
    ).all()
    left = quota_usage.left(runtime.config, found, now)
    return [
        _queue(queue, numbers.get(queue.sheet, Counts()), lag[queue.sheet], left[queue.sheet], budget, now)
        for queue in found
    ]


def _queue(
    queue: SheetQueue, numbers: Counts, lag: Lag, left: Mapping[str, int], budget: int, now: datetime
) -> dict[str, Any]:
    times = {
        "heard_at": queue.heard_at, "swept_at": queue.swept_at, "not_before": queue.not_before,
        "approved_at": queue.approved_at,
    }  # fmt: skip
    return {
        "sheet": queue.sheet,
        "spreadsheet": queue.spreadsheet,
        "owner": queue.owner,
        **asdict(numbers),
        "lag": asdict(lag),
        "calls": {
            **quota_usage.last_minute(queue, now),
            "by": quota_usage.by_purpose(queue, now),
            "budget": budget,
            "left": left,
        },
        "problem": queue.problem,
        "held": queue.held,
        "held_why": queue.held_why,
        "silence": silence(queue, now),
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }
