"""Empty what strayed into rows that nobody has filled, and stand up for the lead that moved there in that moment."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from bridge.core.values import Row
from bridge.google.sheet import RowWrite
from bridge.google.sheet_view import SheetView
from bridge.queue.pending import mark_pending
from bridge.store import in_flight_writes
from bridge.store.models import Link, SheetQueue
from bridge.sync.misdirected_writes import forget_found, is_litter, lead_id_of
from bridge.worker.job import Job


def clear_litter(job: Job, view: SheetView, numbers: Iterable[int]) -> None:
    """Empty those of the rows that show nothing but litter; what a whole reading has looked for is then forgotten."""
    with job.runtime.session() as session:
        litter = session.get_one(SheetQueue, job.lease.sheet).litter
    if not litter:
        return
    rows = [row for row in map(view.row, numbers) if is_litter(row, litter)]
    if rows:
        _note_emptied(job, rows, job.sheet.write([_emptied(row) for row in rows]))
    with job.writing() as session:
        forget_found(session.get_one(SheetQueue, job.lease.sheet), view.began)
        session.commit()


def _emptied(row: Row) -> RowWrite:
    filled = {row.positions[name]: "" for name, value in row.values.items() if value is not None}
    return RowWrite(row.number, row.positions["id"], None, dict(filled))


def _note_emptied(job: Job, rows: Sequence[Row], stood: Sequence[object]) -> None:
    """A lead that had moved into such a row in that moment gets back what was emptied."""
    now = job.runtime.now()
    with job.writing() as session:
        for row, standing in zip(rows, stood, strict=True):
            if not isinstance(standing, str | int | float):
                continue
            mine = select(Link).where(Link.sheet == job.lease.sheet, Link.lead_id == lead_id_of(standing))
            if (victim := session.scalars(mine).one_or_none()) is not None:
                gone = [
                    {"field": name, "value": None, "before": None, "row": row.number, "column": column}
                    for name, column in row.positions.items()
                    if row.values.get(name) is not None
                ]
                in_flight_writes.blame(victim, gone, now)
                mark_pending(session, victim, now)
        session.commit()
