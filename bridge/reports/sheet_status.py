"""Every sheet in numbers and words, as JSON."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.reports.action_items import Counts, counts, silence
from bridge.reports.latency import Lag, lags
from bridge.runtime import Runtime
from bridge.store import quota_usage
from bridge.store.models import Lane


def report(session: Session, runtime: Runtime) -> list[dict[str, Any]]:
    """The state of every lane as JSON."""
    sheets, now, budget = list(runtime.config.sheets), runtime.now(), runtime.config.calls_per_minute
    numbers, lag = counts(session, sheets), lags(session, sheets, now)
    found = session.scalars(select(Lane).where(Lane.sheet.in_(runtime.config.sheets)).order_by(Lane.sheet)).all()
    left = quota_usage.left(runtime.config, found, now)
    return [
        _lane(lane, numbers.get(lane.sheet, Counts()), lag[lane.sheet], left[lane.sheet], budget, now) for lane in found
    ]


def _lane(lane: Lane, numbers: Counts, lag: Lag, left: Mapping[str, int], budget: int, now: datetime) -> dict[str, Any]:
    times = {
        "heard_at": lane.heard_at, "swept_at": lane.swept_at, "not_before": lane.not_before,
        "approved_at": lane.approved_at,
    }  # fmt: skip
    return {
        "sheet": lane.sheet,
        "spreadsheet": lane.spreadsheet,
        "owner": lane.owner,
        **asdict(numbers),
        "lag": asdict(lag),
        "calls": {
            **quota_usage.last_minute(lane, now),
            "by": quota_usage.by_purpose(lane, now),
            "budget": budget,
            "left": left,
        },
        "problem": lane.problem,
        "held": lane.held,
        "held_why": lane.held_why,
        "silence": silence(lane, now),
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }
