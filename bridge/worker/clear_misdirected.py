"""Clear misdirected writes from rows without a lead. A lead that moves there in that moment gets its values back."""

from collections.abc import Iterable, Sequence

from structlog.stdlib import get_logger

from bridge.core.values import Row
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue.pending import mark_pending
from bridge.store import in_flight_writes
from bridge.store.models import InFlightWrite, Link, WriteState
from bridge.sync.misdirected_writes import forget_found, is_left_by_us, lead_id_of
from bridge.worker.job import Job
from bridge.worker.parts import in_parts

log = get_logger(__name__)


def clear_misdirected(job: Job, view: SheetView, numbers: Iterable[int], writes: Iterable[InFlightWrite]) -> None:
    """Clear those of the rows that show only missing writes; then forget the writes that a whole reading has looked
    for.
    """
    missing = [write for write in writes if write.state is WriteState.MISSING]
    if not missing:
        return
    rows = [row for row in map(view.row, numbers) if is_left_by_us(row, missing)]
    if rows:
        in_parts([rows], lambda part: _empty(job, view, part), lambda part, why: _not_emptied(job, part, why))
    with job.writing() as session:
        forget_found(session, job.key, view.began)
        session.commit()


def _empty(job: Job, view: SheetView, rows: Sequence[Row]) -> None:
    record_emptied(job, rows, job.open_sheet().write([_emptied(row, view) for row in rows]))


def _not_emptied(job: Job, rows: Sequence[Row], why: str) -> None:
    log.warning("rows_not_emptied", sheet=job.key, rows=",".join(str(row.number) for row in rows), why=why)


def _emptied(row: Row, view: SheetView) -> RowWrite:
    columns = view.layout.positions
    return RowWrite(row.number, columns["id"], None, {columns[name]: "" for name in _filled(row)})


def _filled(row: Row) -> list[str]:
    return [name for name, value in row.values.items() if value is not None]


def record_emptied(job: Job, rows: Sequence[Row], id_cells: Sequence[object]) -> None:
    """For a lead that had moved into such a row: the emptied cells are misdirected writes."""
    now = job.runtime.now()
    emptied = {
        lead_id_of(id_cell): row
        for row, id_cell in zip(rows, id_cells, strict=True)
        if isinstance(id_cell, str | int | float)
    }
    with job.writing() as session:
        for victim in in_flight_writes.links(session, now, Link.sheet == job.key, Link.lead_id.in_(emptied)):
            row = emptied[victim.lead_id]
            for name in _filled(row):
                in_flight_writes.record(victim, name, None, now, row.number, state=WriteState.MISDIRECTED)
            mark_pending(session, victim, now)
        session.commit()
