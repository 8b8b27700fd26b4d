"""Append the rows of new tasks below the last lead. A row that Google refuses is its task's matter
alone: it is told, and tried again ever more rarely.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.formulas import is_of_row
from bridge.core.outcome import RefusedBy
from bridge.core.values import Row
from bridge.errors import Transient
from bridge.google.new_rows import AppendedCell, NewRows, Place
from bridge.google.snapshot import SheetView, text_of
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.models import Link
from bridge.sync.columns.agreed import usable
from bridge.sync.links import new_rows
from bridge.sync.misdirected.columns import Shift, appended_elsewhere
from bridge.tracker import tasks_of
from bridge.worker.job import Job, look
from bridge.worker.write.empty import empty_cells
from bridge.worker.write.parts import Part, in_parts
from bridge.worker.write.refused import by_flush
from bridge.worker.write.send import named

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
    place = _place(view, last)
    rows = _new_rows(job, view, place, part)
    job.at_work.update(rows)
    header = job.open_sheet().append(NewRows(list(rows.values()), place)) if rows else None
    job.at_work.clear()
    if header is not None and job.config.mapping.locate(header.header) != view.layout:
        _take_back(job, rows, view, {at: text_of(cell.value) for at, cell in enumerate(header.header)})
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
    standing = snapshot.standing(like)
    free = [column for column in range(len(snapshot.cells(like))) if not snapshot.guarded(like, column)]
    kept = {view.layout.positions[name] for name in new_rows.IDENTITY if name in view.layout.positions}
    own = (column for column in free if column not in kept and standing[column].is_formula)
    formulas = [column for column in own if is_of_row(str(standing[column].entered), like)]
    ended = (one for one in snapshot.tables if one["range"].get("endRowIndex") == last)
    return Place(last, like, free, formulas, next(ended, None))


def _take_back(job: Job, rows: Mapping[int, Cells], read: SheetView, then: Mapping[int, str]) -> None:
    """Columns moved while the rows were appended: empty those that still hold just that, and append again later. The
    id cell is emptied last: until then it shows whose row is written. Of a row that is not seen, or was changed, each
    wrong cell is a misdirected write. ``then``: the header when they were appended.
    """
    view = look(job, None)
    ids = view.layout.positions["id"]
    found = {link: number for link, cells in rows.items() if (number := _row_of(view, cells))}
    if found:
        empty_cells(job, view, {number: rows[link].keys() - {ids} for link, number in found.items()})
        view = look(job, None)
        empty_cells(
            job, view, {number: {ids} for link, number in found.items() if _holds(view, number, rows[link], ids)}
        )
    with job.writing() as session:
        for link in _links(job, session, found):
            new_rows.forget_append(link)
        shift, by = Shift(read.header, read.layout.positions, then, named(job, then)), by_flush(job, job.runtime.now())
        for link in _links(job, session, rows.keys() - found):
            appended_elsewhere(session, link, shift, by)
        session.commit()
    raise Transient("columns moved while a row was appended")


def _row_of(view: SheetView, cells: Cells) -> int | None:
    """The row that holds all of these cells where they were written."""
    return next((number for number in view.snapshot.numbers if _holds(view, number, cells, *cells)), None)


def _holds(view: SheetView, number: int, cells: Cells, *columns: int) -> bool:
    standing = dict(enumerate(one.entered for one in view.snapshot.standing(number)))
    return all(column in cells and standing.get(column) == cells[column].value for column in columns)


def _new_rows(job: Job, view: SheetView, place: Place, part: Part[int]) -> dict[int, Cells]:
    """link id → the row to append, recorded before it leaves. A row that cannot be made waits by itself."""
    rows: dict[int, Cells] = {}
    with job.writing() as session:
        now = job.runtime.now()
        if (known := usable(session, view, now)) is None:
            session.commit()
            return rows
        present = _like(known, place)
        links = _links(job, session, part)
        tasks = {task.id: task for task in tasks_of(session, links)}
        for link in links:
            try:
                rows[link.id] = new_rows.new_row(tasks[link.task_id], link, known, present, now)
            except Exception as error:  # this task's trouble must not stop the others: log and postpone
                log.error("row_not_made", sheet=link.sheet, link=link.id, exc_info=error)
                why = "its row cannot be made; the bridge's log has the details"
                _try_again(job, session, link, RefusedBy.BRIDGE, why)
        session.commit()
    return rows


def _like(view: SheetView, place: Place) -> Row:
    """The row that new ones are like; of its formulas those that go on in them."""
    row, at = view.row(place.like or max(place.below, 2)), view.layout.positions
    cells = {name: replace(cell, formula=at[name] in place.formulas) for name, cell in row.cells.items()}
    return replace(row, cells=cells)


def _refuse(job: Job, part: Part[int], why: str) -> None:
    with job.writing() as session:
        for link in _links(job, session, part):
            _try_again(job, session, link, RefusedBy.GOOGLE, why)
        session.commit()


def _try_again(job: Job, session: Session, link: Link, by: RefusedBy, why: str) -> None:
    """Postpone the row, which is not in the sheet; after some tries people are told why."""
    new_rows.forget_append(link)
    pending.refuse_row(session, link, job.runtime.now(), by, why)
    log.info("row_refused", sheet=link.sheet, link=link.id, attempts=link.attempts, by=by)


def _links(job: Job, session: Session, ids: Collection[int]) -> Sequence[Link]:
    return sorted(in_flight_writes.links(session, job.runtime.now(), Link.id.in_(ids)), key=attrgetter("id"))
