"""Rows taken apart: whatever exception one of them raises, it is that row's refusal and is logged with its trace; the
others are taken. What the database or Google is to blame for is raised. No network, no commit.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.values import Row
from bridge.errors import Permanent, Transient
from bridge.queue.sweep_requests import SWEEP_SOON, ask_for_sweep
from bridge.store.unit_of_work import savepoint
from bridge.sync.context import SyncContext
from bridge.sync.ingest import ingest_rows
from task_api.db_errors import contended, unusable
from task_api.errors import Problem

log = get_logger(__name__)
WHY = (
    "a fault of the bridge's own, whose log has the details: nothing of the row is lost, and the next sweep tries again"
)


def ingest_apart(context: SyncContext) -> list[RowOutcome]:
    """`ingest_rows`, after that has failed for all rows of a delivery together; a sweep follows, which tells of it."""
    reading, seen = context.reading, dict[str, int]()

    def take(rows: Sequence[Row]) -> list[RowOutcome]:
        outcomes = ingest_rows(replace(context, reading=replace(reading, rows=rows)), seen)
        seen.update({one.lead_id: one.row for one in outcomes if one.lead_id})
        return outcomes

    ask_for_sweep(context.session, context.sheet.key, context.by.at + SWEEP_SOON)
    return apart(context.session, context.sheet.key, [row for row in reading.rows if not row.blank], take)


def apart(
    session: Session, sheet: str, rows: Sequence[Row], take: Callable[[Sequence[Row]], list[RowOutcome]]
) -> list[RowOutcome]:
    """``take`` the rows: together, and where that fails in ever smaller parts."""
    outcomes, parts = [], [rows]
    while parts:
        part = parts.pop()
        try:
            with savepoint(session):
                outcomes += take(part)
        except Exception as error:  # whatever it is, it must not stop the other rows: log and refuse
            if not may_be_a_rows(error):
                raise
            middle = (len(part) + 1) // 2
            if len(part) > 1:
                parts += [part[middle:], part[:middle]]
            else:
                outcomes += [_failed(sheet, row, error) for row in part]
    return outcomes


def may_be_a_rows(error: Exception) -> bool:
    """False when another row would fare no better: of what Google, the database or another transaction is to blame
    for.
    """
    lost = contended(error) and not isinstance(error, IntegrityError)
    return not (lost or unusable(error) or isinstance(error, Problem | Transient | Permanent))


def _failed(sheet: str, row: Row, error: Exception) -> RowOutcome:
    log.error("row_failed", sheet=sheet, row=row.number, exc_info=error)
    return RowOutcome(row.number, row.lead_id, Outcome.REFUSED, reasons=(f"row {row.number}: {WHY}",))
