"""Append the rows of new tasks below the last row that holds anything."""

from collections.abc import Collection
from operator import attrgetter

from structlog.stdlib import get_logger

from bridge.google.snapshot import SheetView
from bridge.store import in_flight_writes
from bridge.store.models import Link
from bridge.sync import new_rows
from bridge.tracker import tasks_of
from bridge.worker.job import Job

log = get_logger(__name__)


def append_rows(job: Job, view: SheetView, row_pending: Collection[int]) -> None:
    """New rows at the end of the sheet; the next look finds and settles them."""
    with job.writing() as session:
        now = job.runtime.now()
        links = sorted(in_flight_writes.links(session, now, Link.id.in_(row_pending)), key=attrgetter("id"))
        tasks = {task.id: task for task in tasks_of(session, links)}
        rows = [new_rows.new_row(tasks[link.task_id], link, job.config, view.layout, now) for link in links]
        session.commit()
    job.at_work.update(row_pending)
    job.open_sheet().append(rows)
    job.at_work.clear()
    with job.writing() as session:
        now = job.runtime.now()
        for link in in_flight_writes.links(session, now, Link.id.in_(row_pending)):
            new_rows.settle_appended(link, job.config.mapping, now)
            log.info("row_appended", sheet=link.sheet, link=link.id, cause=link.cause)
        session.commit()
