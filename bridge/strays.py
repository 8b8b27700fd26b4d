"""Writes of ours that went into a row which had just moved away: the lead that stands there gets its own values back.

Google has no conditional write (GOOGLE.md section 4): between locating a row and writing it, a person may insert or
sort. The answer shows which lead stood there; where no answer came, the row itself is looked at. Either way the
victim's link learns which values are alien to it and owes a write, so the way back is the ordinary one: found by id,
verified, and itself told when it strays. What went into an empty row is cleared by the next sweep.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import own_writes
from bridge.core.cells import read_id
from bridge.core.lead import Cell, Raw, Refusal, Row
from bridge.history import LAG
from bridge.models import Lane, Link
from bridge.outbox import ask_for_sweep, mark_pending
from bridge.own_writes import Entry
from bridge.sheets import RowWrite
from bridge.turn import Seen, Turn

log = logging.getLogger(__name__)
MOST = 200


def trace(session: Session, seen: Seen, link: Link, now: datetime) -> bool:
    """Look where unconfirmed writes of this link went: what strayed is blamed on us, what left no trace is forgotten.
    True while a read may yet be too old to tell.
    """
    waiting = False
    for number in own_writes.open_rows(link):
        here, entries = seen.row(number), own_writes.sent_to(link, number)
        if here.lead_id == link.lead_id:
            continue
        left = [entry for entry in entries if here.values.get(entry["field"]) == entry["value"] is not None]
        if left and astray(session, link, here.lead_id, left, now):
            own_writes.drop_row(link, number)
        elif own_writes.younger(entries, seen.began - LAG):
            waiting = True
        else:
            own_writes.drop_row(link, number)
    return waiting


def astray(session: Session, link: Link, stood: str | None, entries: Sequence[Entry], now: datetime) -> bool:
    """These writes went where ``stood`` was: its link gets its values back. False when they say what it says anyway."""
    victim = session.scalars(select(Link).where(Link.sheet == link.sheet, Link.lead_id == stood)).one_or_none()
    log.warning("stray_write sheet=%s link=%d victim=%s", link.sheet, link.id, victim.id if victim else None)
    if victim is None:
        lane = session.get_one(Lane, link.sheet)
        lane.litter = [*lane.litter, *({"field": e["field"], "value": e["value"]} for e in entries)][-MOST:]
        ask_for_sweep(session, link.sheet, now)
        return True
    foreign = [entry for entry in entries if victim.base.get(entry["field"]) != entry["value"]]
    if foreign:
        own_writes.blame(victim, foreign, now)
        mark_pending(session, victim, now)
    return bool(foreign)


def clear_litter(turn: Turn, seen: Seen, numbers: Iterable[int]) -> None:
    """Empty what strayed into rows that nobody has filled: rows without id and name that show nothing but that."""
    with turn.runtime.session() as session:
        litter = session.get_one(Lane, turn.lease.sheet).litter
    if not litter:
        return
    left = {(entry["field"], entry["value"]) for entry in litter}
    rows = [row for row in map(seen.row, numbers) if _is_litter(row, left)]
    if rows:
        stood = turn.sheet.write([_emptied(row) for row in rows])
        _note_emptied(turn, rows, stood)
    else:
        with turn.writing() as session:
            lane = session.get_one(Lane, turn.lease.sheet)
            lane.litter = [entry for entry in lane.litter if entry not in litter]
            session.commit()


def lead_id_of(raw: Raw) -> str | None:
    """The lead id that an id cell with this value stands for; None when it stands for none."""
    try:
        found = read_id(Cell(raw, "" if raw is None else str(raw)))
    except Refusal:
        return None
    return None if found is None else str(found)


def _is_litter(row: Row, left: set[tuple[str, object]]) -> bool:
    filled = [(name, value) for name, value in row.values.items() if value is not None and name != "sync"]
    return row.lead_id is None and not row.refused and bool(filled) and all(entry in left for entry in filled)


def _emptied(row: Row) -> RowWrite:
    filled = {row.positions[name]: "" for name, value in row.values.items() if value is not None}
    return RowWrite(row.number, row.positions["id"], None, dict(filled))


def _note_emptied(turn: Turn, rows: Sequence[Row], stood: Sequence[object]) -> None:
    """A lead that had moved into such a row in that moment gets back what was emptied."""
    now = turn.runtime.now()
    with turn.writing() as session:
        for row, standing in zip(rows, stood, strict=True):
            if not isinstance(standing, str | int | float):
                continue
            mine = select(Link).where(Link.sheet == turn.lease.sheet, Link.lead_id == lead_id_of(standing))
            if (victim := session.scalars(mine).one_or_none()) is not None:
                gone = [
                    {"field": name, "value": None, "before": None, "row": row.number, "column": column}
                    for name, column in row.positions.items()
                    if row.values.get(name) is not None
                ]
                own_writes.blame(victim, gone, now)
                mark_pending(session, victim, now)
        session.commit()
