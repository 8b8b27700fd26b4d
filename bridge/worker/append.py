"""Append the rows of new tasks below the last lead. A row that Google refuses is its task's matter
alone: it is told, and tried again ever more rarely.
"""

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.mapping import Layout
from bridge.core.values import Row
from bridge.errors import Transient
from bridge.google.new_rows import AppendedCell, NewRows, Place
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.models import Link
from bridge.sync import new_rows
from bridge.sync.columns import usable
from bridge.tracker import tasks_of
from bridge.worker.clear_misdirected import record_emptied
from bridge.worker.job import Job, look
from bridge.worker.parts import Part, in_parts

log = get_logger(__name__)
Cells = dict[int, AppendedCell]


def append_rows(job: Job, row_pending: Collection[int], last: int) -> None:
    """New rows below row ``last``; the next look settles them."""

    def append(part: Part[int]) -> None:
        nonlocal last
        last += _append(job, part, last)

    why = "it has no row yet: {}; the bridge tries again by itself"
    in_parts([sorted(row_pending)], append, lambda part, said: _refuse(job, part, why.format(said)))


def _append(job: Job, part: Part[int], last: int) -> int:
    """Returns how many rows it appended."""
    view = look(job, [max(last, 2)])
    rows = _new_rows(job, view, max(last, 2), part)
    job.at_work.update(rows)
    header = job.open_sheet().append(NewRows(list(rows.values()), _place(view, last))) if rows else None
    job.at_work.clear()
    if header is not None and job.config.mapping.locate(header.header) != view.layout:
        _take_back(job, rows, last, job.config.mapping.locate(header.header))
    with job.writing() as session:
        now = job.runtime.now()
        for number, link in enumerate(_links(job, session, rows), last + 1):
            new_rows.settle_appended(link, job.config.mapping, number, now)
            log.info("row_appended", sheet=link.sheet, link=link.id, row=number, cause=link.cause)
        session.commit()
    return len(rows)


def _place(view: SheetView, last: int) -> Place:
    """Below the last lead, alike to it; in a sheet without leads, alike to the first row below the header."""
    snapshot, like = view.snapshot, max(last, 2)
    if like > snapshot.row_count:
        return Place(last)
    cells = snapshot.cells(like)
    free = [column for column in range(len(cells)) if not snapshot.guarded(like, column)]
    kept = {view.layout.positions[name] for name in new_rows.ITS_OWN if name in view.layout.positions}
    formulas = [column for column in free if cells[column].formula and column not in kept]
    ended = (one for one in snapshot.tables if one["range"].get("endRowIndex") == last)
    return Place(last, like, free, formulas, next(ended, None))


def _take_back(job: Job, rows: Mapping[int, Cells], last: int, layout: Layout) -> None:
    """Columns moved while the rows were appended: empty what may be in wrong ones, and append again later."""
    emptied = list(enumerate(rows.values(), last + 1))
    writes = [RowWrite(row, layout.positions["id"], None, dict.fromkeys(cells, "")) for row, cells in emptied]
    fields = {column: name for name, column in layout.positions.items()}
    shown = [Row(row, None, {fields[at]: "" for at in cells if at in fields}) for row, cells in emptied]
    record_emptied(job, shown, job.open_sheet().write(writes).cells(layout.positions["id"]))
    with job.writing() as session:
        for link in _links(job, session, rows):
            new_rows.forget_append(link)
        session.commit()
    raise Transient("columns moved while a row was appended")


def _new_rows(job: Job, view: SheetView, like: int, part: Part[int]) -> dict[int, Cells]:
    """link id → the row to append, recorded before it leaves. A row that cannot be made waits by itself."""
    rows: dict[int, Cells] = {}
    with job.writing() as session:
        now = job.runtime.now()
        if (known := usable(session, view, now)) is None:
            session.commit()
            return rows
        present = known.row(like)
        links = _links(job, session, part)
        tasks = {task.id: task for task in tasks_of(session, links)}
        for link in links:
            try:
                rows[link.id] = new_rows.new_row(tasks[link.task_id], link, known.config, present, known.layout, now)
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
    pending.refuse_row(session, link, job.runtime.now(), why)
    log.info("row_refused", sheet=link.sheet, link=link.id, attempts=link.attempts)


def _links(job: Job, session: Session, ids: Collection[int]) -> Sequence[Link]:
    return sorted(in_flight_writes.links(session, job.runtime.now(), Link.id.in_(ids)), key=attrgetter("id"))
