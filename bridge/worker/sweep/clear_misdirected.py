"""Clear misdirected writes from rows without a lead."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from structlog.stdlib import get_logger

from bridge.core.values import Row
from bridge.google.snapshot import SheetView
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import READ_LAG
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite, WriteState
from bridge.sync.misdirected.rows import forget_found, is_left_by_us, is_telltale
from bridge.worker.job import Job
from bridge.worker.write.empty import empty_cells
from bridge.worker.write.parts import in_parts

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
    junk = dict(_junk(view, missing, {row.number for row in ids_unclear}))
    fields = view.layout.positions
    for row in map(view.row, sorted(set(numbers) - junk.keys())):
        if is_left_by_us(row, missing):
            junk[row.number] = [fields[name] for name, value in row.values.items() if value is not None]
    in_parts(
        [[*junk]] if junk else [],
        lambda part: empty_cells(job, view, {row: junk[row] for row in part}),
        lambda part, why: _not_emptied(job, part, why),
    )
    with job.writing() as session:
        kept = [write.id for write in missing if any(shows(row.cells["id"], write) for row in ids_unclear)]
        if kept:
            ask_for_sweep(session, job.key, job.runtime.now() + READ_LAG)
        forget_found(session, job.key, view.began, kept)
        session.commit()


def _junk(
    view: SheetView, missing: Collection[InFlightWrite], unclear: Collection[int]
) -> Iterator[tuple[int, Collection[int]]]:
    """Rows without a lead that hold nothing but missing writes, whatever their column, and those columns; an id, which
    rows that are ``unclear`` may show, only once it is alone, as it says whose row is written. In a column of the
    people's own a word may be theirs: only in the very cell that the write was sent to it counts as ours, or, if
    Google said that it went elsewhere, in a column without a header.
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
            yield number, [at for at in filled if at != columns["id"]] or [*filled]


def _not_emptied(job: Job, rows: Sequence[int], why: str) -> None:
    log.warning("rows_not_emptied", sheet=job.key, rows=",".join(map(str, rows)), why=why)
