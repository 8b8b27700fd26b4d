"""Write into rows without a link, such as why a row has no task. What went into a wrong column is put back at once, by
the rows as they were read before; a text of which nobody has seen that it arrived is looked for as any missing write.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.chunks import chunks
from bridge.core.moved_columns import Standing, missing_of, moved, same, stood
from bridge.core.outcome import RowOutcome
from bridge.core.values import Row
from bridge.google.sheet import Echo, RowWrite, Unechoed
from bridge.google.snapshot import SheetView
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store import in_flight_writes
from bridge.store.history import READ_LAG
from bridge.store.models import InFlightWrite, Link, WriteState
from bridge.sync import sync_cell
from bridge.sync.misdirected.rows import lead_id_of
from bridge.worker.job import Job, look
from bridge.worker.write.parts import in_parts

log = get_logger(__name__)
MOST_TRIES = 20
"""How often in a row columns may move between a read and the write that puts something back."""


def mark_unlinked(job: Job, view: SheetView, outcomes: Sequence[RowOutcome], leftover: Sequence[int]) -> None:
    """Write into the sync column, where there is one, why a row has no task. `flush` writes those of linked rows."""
    column = view.layout.positions.get("sync")
    if column is None:
        return
    said = dict.fromkeys(leftover, "")
    said |= {one.row: sync_cell.row_text(one) for one in outcomes if one.task_id is None and one.reasons}
    rows = ((view.row(number), text) for number, text in sorted(said.items()))
    writes = [
        RowWrite(row.number, view.layout.positions["id"], row.cells["id"].value, {column: text})
        for row, text in rows
        if row.values.get("sync") != (text or None) and not row.cells["sync"].formula and "sync" not in row.guarded
    ]
    in_parts(
        [*chunks(writes)],
        lambda part: _mark(job, view, part),
        lambda part, why: _not_marked(job, part, why),
    )


def _mark(job: Job, view: SheetView, part: Sequence[RowWrite]) -> None:
    """Write, and forget what the answer shows in its column. Without an answer the texts stay missing."""
    with job.writing() as session:
        sent = _record(session, job, view, part)
        session.commit()
    header = write_unlinked(job, view, part).header
    with job.writing() as session:
        if isinstance(header, Unechoed) or any(moved(view.header, header, write.columns) for write in part):
            ask_for_sweep(session, job.key, job.runtime.now() + READ_LAG)
        else:
            session.execute(delete(InFlightWrite).where(InFlightWrite.id.in_(sent)))
        session.commit()


def _record(session: Session, job: Job, view: SheetView, part: Sequence[RowWrite]) -> list[int]:
    """Record the texts as missing before they leave, with any link of the sheet: where there is none, there is no lead
    whose cell they might take. Returns their numbers.
    """
    host = session.scalar(select(Link.id).where(Link.sheet == job.key).limit(1))
    if host is None:
        return []
    texts = [(write.row, column, str(text)) for write in part for column, text in write.cells.items() if text]
    sent = [
        InFlightWrite(
            link_id=host, sheet=job.key, field="sync", value=text, sent_at=job.runtime.now(), state=WriteState.MISSING,
            row=row, header=view.header[column], position=column, entered=text,
        )
        for row, column, text in texts
    ]  # fmt: skip
    session.add_all(sent)
    session.flush()
    return [one.id for one in sent]


def _not_marked(job: Job, part: Sequence[RowWrite], why: str) -> None:
    """Only the page says then why these rows have no task."""
    log.warning("rows_not_marked", sheet=job.key, rows=",".join(str(one.row) for one in part), why=why)


def write_unlinked(job: Job, view: SheetView, writes: Sequence[RowWrite]) -> Echo:
    """Write; what columns that moved meanwhile made of it is undone, and not written again."""
    writes = [replace(write, header=view.header) for write in writes]
    echo = first = job.open_sheet().write(writes)
    before = {write.row: view.snapshot.standing(write.row) for write in writes}
    for _ in range(MOST_TRIES):
        header = echo.header
        if isinstance(header, Unechoed) or not any(moved(write.header, header, write.columns) for write in writes):
            break
        log.warning("column_moved_under_write", sheet=job.key, rows=",".join(str(write.row) for write in writes))
        view = look(job, sorted(before))
        backs = [back for write in writes if (back := _back(view, write, header, before[write.row]))]
        if not backs:
            break
        writes, echo = backs, job.open_sheet().write(backs)
    return first


def _back(view: SheetView, write: RowWrite, then: Mapping[int, str], before: list[Standing]) -> RowWrite | None:
    """What puts the row's wrong cells back."""
    now = view.snapshot.standing(write.row)
    cells = dict(_cells(write, then, before, now))
    ids = view.layout.positions["id"]
    return RowWrite(write.row, ids, None, cells, {}, view.header) if cells else None


def _cells(
    write: RowWrite, then: Mapping[int, str], before: list[Standing], now: list[Standing]
) -> Iterator[tuple[int, str | float | int | bool]]:
    for column, entered in write.cells.items():
        header = then.get(column, "")
        if column < len(before) and same(before[column].header, header):
            continue
        places = [place for place, one in enumerate(now) if same(one.header, header) and one.entered == entered]
        if places:
            place = column if column in places else places[0]
            gone = missing_of(stood(before, then, column), now, place)
            if gone and gone[0].entered is not None and not gone[0].is_formula:
                yield place, gone[0].entered
            elif not gone:
                yield place, ""


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
            for name in filled(row):
                in_flight_writes.record(victim, name, None, now, WriteState.MISDIRECTED, row=row.number, entered="")
            mark_pending(session, victim, now)
        session.commit()


def filled(row: Row) -> list[str]:
    """Fields of a row that hold anything."""
    return [name for name, value in row.values.items() if value is not None]
