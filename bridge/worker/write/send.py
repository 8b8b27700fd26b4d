"""ONE write for many rows: send, verify by the id that stood in each row, settle.

Decides nothing about values. What is not settled stays pending; what Google does not answer stays unconfirmed.
Sending and verifying stay together: each check belongs to what the same write has asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.moved_columns import moved
from bridge.core.values import Cell, Raw
from bridge.errors import Permanent, Rejected, Throttled
from bridge.google.sheet import UNECHOED, Echo, Unechoed
from bridge.google.snapshot import Snapshot, text_of
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN, settle_waiting
from bridge.store.models import Link, WriteState
from bridge.store.refused_history import wait_again
from bridge.sync.merge_row import remember
from bridge.sync.misdirected.columns import Shift, columns_moved
from bridge.sync.misdirected.rows import lead_id_of, misdirected
from bridge.worker.job import Job, PlannedWrite
from bridge.worker.write.parts import Part, by_size, in_parts
from bridge.worker.write.refused import by_flush, send_cells

log = get_logger(__name__)


def send(job: Job, planned: list[PlannedWrite], *, last: bool = False) -> None:
    """Send, verify, settle; ``last``: the job ends when all of it has arrived. What Google rejects is halved at once,
    until the row at fault is alone; its cells at fault are tried again ever more rarely, and refused in the end.
    """
    if len(planned) == 1:
        _send_row(job, planned[0], last=last)
        return
    kinds = [[one for one in planned if one.write.typed is typed] for typed in (False, True)]
    if all(kinds):  # one call enters all of its cells in one way
        for kind in kinds:
            send(job, kind)
        return
    parts = _growing(planned) if job.moving else by_size(planned, _body)
    try:
        in_parts(
            parts,
            lambda part: _send_unless_moved(job, part, last=last and len(part) == len(planned)),
            lambda part, why: _rejected(job, part, why),
        )
    except Exception:
        if parts:  # they have not left
            _not_taken(job, [one for part in parts for one in part])
        raise


def _growing(planned: list[PlannedWrite]) -> list[Part[PlannedWrite]]:
    """One row first, then ever more: while rows or columns may move, few go wrong at once."""
    parts, size = [], 1
    while planned:
        parts += by_size(planned[:size], _body)
        planned, size = planned[size:], size * 2
    return parts


def _send_unless_moved(job: Job, part: Part[PlannedWrite], *, last: bool) -> None:
    if job.moved:
        _not_taken(job, part)
    else:
        _send(job, part, last=last)


def _send_row(job: Job, one: PlannedWrite, *, last: bool) -> None:
    try:
        _send(job, [one], last=last)
    except Rejected as error:
        send_cells(job, one, str(error), _send)


def _rejected(job: Job, part: Part[PlannedWrite], why: str) -> None:
    """One row goes cell by cell; more are left over when too much is rejected, and wait for later jobs."""
    if len(part) == 1:
        send_cells(job, part[0], why, _send)
    else:
        _not_taken(job, part, why)


def _body(one: PlannedWrite) -> object:
    """What the call says of a row, as long as it is there: the cells between are skipped with null."""
    columns = [one.write.id_column, *one.write.cells]
    return [list(one.write.cells.values()), [None] * (max(columns) - min(columns))]


def _send(job: Job, planned: Part[PlannedWrite], *, last: bool = False) -> bool:
    """Returns True when all of it is in the rows that were meant. Raises `Rejected` when Google takes nothing of it."""
    try:
        echoed = job.open_sheet().write([one.write for one in planned])
    except Rejected:
        raise
    except (Throttled, Permanent):
        _not_taken(job, planned)
        raise
    return _settle(job, planned, _seen(job, planned, echoed), last=last) == len(planned)


def _not_taken(job: Job, planned: Part[PlannedWrite], why: str = "") -> None:
    """Google took nothing of it. ``why``: when it may be the write's own fault."""
    with job.writing() as session:
        ids, now = [one.link_id for one in planned], job.runtime.now()
        for link in in_flight_writes.links(session, now, Link.id.in_(ids)):
            in_flight_writes.forget(link, WriteState.SENT)
            if why:
                pending.refused(session, link, link.wanted, now, why)
        session.commit()


@dataclass(frozen=True)
class _Seen:
    """What a row and the header showed at the moment of the write, 0-based column → cell; ``header`` None: as read."""

    row: Mapping[int, Raw]
    header: Mapping[int, str] | None = None


def _seen(job: Job, planned: Part[PlannedWrite], echo: Echo) -> list[_Seen | Unechoed]:
    """For each write, what its row showed; where Google's answer lacks it or the header, by one more read."""
    header = echo.header
    if isinstance(header, Unechoed):
        again = job.open_sheet().read([one.write.row for one in planned])
        return [_looked(again, one) for one in planned]
    lacking = [one.write.row for one, row in zip(planned, echo.rows, strict=True) if isinstance(row, Unechoed)]
    again = job.open_sheet().read(lacking) if lacking else Snapshot(0, {})
    both = zip(planned, echo.rows, strict=True)
    return [_looked(again, one) if isinstance(row, Unechoed) else _Seen(row, header) for one, row in both]


def _empty_as_none(id_cell: Raw) -> Raw:
    """An empty cell is read as None or as an empty text; 0 is an id."""
    return None if id_cell == "" else id_cell


def _looked(again: Snapshot, one: PlannedWrite) -> _Seen | Unechoed:
    """The row as it was read again; `UNECHOED` while that reading is too old to show the write, or when its columns
    have moved: then the next reading of the row shows where it went.
    """
    write, cells = one.write, dict(enumerate(cell.value for cell in again.cells(one.write.row)))
    header = {column: text_of(cell.value) for column, cell in enumerate(again.header)}
    shown = {column: "" if cells.get(column) is None else cells[column] for column in write.cells}
    if _elsewhere(one, header) or (shown != dict(write.cells) and not write.typed):
        return UNECHOED
    return _Seen(cells)


def _elsewhere(one: PlannedWrite, header: Mapping[int, str]) -> bool:
    """True when a column that the write needs is not where it was."""
    equal = all(one.header[column : column + 1] == [header.get(column)] for column in one.write.columns)
    return not equal and moved(one.header, header, one.write.columns)


def _settle(job: Job, planned: Part[PlannedWrite], seen: list[_Seen | Unechoed], *, last: bool) -> int:
    """Returns how many writes are in the rows that were meant."""
    now = job.runtime.now()
    with job.writing() as session:
        ids = [one.link_id for one in planned]
        known = {link.id: link for link in in_flight_writes.links(session, now, Link.id.in_(ids))}
        reached = {
            one.link_id: {*one.values, *one.shown}
            for one, row in zip(planned, seen, strict=True)
            if _arrived(job, session, known[one.link_id], one, row, now)
        }
        settle_waiting(session, job.key, reached, now)
        if last and len(reached) == len(planned):
            job.finish(session)
        else:
            session.commit()
    return len(reached)


def _arrived(job: Job, session: Session, link: Link, one: PlannedWrite, seen: _Seen | Unechoed, now: datetime) -> bool:
    """True when the write is in the cells that were meant and its link is settled."""
    if isinstance(seen, Unechoed):
        pending.postpone(link, now + READ_AGAIN, "Google does not show the write yet")
        return False
    if seen.header is not None and _elsewhere(one, seen.header):
        shift = Shift(one.header, one.positions, seen.header, named(job, seen.header))
        columns_moved(session, link, one.names, shift, seen.row, by_flush(job, now))
        job.moved = True
        _again(session, link, one, now, "columns moved while it was written")
        return False
    id_cell = _empty_as_none(seen.row.get(one.write.id_column))
    if id_cell != _empty_as_none(one.write.id_cell):
        log.warning("row_moved_under_write", sheet=job.key, row=one.write.row, link=link.id)
        misdirected(session, link, lead_id_of(id_cell), one.names, by_flush(job, now))
        job.moved = True
        _again(session, link, one, now, "the row moved while it was written")
        return False
    return _settle_link(job, session, link, one, now)


def named(job: Job, header: Mapping[int, str]) -> Mapping[str, int]:
    """The 0-based columns of the fields that this header means, by field."""
    texts = (header.get(column, "") for column in range(max(header) + 1))
    return job.config.mapping.locate([Cell(text, text) for text in texts]).positions


def _again(session: Session, link: Link, one: PlannedWrite, now: datetime, why: str) -> None:
    """Write it again once a read may show where its cells are now."""
    if one.is_back:
        pending.mark_pending(session, link, now + READ_AGAIN)
    pending.postpone(link, now + READ_AGAIN, f"{why}: a read at once may not show it")


def _settle_link(job: Job, session: Session, link: Link, one: PlannedWrite, now: datetime) -> bool:
    """The base becomes what was written, unless a delivery changed it meanwhile: then the row is read again."""
    overtaken = any(link.base.get(name) != one.base.get(name) for name in one.values)
    state = WriteState.UNSEEN if overtaken else WriteState.CONFIRMED
    columns = one.write.cells if one.is_back else None
    in_flight_writes.settle(link, one.names, one.write.row, state, columns)
    in_flight_writes.forget(link, WriteState.MISDIRECTED, one.names, columns)
    if overtaken:
        pending.mark_pending(session, link, now)
        return False
    if one.values:
        link.base, link.agreed_at = link.base | dict(one.values), now
    link.overrides = {name: value for name, value in link.overrides.items() if link.base.get(name) != value}
    remember(link, job.config.mapping)
    pending.settle(link, one.wanted)
    if taken := one.values.keys() & link.refused.keys():  # which Google refused before
        wait_again(session, link, taken)
        link.refused = {name: refused for name, refused in link.refused.items() if name not in one.values}
        pending.mark_pending(session, link, now)  # its sync cell still says so
    if _looks_otherwise(job, one):
        pending.mark_pending(session, link, now + READ_AGAIN)
    fields, row = ",".join(sorted(one.values)), one.write.row
    log.info("row_written", sheet=job.key, link=link.id, row=row, fields=fields, cause=one.cause)
    return True


def _looks_otherwise(job: Job, one: PlannedWrite) -> bool:
    """True when a number went into a column of text: what it looks like, the cell's format decides."""
    texts = [name for name in one.values if job.config.mapping.by_field[name].kind == "text"]
    return any(not isinstance(one.write.cells[one.positions[name]], str | bool) for name in texts)
