"""Find the rows of pending leads that are not where they were, by one read of ids and names. A row that is yet to be
appended is appended; for a lead that is in no row a sweep is asked for.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.core.clock import is_newer
from bridge.core.mapping import Layout
from bridge.core.moved_columns import same, text_at
from bridge.google.snapshot import SheetView, text_of
from bridge.queue import pending, sweep_requests
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN
from bridge.store.models import Link
from bridge.sync.links import new_rows
from bridge.sync.links.vanished_rows import NEW_ROW
from bridge.sync.misdirected.rows import look_for_unconfirmed
from bridge.tracker import tasks_of
from bridge.worker.flush.append import append_rows
from bridge.worker.job import Job, look


def relocate(job: Job, view: SheetView, claimed: Collection[Link], lost: Collection[str]) -> bool:
    """Find the ``lost`` leads, which are not where they were; True when another flush is worth it at once."""
    found, last = _find(job, view, lost)
    with job.writing() as session:
        ids = [link.id for link in claimed]
        now = job.runtime.now()
        links = in_flight_writes.links(session, now, Link.id.in_(ids), Link.lead_id.in_(lost))
        for link in links:
            link.row = found.get(link.lead_id, link.row)
        row_pending = _without_row(session, [link for link in links if link.lead_id not in found], now)
        session.commit()
    if row_pending:
        append_rows(job, row_pending, last)
    return bool(found or row_pending)


def _find(job: Job, view: SheetView, lost: Collection[str]) -> tuple[dict[str, int], int]:
    """Lead id → the topmost row that carries it now; and the last row with a lead, or else with anything to be seen in
    these columns: notes and sums below the leads have no id with a name.
    """
    columns = {name: view.layout.positions[name] for name in ("id", "name") if name in view.layout.positions}
    first = min(columns.values())
    read = job.open_sheet().read_columns(first, max(columns.values()))
    layout = Layout({name: column - first for name, column in columns.items()})
    header = [text_of(cell.value) for cell in read.header]
    if any(not same(text_at(header, column - first), view.header[column]) for column in columns.values()):
        again = look(job, None)
        here = {name: column for name, column in again.layout.positions.items() if name in columns}
        read, layout = again.snapshot, Layout(here)
    rows = [job.config.mapping.read_row(number, read.cells(number), layout) for number in reversed(read.numbers)]
    filled = (row.number for row in rows if not row.blank)
    last = next((row.number for row in rows if row.lead_id and row.values.get("name")), None) or next(filled, 1)
    return {row.lead_id: row.number for row in rows if row.lead_id in lost and row.lead_id}, last


def _without_row(session: Session, links: Collection[Link], now: datetime) -> list[int]:
    """Decide about leads that are in no row; returns the links whose row is to be appended now."""
    archived = {task.id for task in tasks_of(session, links) if task.archived_at is not None}
    row_pending = []
    for link in links:
        if link.row_pending and link.task_id in archived:
            pending.settle(link, link.wanted)
        elif link.row_pending and new_rows.may_append(link, now):
            row_pending.append(link.id)
        elif link.row_pending or is_newer(link.agreed_at, now - NEW_ROW, now):
            pending.postpone(link, now + READ_AGAIN, "the row is not readable yet")
        else:
            _miss(session, link, now)
    return row_pending


def _miss(session: Session, link: Link, now: datetime) -> None:
    """The row is gone: nothing is owed until it is back. A sweep sets the tombstone and decides about the task."""
    look_for_unconfirmed(session, link, now)
    pending.settle(link, link.wanted)
    sweep_requests.ask_for_sweep(session, link.sheet, now)
