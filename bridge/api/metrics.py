"""GET /metrics for Prometheus: every queue in numbers, read from the database at each scrape. Keeps nothing itself, so
several processes tell the same; what only grows is kept by `bridge.store.counters`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import accumulate
from typing import Any

from flask import Blueprint, Response, current_app
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from sqlalchemy import select

from bridge.core.outcome import Outcome
from bridge.google.calls import KINDS, RESULTS
from bridge.reports import quota_usage
from bridge.reports.action_items import Counts, counts, silence
from bridge.reports.latency import Lag, lags
from bridge.runtime import Runtime
from bridge.store import counters
from bridge.store.models import SheetQueue
from task_api import db
from task_api.tokens import authorize

metrics = Blueprint("metrics", __name__)

GAUGES = {
    "pending": "links that owe the sheet a write",
    "buried": "dead letters",
    "conflicts": "leads with an open conflict",
    "refused": "leads with a cell that could not be read or written",
    "gone": "rows that vanished and whose tasks are still live",
    "held_deletions": "vanished rows that wait for approval",
    "silent": "1 while the sheet's trigger may be gone",
    "paused": "1 while nothing can be written",
    "lag_seconds": "how long the oldest waiting change has waited",
    "lag_p95_seconds": "what 95 of 100 of the last changes took at most to their cell",
    "last_heard_timestamp_seconds": "when the sheet's script was last heard of",
    "last_unsigned_timestamp_seconds": "when a wrong signature came that no right one has followed",
    "last_sweep_timestamp_seconds": "when all rows were last compared",
}
Tallies = Mapping[tuple[str, str], Mapping[str, float]]


@metrics.get("/metrics")
def scrape() -> Response:
    """The text format that Prometheus reads."""
    authorize("tasks:read")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Queues(current_app.extensions["bridge"]))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _Queues:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Any]:
        """One family for each number, labelled by sheet."""
        mine = SheetQueue.sheet.in_(self._runtime.config.sheets)
        queues = db.session().scalars(select(SheetQueue).where(mine).order_by(SheetQueue.sheet)).all()
        tallied = counters.read(db.session(), [queue.sheet for queue in queues])
        yield from self._gauges(queues)
        yield from self._budget(queues)
        yield from _counters(queues, tallied)
        yield from _histograms(queues, tallied)

    def _gauges(self, queues: Sequence[SheetQueue]) -> Iterator[Any]:
        sheets, now = [queue.sheet for queue in queues], self._runtime.now()
        numbers, lag = counts(db.session(), sheets), lags(db.session(), sheets, now)
        told = [
            (queue.sheet, _numbers(queue, numbers.get(queue.sheet, Counts()), lag[queue.sheet], now))
            for queue in queues
        ]
        for name, text in GAUGES.items():
            yield _gauge(name, text, ["sheet"], [([key], one[name]) for key, one in told if name in one])

    def _budget(self, queues: Sequence[SheetQueue]) -> Iterator[Any]:
        now, labels = self._runtime.now(), ["sheet", "method"]
        left = quota_usage.left(self._runtime.config, queues, now)
        used = [
            ([queue.sheet, kind], one) for queue in queues for kind, one in quota_usage.last_minute(queue, now).items()
        ]
        free = [([key, kind], one) for key, kinds in left.items() for kind, one in kinds.items()]
        yield _gauge("api_calls_last_minute", "calls to Google in the last 60 seconds", labels, used)
        yield _gauge("quota_left", "calls to Google left for now; sheets of one account share its budget", labels, free)


def _numbers(queue: SheetQueue, numbers: Counts, lag: Lag, now: datetime) -> dict[str, float]:
    """The `GAUGES` of one sheet, without what is not known."""
    known = {} if lag.p95 is None else {"lag_p95_seconds": lag.p95}
    return known | {
        **asdict(numbers),
        "held_deletions": queue.held,
        "silent": silence(queue, now) is not None,
        "paused": bool(queue.problem),
        "lag_seconds": lag.now or 0,
        "last_heard_timestamp_seconds": _moment(queue.heard_at),
        "last_unsigned_timestamp_seconds": _moment(queue.unsigned_at),
        "last_sweep_timestamp_seconds": _moment(queue.swept_at),
    }


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _gauge(name: str, text: str, labels: list[str], values: Iterable[tuple[list[str], float]]) -> Any:
    gauge = GaugeMetricFamily(f"leadbridge_{name}", text, labels=labels)
    for told, value in values:
        gauge.add_metric(told, value)
    return gauge


def _counters(queues: Sequence[SheetQueue], tallied: Tallies) -> Iterator[Any]:
    """Each label from the start, at 0: a rate needs to have seen it before the first."""
    calls = [f"{kind} {result}" for kind in KINDS for result in RESULTS]
    for name, text, names, labels in (
        (counters.DELIVERIES, "signed deliveries, by what became of them", ["outcome"], counters.FATES),
        (counters.ROWS, "rows of deliveries, by what became of them", ["outcome"], tuple(Outcome)),
        (counters.CALLS, "calls to Google that have ended", ["method", "result"], calls),
    ):
        counter = CounterMetricFamily(f"leadbridge_{name}", text, labels=["sheet", *names])
        for queue in queues:
            counted = dict.fromkeys(labels, 0.0) | dict(tallied.get((queue.sheet, name), {}))
            for label, value in counted.items():
                counter.add_metric([queue.sheet, *label.split()], value)
        yield counter


def _histograms(queues: Sequence[SheetQueue], tallied: Tallies) -> Iterator[Any]:
    for name, text in (
        (
            counters.EDIT_TO_TASK,
            "from when Google told of an edit until its task had it; not what was sent again later",
        ),
        (counters.TASK_TO_CELL, "from a task's change until its cell had it"),
    ):
        histogram = HistogramMetricFamily(f"leadbridge_{name}_seconds", text, labels=["sheet"])
        for queue in queues:
            counted = tallied.get((queue.sheet, name), {})
            upto = accumulate(counted.get(label, 0.0) for label in counters.LABELS)
            buckets = list(zip(counters.LABELS, upto, strict=True))
            histogram.add_metric([queue.sheet], buckets, counted.get(counters.SUM, 0.0))
        yield histogram
