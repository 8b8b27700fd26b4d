"""Rows decided apart: whatever one of them raises is undone and postpones that row alone."""

from collections.abc import Callable, Mapping

from structlog.stdlib import get_logger

from bridge.core.outcome import RefusedBy
from bridge.core.values import Row, Value
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store.models import Link
from bridge.store.unit_of_work import savepoint
from bridge.sync.apart import WHY, may_be_a_rows
from bridge.sync.context import SyncContext
from bridge.tracker import Task
from bridge.worker.job import PlannedWrite

log = get_logger(__name__)
Decide = Callable[[SyncContext, SheetView, Row, Link, Task, Mapping[str, set[Value]]], list[PlannedWrite]]


def apart(decide: Decide) -> Decide:
    """The same, undone for a row that raises: it is tried again ever more rarely, and people are told."""

    def decide_apart(
        context: SyncContext, view: SheetView, row: Row, link: Link, task: Task, replaced: Mapping[str, set[Value]]
    ) -> list[PlannedWrite]:
        try:
            with savepoint(context.session):
                return decide(context, view, row, link, task, replaced)
        except Exception as error:  # whatever it is, it must not stop the other rows: log and postpone
            if not may_be_a_rows(error):
                raise
            log.error("row_failed", sheet=link.sheet, row=row.number, link=link.id, exc_info=error)
            why = f"not written, because of {WHY}"
            pending.refuse_row(context.session, link, context.by.at, RefusedBy.BRIDGE, why)
            return []

    return decide_apart
