"""Give rows back the lead ids that a misdirected write took, verified by another cell of the row."""

from collections.abc import Sequence

from structlog.stdlib import get_logger

from bridge.core.moved_columns import Standing, moved
from bridge.core.values import Row
from bridge.google.sheet import RowWrite, Unechoed
from bridge.google.snapshot import SheetView
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import READ_LAG, By
from bridge.store.misdirected_history import note_unsynced_hit
from bridge.store.models import ActorKind, Link, WriteState
from bridge.worker.job import Job
from bridge.worker.still import look_still
from task_api.actor import Actor

log = get_logger(__name__)
WITNESSES = ("task_id", "name")
"""Fields by which the row is known while its id is gone."""


def restore_ids(job: Job, view: SheetView, lost: Sequence[tuple[int, Row]]) -> None:
    """``lost``: links and their rows. Each id is recorded before it leaves: it may be misdirected itself."""
    now, view = job.runtime.now(), look_still(job, sorted(row.number for _, row in lost))
    found = ((link, view.row(row.number), row) for link, row in lost)
    lost = [(link, row) for link, row, before in found if _is_same(row, before) and _witnesses(row)]
    writes = []
    with job.writing() as session:
        known = {
            link.id: link for link in in_flight_writes.links(session, now, Link.id.in_([link for link, _ in lost]))
        }
        for link_id, row in lost:
            writes.append(_recorded(view, known[link_id], row, job))
            by = By(Actor(ActorKind.SWEEP, job.key), now)
            note_unsynced_hit(session, known[link_id], "id", row.lead_id, known[link_id].lead_id, by, known=True)
            known[link_id].row = row.number
            mark_pending(session, known[link_id], now)
        ask_for_sweep(session, job.key, now + READ_LAG)
        session.commit()
    if not writes:
        return
    echo = job.open_sheet().write(writes)
    for write, shown in zip(writes, echo.rows, strict=True):
        header = echo.header
        columns_moved = isinstance(header, Unechoed) or moved(write.header, header, write.columns)
        if columns_moved or isinstance(shown, Unechoed) or shown[write.id_column] != write.id_cell:
            log.warning("id_misdirected", sheet=job.key, row=write.row)
            job.moved = True
            with job.writing() as session:
                ask_for_sweep(session, job.key, job.runtime.now())
                session.commit()


def _is_same(row: Row, before: Row) -> bool:
    """True when it is still the row whose id was lost: the columns moved meanwhile, or not."""
    return row.lead_id == before.lead_id and all(row.values.get(name) == before.values.get(name) for name in WITNESSES)


def _witnesses(row: Row) -> list[str]:
    """Fields that can tell the row, those of `WITNESSES` first; none where only the id is left."""
    return [name for name in dict.fromkeys((*WITNESSES, *row.values)) if row.values.get(name) is not None]


def _recorded(view: SheetView, link: Link, row: Row, job: Job) -> RowWrite:
    column, now = view.layout.positions["id"], view.snapshot.standing(row.number)
    witness = _witnesses(row)[0]
    entered = _entered(link)
    in_flight_writes.record(
        link, "id", link.lead_id, job.runtime.now(), WriteState.MISSING, row=row.number,
        header=now[column].header, position=column, entered=entered, row_before=now,
    )  # fmt: skip
    return RowWrite(
        row.number,
        view.layout.positions[witness],
        row.cells[witness].value,
        {column: entered},
        {},
        view.header,
    )


def _entered(link: Link) -> str | float:
    """The id as it stood in its cell: a number stays one."""
    before = (Standing(*one) for write in link.in_flight_writes for one in write.row_before or ())
    for one in before:
        entered = one.entered
        if isinstance(entered, str | float | int) and not one.is_formula and _reads(entered) == link.lead_id:
            return entered
    return link.lead_id


def _reads(entered: str | float) -> str:
    return str(int(entered)) if isinstance(entered, float | int) and entered == int(entered) else str(entered)
