"""Clear misdirected writes from rows without a lead. A lead that moves there in that moment gets its values back."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from structlog.stdlib import get_logger

from bridge.core.values import Row
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import READ_LAG
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite, WriteState
from bridge.sync.misdirected.rows import forget_found, is_left_by_us, is_telltale
from bridge.worker.job import Job
from bridge.worker.write.parts import in_parts
from bridge.worker.write.unlinked import filled, record_emptied, write_unlinked

log = get_logger(__name__)


def clear_misdirected(
    job: Job, view: SheetView, numbers: Iterable[int], writes: Iterable[InFlightWrite], ids_unclear: Sequence[Row] = ()
) -> None:
    """Clear those of the rows that show only missing writes; then forget the writes that a whole reading has looked
    for, but for those that stand in place of the id of a row in ``ids_unclear``.
    """
    missing = [write for write in writes if write.state is WriteState.MISSING]
    if not missing:
        return
    junk = list(_junk(view, missing, {row.number for row in ids_unclear}))
    in_parts(
        [junk] if junk else [],
        lambda part: write_unlinked(job, view, part),
        lambda part, why: log.warning("rows_not_emptied", sheet=job.key, rows=str(len(part)), why=why),
    )
    others = set(numbers) - {write.row for write in junk}
    rows = [row for row in map(view.row, sorted(others)) if is_left_by_us(row, missing)]
    if rows:
        in_parts([rows], lambda part: _empty(job, view, part), lambda part, why: _not_emptied(job, part, why))
    with job.writing() as session:
        kept = [write.id for write in missing if any(shows(row.cells["id"], write) for row in ids_unclear)]
        if kept:
            ask_for_sweep(session, job.key, job.runtime.now() + READ_LAG)
        forget_found(session, job.key, view.began, kept)
        session.commit()


def _junk(view: SheetView, missing: Collection[InFlightWrite], unclear: Collection[int]) -> Iterator[RowWrite]:
    """What empties the cells of rows without a lead that hold nothing but missing writes, whatever their column. Of
    rows that are ``unclear`` an id may be one of them. In a
    column of the people's own a word may be theirs: only in the very cell that the write was sent to it counts as ours,
    or, if Google said that it went elsewhere, in a column without a header.
    """
    sent = {write.entered for write in missing if write.entered not in {None, ""}}
    telltale = {write.entered for write in missing if is_telltale(write)}
    places = {(write.row, write.position, write.entered) for write in missing}
    told = {write.entered for write in missing if write.stood_there is not None}
    columns = view.layout.positions
    for number in view.snapshot.numbers if sent else ():
        standing = dict(enumerate(view.snapshot.standing(number)))
        standing.pop(columns.get("sync", -1), None)  # which a sweep may have written to meanwhile
        filled = {column: one for column, one in standing.items() if one.entered != "" or one.is_formula}
        ours = {one.entered for one in filled.values()}
        others = [(column, one) for column, one in filled.items() if column not in columns.values()]
        own = {(number, column, one.entered) for column, one in others if one.header or one.entered not in told}
        if not own <= places or any(one.is_formula for one in filled.values()):
            continue
        if ours and ours <= sent and ours & telltale and (number in unclear or view.row(number).lead_id is None):
            yield RowWrite(number, columns["id"], None, dict.fromkeys(filled, ""))


def _empty(job: Job, view: SheetView, rows: Sequence[Row]) -> None:
    echo = write_unlinked(job, view, [_emptied(row, view) for row in rows])
    record_emptied(job, rows, echo.cells(view.layout.positions["id"]))


def _not_emptied(job: Job, rows: Sequence[Row], why: str) -> None:
    log.warning("rows_not_emptied", sheet=job.key, rows=",".join(str(row.number) for row in rows), why=why)


def _emptied(row: Row, view: SheetView) -> RowWrite:
    columns = view.layout.positions
    return RowWrite(row.number, columns["id"], None, {columns[name]: "" for name in filled(row)})
