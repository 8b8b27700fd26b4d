"""A row that Google rejects, cell by cell: the cells at fault are tried again ever more rarely, then people are told,
and in the end they are given up. The others arrive.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.core.moved_columns import text_at
from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.errors import Rejected
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.history import READ_AGAIN, By, note_refused
from bridge.store.models import ActorKind, Link, WriteState
from bridge.worker.job import Job, PlannedWrite
from bridge.worker.write.parts import Part
from task_api.actor import Actor

log = get_logger(__name__)
Send = Callable[[Job, Part[PlannedWrite]], bool]


def by_flush(job: Job, now: datetime) -> By:
    """What a flush of this sheet notes in the history."""
    return By(Actor(ActorKind.FLUSH, job.key), now)


def send_cells(job: Job, one: PlannedWrite, why: str, send: Send) -> None:
    """Send a row that Google rejects cell by cell. The cells at fault stay pending: one refusal may be chance, or a tab
    that was renamed for a moment. Google has to refuse them again and again before the write becomes a dead letter.
    ``send``: sends, and says whether all of it arrived.
    """
    faults = dict.fromkeys(one.write.cells, why) if len(one.write.cells) == 1 else {}
    arrived = True
    for part in _parts(one) if not faults else ():
        try:
            arrived = arrived and send(job, [part])
        except Rejected as error:
            faults |= dict.fromkeys(part.write.cells, str(error))
    said = {column: f"Google refuses it: {fault}" for column, fault in faults.items()}
    if one.is_back:
        _refuse_back(job, one, said, arrived=arrived)
    else:
        named = zip(one.values, one.write.cells, strict=True)
        _refuse(job, one, {name: said[column] for name, column in named if column in said}, arrived=arrived)


def _parts(one: PlannedWrite) -> list[PlannedWrite]:
    """The same write, one cell each; none of them settles the link."""
    values = [{name: value} for name, value in one.values.items()] or [{} for _ in one.write.cells]
    return [
        replace(one, wanted=0, write=replace(one.write, cells={column: cell}), values=mine)
        for mine, (column, cell) in zip(values, one.write.cells.items(), strict=True)
    ]


def _refuse_back(job: Job, one: PlannedWrite, faults: Mapping[int, str], *, arrived: bool) -> None:
    """``faults``: column → why what stood there cannot be put back."""
    now = job.runtime.now()
    with job.writing() as session:
        (link,) = in_flight_writes.links(session, now, Link.id == one.link_id)
        in_flight_writes.forget(link, WriteState.SENT, one.names, faults)
        if faults:
            _try_back_again(session, link, one, faults, by_flush(job, now))
        elif arrived:
            pending.settle(link, one.wanted)
        session.commit()


def _refuse(job: Job, one: PlannedWrite, faults: Mapping[str, str], *, arrived: bool) -> None:
    """``faults``: field → why. ``arrived``: every other field is in the sheet; else the link stays pending."""
    now = job.runtime.now()
    with job.writing() as session:
        (link,) = in_flight_writes.links(session, now, Link.id == one.link_id)
        in_flight_writes.forget(link, WriteState.SENT, faults.keys())
        if arrived and faults:
            _try_again(job, session, link, one, faults)
        elif arrived:
            pending.settle(link, one.wanted)
        session.commit()


def _try_again(job: Job, session: Session, link: Link, one: PlannedWrite, faults: Mapping[str, str]) -> None:
    """Postpone what Google refuses. After some tries people are told; after many the history says it was refused."""
    now = job.runtime.now()
    given_up = pending.refused(session, link, one.wanted, now, "; ".join(dict.fromkeys(faults.values())))
    for name, why in ((name, why) for name, why in faults.items() if name != "sync"):
        log.info("cell_refused", sheet=link.sheet, link=link.id, field=name, by=RefusedBy.GOOGLE)
        if given_up:
            note_refused(session, link, name, one.values[name], by_flush(job, now), why)
        if given_up or link.attempts >= pending.TOLD_AFTER:
            link.refused = link.refused | {name: [*RefusedWrite(one.values[name], RefusedBy.GOOGLE, why)]}


def _try_back_again(session: Session, link: Link, one: PlannedWrite, faults: Mapping[int, str], by: By) -> None:
    """Google does not let this be put back: tried ever more rarely, and told, while what the lead is owed goes on."""
    header = {column: text_at(one.header, column) or "a column without a header" for column in faults}
    told = {column: f"what stood in {header[column]!r} cannot be put back: {why}" for column, why in faults.items()}
    if not one.wanted:  # more of this link follows at once, which must not settle it
        pending.keep_pending(link, by.at + READ_AGAIN, "; ".join(told.values()))
        return
    given_up = pending.refuse_row(session, link, by.at, RefusedBy.GOOGLE, "; ".join(told.values()))
    for column, why in told.items() if given_up else ():
        note_refused(session, link, header[column][:64], str(one.write.cells[column]), by, why)
