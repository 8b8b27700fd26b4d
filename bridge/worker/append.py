"""Append the rows of new tasks below the last row that holds anything. A row that Google refuses is its task's matter
alone: it is told, and tried again ever more rarely.
"""

from collections.abc import Collection, Sequence
from operator import attrgetter

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.google.sheet import AppendedCell
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.models import Link
from bridge.sync import new_rows
from bridge.tracker import tasks_of
from bridge.worker.job import Job
from bridge.worker.parts import Part, in_parts

log = get_logger(__name__)
Cells = dict[int, AppendedCell]


def append_rows(job: Job, view: SheetView, row_pending: Collection[int]) -> None:
    """New rows at the end of the sheet; the next look finds and settles them."""
    in_parts(
        [sorted(row_pending)],
        lambda part: _append(job, view, part),
        lambda part, why: _refuse(job, part, f"it has no row yet: {why}; the bridge tries again by itself"),
    )


def _append(job: Job, view: SheetView, part: Part[int]) -> None:
    rows = _new_rows(job, view, part)
    job.at_work.update(rows)
    if rows:
        job.open_sheet().append(list(rows.values()))
    job.at_work.clear()
    with job.writing() as session:
        now = job.runtime.now()
        for link in _links(job, session, rows):
            new_rows.settle_appended(link, job.config.mapping, now)
            log.info("row_appended", sheet=link.sheet, link=link.id, cause=link.cause)
        session.commit()


def _new_rows(job: Job, view: SheetView, part: Part[int]) -> dict[int, Cells]:
    """link id → the row to append, recorded before it leaves. A row that cannot be made waits by itself."""
    rows: dict[int, Cells] = {}
    with job.writing() as session:
        now = job.runtime.now()
        links = _links(job, session, part)
        tasks = {task.id: task for task in tasks_of(session, links)}
        for link in links:
            try:
                rows[link.id] = new_rows.new_row(tasks[link.task_id], link, job.config, view.layout, now)
            except Exception as error:  # this task's trouble must not stop the others: log and postpone
                log.error("row_not_made", sheet=link.sheet, link=link.id, exc_info=error)
                _try_again(job, session, link, "its row cannot be made; the bridge's log has the details")
        session.commit()
    return rows


def _refuse(job: Job, part: Part[int], why: str) -> None:
    with job.writing() as session:
        for link in _links(job, session, part):
            _try_again(job, session, link, why)
        session.commit()


def _try_again(job: Job, session: Session, link: Link, why: str) -> None:
    """Postpone the row, which is not in the sheet; after some tries people are told why."""
    new_rows.forget_append(link)
    given_up = pending.refused(session, link, link.wanted, job.runtime.now(), why)
    log.info("row_refused", sheet=link.sheet, link=link.id, attempts=link.attempts)
    if given_up or link.attempts >= pending.TOLD_AFTER:
        link.refused = {"id": [*RefusedWrite(link.lead_id, RefusedBy.GOOGLE, why)]}


def _links(job: Job, session: Session, ids: Collection[int]) -> Sequence[Link]:
    return sorted(in_flight_writes.links(session, job.runtime.now(), Link.id.in_(ids)), key=attrgetter("id"))
