"""GET /metrics for Prometheus, read from the database at each scrape, so that all processes report the same.

Counters are kept by `bridge.store.counters`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from bridge.api.current import runtime
from bridge.core.outcome import Outcome
from bridge.google.calls import KINDS, RESULTS
from bridge.reports.sheet_status import SheetStatus, statuses
from bridge.store import counters
from task_api import db
from task_api.tokens import authorize

metrics = Blueprint("metrics", __name__)
Counted = Mapping[tuple[str, str], Mapping[str, float]]
"""(sheet key, counter) → label → value."""


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


GAUGES: tuple[tuple[str, str, Callable[[SheetStatus], float | None]], ...] = (
    ("pending", "links that owe the sheet a write", lambda one: one.counts.pending),
    ("buried", "dead letters", lambda one: one.counts.buried),
    ("conflicts", "leads with an open conflict", lambda one: one.counts.conflicts),
    ("refused", "leads with a cell that could not be read or written", lambda one: one.counts.refused),
    ("gone", "vanished rows whose tasks are still active", lambda one: one.counts.gone),
    ("held_deletions", "vanished rows that await approval", lambda one: one.queue.health.held),
    ("silent", "1 while the sheet's trigger may be gone", lambda one: one.silence is not None),
    ("paused", "1 while nothing can be written", lambda one: bool(one.queue.problem)),
    ("lag_seconds", "age of the oldest change that waits", lambda one: one.lag.now or 0),
    ("lag_p95_seconds", "95th percentile of the last changes' time to their cell", lambda one: one.lag.p95),
    (
        "last_heard_timestamp_seconds",
        "last contact of the sheet's script",
        lambda one: _seconds(one.queue.health.heard_at),
    ),
    (
        "last_unsigned_timestamp_seconds",
        "last invalid signature, if no valid one has come since",
        lambda one: _seconds(one.queue.health.unsigned_at),
    ),
    ("last_sweep_timestamp_seconds", "last comparison of all rows", lambda one: _seconds(one.queue.swept_at)),
)
COUNTERS = (
    (counters.DELIVERIES, "signed deliveries, by outcome", ("outcome",), counters.DELIVERY_OUTCOMES),
    (counters.ROWS, "rows of deliveries, by outcome", ("outcome",), tuple(Outcome)),
    (counters.CALLS, "finished calls to Google", ("method", "result"), [f"{k} {r}" for k in KINDS for r in RESULTS]),
)
HISTOGRAMS = (
    (counters.EDIT_TO_TASK, "seconds from an edit's event to its task; repeated deliveries are not counted"),
    (counters.TASK_TO_CELL, "seconds from a task's change to its cell"),
)


@metrics.get("/metrics")
def scrape() -> Response:
    """The text format of Prometheus."""
    authorize("tasks:read")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Sheets())
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _Sheets(Collector):
    def collect(self) -> Iterator[Any]:
        """The metric families, labelled by sheet."""
        found = statuses(db.session(), runtime())
        sheets = [one.queue.sheet for one in found]
        counted = counters.read(db.session(), sheets)
        for name, text, value in GAUGES:
            yield _gauge(name, text, ["sheet"], [((one.queue.sheet,), value(one)) for one in found])
        calls = [((one.queue.sheet, kind), count) for one in found for kind, count in one.calls.items()]
        left = [((one.queue.sheet, kind), count) for one in found for kind, count in one.left.items()]
        labels = ["sheet", "method"]
        yield _gauge("api_calls_last_minute", "calls to Google in the last 60 seconds", labels, calls)
        yield _gauge("quota_left", "calls to Google left now; sheets of one account share its quota", labels, left)
        yield from _counters(sheets, counted)
        yield from _histograms(sheets, counted)


def _gauge(name: str, text: str, labels: list[str], values: Iterable[tuple[tuple[str, ...], float | None]]) -> Any:
    gauge = GaugeMetricFamily(f"leadbridge_{name}", text, labels=labels)
    for found, value in values:
        if value is not None:
            gauge.add_metric(found, value)
    return gauge


def _counters(sheets: Sequence[str], counted: Counted) -> Iterator[Any]:
    """Each label starts at 0: a rate needs a value before the first event."""
    for name, text, names, labels in COUNTERS:
        counter = CounterMetricFamily(f"leadbridge_{name}", text, labels=["sheet", *names])
        for sheet in sheets:
            for label, value in {**dict.fromkeys(labels, 0.0), **counted.get((sheet, name), {})}.items():
                counter.add_metric([sheet, *label.split()], value)
        yield counter


def _histograms(sheets: Sequence[str], counted: Counted) -> Iterator[Any]:
    for name, text in HISTOGRAMS:
        histogram = HistogramMetricFamily(f"leadbridge_{name}_seconds", text, labels=["sheet"])
        for sheet in sheets:
            values = counted.get((sheet, name), {})
            cumulated = accumulate(values.get(label, 0.0) for label in counters.LABELS)
            buckets = list(zip(counters.LABELS, cumulated, strict=True))
            histogram.add_metric([sheet], buckets, values.get(counters.SUM, 0.0))
        yield histogram
