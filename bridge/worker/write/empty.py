"""Empty cells of rows that are no lead's. A lead that moves there in that moment gets its values back."""

from collections.abc import Collection, Mapping
from typing import Any

from bridge.core.values import Raw
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue.pending import mark_pending
from bridge.store import in_flight_writes
from bridge.store.models import Link, WriteState
from bridge.sync.misdirected.rows import lead_id_of
from bridge.worker.job import Job
from bridge.worker.write.unlinked import write_unlinked


def empty_cells(job: Job, view: SheetView, rows: Mapping[int, Collection[int]]) -> None:
    """Empty these columns of each row. ``view``: a reading of all rows."""
    if not any(rows.values()):
        return
    ids = view.layout.positions["id"]
    fields = {column: name for name, column in view.layout.positions.items()}
    writes = [RowWrite(row, ids, _id_cell(view, row), dict.fromkeys(columns, "")) for row, columns in rows.items()]
    both = zip(writes, write_unlinked(job, view, writes).cells(ids), strict=True)
    hit = {write.row: cell for write, cell in both if cell not in {write.id_cell, None, ""}}
    _record_emptied(job, {row: (cell, [fields[at] for at in rows[row] if at in fields]) for row, cell in hit.items()})
    before = {_id_cell(view, row): view.snapshot.standing(row) for row in view.snapshot.numbers} if hit else {}
    for row, cell in hit.items():
        others = {at: before[cell][at] for at in rows[row] if at not in fields and cell in before}
        for typed in (False, True):
            back = {
                at: one.entered
                for at, one in others.items()
                if one.is_formula is typed and one.entered not in {None, ""}
            }
            if back:
                write_unlinked(job, view, [RowWrite(row, ids, cell, back, typed=typed)])


def _id_cell(view: SheetView, row: int) -> Raw:
    cells, ids = view.snapshot.cells(row), view.layout.positions["id"]
    return cells[ids].value if len(cells) > ids else None


def _record_emptied(job: Job, rows: Mapping[int, tuple[Any, Collection[str]]]) -> None:
    """The emptied cells of leads are misdirected writes. ``rows``: row → its id cell and the emptied fields."""
    if not rows:
        return
    job.moved = True
    now, emptied = job.runtime.now(), {lead_id_of(cell): (row, names) for row, (cell, names) in rows.items()}
    with job.writing() as session:
        for victim in in_flight_writes.links(session, now, Link.sheet == job.key, Link.lead_id.in_(emptied)):
            row, names = emptied[victim.lead_id]
            for name in names:
                in_flight_writes.record(victim, name, None, now, WriteState.MISDIRECTED, row=row, entered="")
            mark_pending(session, victim, now)
        session.commit()
