"""GET /metrics for Prometheus: every lane in numbers, read from the database at each scrape. Keeps nothing itself, so
several processes tell the same.
"""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, current_app
from sqlalchemy import select

from bridge.models import Lane
from bridge.needs import Counts, counts, silence
from bridge.runtime import Runtime
from task_api.db import db
from task_api.tokens import requires

metrics = Blueprint("metrics", __name__)

GAUGES = {
    "pending": "links that owe the sheet a write",
    "buried": "dead letters",
    "conflicts": "leads with an open conflict",
    "refused": "leads with a cell that could not be read or written",
    "gone": "rows that vanished and whose tasks are still live",
}


@metrics.get("/metrics")
@requires("tasks:read")
def scrape() -> Response:
    """The text format that Prometheus reads."""
    from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - 10 MB that few need

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Lanes(current_app.extensions["bridge"]))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _Lanes:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Any]:
        """One family for each number, labelled by sheet."""
        from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

        sheets = list(self._runtime.config.sheets)
        numbers = counts(db.session(), sheets)
        lanes = list(db.session.scalars(select(Lane).where(Lane.sheet.in_(sheets)).order_by(Lane.sheet)))

        def family(name: str, text: str, values: list[float]) -> Any:
            gauge = GaugeMetricFamily(f"leadbridge_{name}", text, labels=["sheet"])
            for lane, value in zip(lanes, values, strict=True):
                gauge.add_metric([lane.sheet], value)
            return gauge

        for name, text in GAUGES.items():
            yield family(name, text, [getattr(numbers.get(lane.sheet, Counts()), name) for lane in lanes])
        heard = [lane.heard_at.timestamp() if lane.heard_at else 0.0 for lane in lanes]
        swept = [lane.swept_at.timestamp() if lane.swept_at else 0.0 for lane in lanes]
        silent = [float(silence(lane, self._runtime.now()) is not None) for lane in lanes]
        yield family("last_heard_timestamp_seconds", "when the sheet's script was last heard of", heard)
        yield family("last_sweep_timestamp_seconds", "when all rows were last compared", swept)
        yield family("silent", "1 while the sheet's trigger may be gone", silent)
        yield family("paused", "1 while nothing can be written", [float(bool(lane.problem)) for lane in lanes])
        yield family("held_deletions", "vanished rows that wait for approval", [float(lane.held) for lane in lanes])
