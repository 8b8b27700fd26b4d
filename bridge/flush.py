"""One lane's pending links to the sheet: claim, then read, decide, ONE write, verify, settle.

Each step has a transaction of its own; the network calls stand between them. Every write is absolute and noted in
``own_writes`` before it leaves, so a crash, a repeat, or an answer that never comes loses and doubles nothing. Does
not retry by itself: what is not settled stays pending, with a time to try again.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import outbox, own_writes
from bridge.batch import Batch, Reading
from bridge.core.cells import cell_value, obstacle
from bridge.core.lead import EMPTY, Raw, Row, Value
from bridge.core.merge import trust
from bridge.errors import Rejected
from bridge.history import LAG, By, note_refused, replaced_lately, settle_waiting
from bridge.locate import LAG_WAIT, relocate, tasks_of
from bridge.models import Link
from bridge.pair import ENDURING, acceptable, merge_row, remember
from bridge.sheets import Unechoed
from bridge.strays import astray, lead_id_of, trace
from bridge.sync_cell import link_text
from bridge.turn import Seen, Sent, Turn, look
from task_api.models import Task

log = logging.getLogger(__name__)


def flush(turn: Turn, seen: Seen | None = None) -> bool:
    """Bring up to 500 pending links into the sheet. True when it may be worth calling again at once.

    ``seen``: rows a sweep has just read, so that a first sync costs one read and one write. Raises `Transient` and
    `Permanent` as the sheet does; nothing pending is dropped.
    """
    claimed, rows = _claim(turn)
    if not claimed:
        return False
    seen = seen or look(turn, rows)
    moved = relocate(turn, seen, claimed)
    turn.at_work.update(claimed)
    sent = _decide(turn, seen, claimed)
    if sent:
        _write(turn, sent)
    turn.at_work.clear()
    return moved or bool(sent)


def _claim(turn: Turn) -> tuple[list[int], list[int]]:
    """The pending links, and the rows to read: where each lead was last seen and where unconfirmed writes went."""
    with turn.writing() as session:
        links = outbox.claim(session, turn.lease.sheet, turn.runtime.now())
        rows = {link.row for link in links if link.row} | {row for link in links for row in own_writes.open_rows(link)}
        claimed = [link.id for link in links]
        session.commit()
    return claimed, sorted(rows - {0})


def _decide(turn: Turn, seen: Seen, claimed: list[int]) -> list[Sent]:
    """Merge every claimed row as it stands now: the task takes its part at once, the sheet's part is noted and
    returned.
    """
    now = turn.runtime.now()
    sent: list[Sent] = []
    with turn.writing() as session:
        links = list(session.scalars(select(Link).where(Link.id.in_(claimed)).order_by(Link.row)))
        tasks = {task.id: task for task in tasks_of(session, links)}
        replaced = replaced_lately(session, links, now)
        batch = Batch(session, turn.config, Reading((), f"flush:{turn.lease.sheet}", seen.began, latest="task"), now)
        for link in links:
            unclear = trace(session, seen, link, now)
            row = seen.row(link.row)
            if row.lead_id == link.lead_id and link.wanted > link.written and link.next_try <= now:
                sent += _decide_row(batch, seen, row, link, tasks[link.task_id], replaced.get(link.id, {}))
            if unclear:
                outbox.mark_pending(session, link, now + LAG_WAIT)
        session.commit()
    return sent


def _decide_row(
    batch: Batch, seen: Seen, row: Row, link: Link, task: Task, replaced: Mapping[str, set[Value]]
) -> list[Sent]:
    if link.agreed_at > seen.began:
        outbox.postpone(link, batch.now, "the sheet changed while it was read")
        return []
    values, unread = acceptable(row)
    values |= {name: link.base.get(name) for name in unread}
    alien = _alien(link, values)
    values |= {name: link.base.get(name) for name in alien}
    base, doubtful = trust(link.base, values, own_writes.unseen(link), replaced, ())
    if doubtful:
        outbox.postpone(link, batch.now + LAG_WAIT, f"Google may show an old value of {', '.join(sorted(doubtful))}")
        return []
    own_writes.seen(link, row.number, row.values, seen.began - LAG)
    own_writes.forget_old(link, batch.now)
    link.unborn, archived = False, task.archived_at is not None
    owed = {} if archived else merge_row(batch, link, task, base, values).sheet
    wanted = _writable(batch, row, link, {name: link.base.get(name) for name in alien} | owed)
    wanted |= _state(row, link, archived=archived)
    if not wanted:
        _settle_unwritten(batch, seen, link, set() if archived else set(values) - owed.keys())
        return []
    cells: dict[int, str | float | int | bool] = {}
    for name, value in wanted.items():
        column = seen.layout.positions[name]
        cells[column] = cell_value(seen.config.mapping.by_field[name].kind, value, row.cell(name))
        own_writes.note(link, row.number, column, name, value, values.get(name), batch.now)
    return [Sent(link.id, link.wanted, seen.write(row, cells), wanted)]


def _alien(link: Link, values: Mapping[str, Value]) -> set[str]:
    """Fields that show what a write for another lead left here: no edit, and to be put right."""
    aliens = own_writes.aliens(link)
    return {
        name for name, left in aliens.items() if values.get(name) in left and values.get(name) != link.base.get(name)
    }


def _settle_unwritten(batch: Batch, seen: Seen, link: Link, reached: set[str]) -> None:
    """Nothing to write; a lead that another's write went into is looked at again while the read may be too old."""
    outbox.settle(link, link.wanted)
    settle_waiting(batch.session, {link.id: reached}, batch.now)
    aliens = own_writes.aliens(link)
    if own_writes.younger((entry for entry in link.own_writes if entry.get("alien")), seen.began - LAG):
        outbox.mark_pending(batch.session, link, batch.now + LAG_WAIT)
    elif aliens:
        own_writes.restored(link, aliens)


def _writable(batch: Batch, row: Row, link: Link, owed: Mapping[str, Value]) -> dict[str, Value]:
    """Without what must not be written; link and history say why."""
    refused: dict[str, list[Any]] = {}
    for name, value in owed.items():
        before, why = link.refused.get(name, [..., ""])
        if before == value and why.startswith(ENDURING):
            refused[name] = [value, why]
        elif why := obstacle(
            batch.sheet.mapping.by_field[name].kind, value, row.cell(name), guarded=name in row.guarded
        ):
            refused[name] = [value, why]
            if name != "sync":
                note_refused(batch.session, link, name, value, batch.by, why)
    refused.pop("sync", None)
    if refused != link.refused:
        link.refused = refused
    return {name: value for name, value in owed.items() if name not in refused and name != "sync"}


def _state(row: Row, link: Link, *, archived: bool) -> dict[str, Value]:
    """What the sync cell is to say from now on, where there is one and it says something else."""
    if "sync" not in row.positions or "sync" in row.guarded or row.cell("sync").formula:
        return {}
    text = link_text(link, archived=archived)
    return {} if row.values.get("sync") == text else {"sync": text}


def _write(turn: Turn, sent: list[Sent]) -> None:
    """Send, verify, settle. What Google rejects is tried in ever smaller company, in turns to come; the one at fault
    is refused, cell by cell.
    """
    try:
        echoed = turn.sheet.write([one.write for one in sent])
    except Rejected as error:
        if len(sent) == 1:
            _write_cells(turn, sent[0], str(error))
            return
        with turn.writing() as session:
            outbox.failed(session, [one.link_id for one in sent], turn.runtime.now(), str(error), 0.0)
            session.commit()
        return
    _settle(turn, sent, _standing(turn, sent, echoed))


def _standing(turn: Turn, sent: list[Sent], echoed: list[Raw | Unechoed]) -> list[Raw | Unechoed]:
    """For each write, what its row's id cell showed; where Google did not say, one more read does, unless that is so
    old that it does not show the write itself.
    """
    silent = [one.write.row for one, seen in zip(sent, echoed, strict=True) if isinstance(seen, Unechoed)]
    snapshot = turn.sheet.read(silent) if silent else None

    def standing(one: Sent, seen: Raw | Unechoed) -> Raw | Unechoed:
        if not isinstance(seen, Unechoed):
            return seen or None
        cells = dict(enumerate(snapshot.cells(one.write.row) if snapshot else ()))
        shown = {column: cells.get(column, EMPTY).value for column in one.write.cells}
        if {column: "" if value is None else value for column, value in shown.items()} != dict(one.write.cells):
            return seen
        return cells.get(one.write.id_column, EMPTY).value

    return [standing(one, seen) for one, seen in zip(sent, echoed, strict=True)]


def _settle(turn: Turn, sent: list[Sent], standing: list[Raw | Unechoed]) -> None:
    now = turn.runtime.now()
    with turn.writing() as session:
        found = session.scalars(select(Link).where(Link.id.in_([one.link_id for one in sent])))
        known = {link.id: link for link in found}
        reached: dict[int, set[str]] = {}
        for one, stood in zip(sent, standing, strict=True):
            link = known[one.link_id]
            if isinstance(stood, Unechoed):
                outbox.postpone(link, now + LAG_WAIT, "Google does not show the write yet")
            elif stood != (one.write.id_cell or None):
                log.warning("row_moved_under_write sheet=%s row=%d link=%d", turn.lease.sheet, one.write.row, link.id)
                astray(session, link, lead_id_of(stood), own_writes.sent_to(link, one.write.row), now)
                own_writes.drop_row(link, one.write.row)
                outbox.postpone(link, now, "the row moved while it was written")
            elif _settle_link(turn, session, link, one, now):
                reached[link.id] = set(one.values)
        settle_waiting(session, reached, now)
        session.commit()


def _settle_link(turn: Turn, session: Session, link: Link, one: Sent, now: datetime) -> bool:
    """The base becomes what the sheet now shows, unless a delivery moved it meanwhile; then the row is looked at
    again.
    """
    mine = [entry for entry in own_writes.sent_to(link, one.write.row) if entry["field"] in one.values]
    overtaken = any(link.base.get(entry["field"]) != entry["before"] for entry in mine)
    own_writes.settled(link, one.values, one.write.row, landed=not overtaken)
    own_writes.restored(link, one.values)
    if overtaken:
        outbox.mark_pending(session, link, now)
        return False
    link.base, link.agreed_at = link.base | dict(one.values), now
    link.puts = {name: value for name, value in link.puts.items() if link.base.get(name) != value}
    remember(link, turn.config.mapping)
    outbox.settle(link, one.claimed)
    if own_writes.open_rows(link):
        outbox.mark_pending(session, link, now + LAG_WAIT)
    return True


def _write_cells(turn: Turn, one: Sent, why: str) -> None:
    """One row that Google rejects: cell by cell; the cell at fault is refused and the write buried."""
    if len(one.values) > 1:
        for (name, value), (column, cell) in zip(one.values.items(), one.write.cells.items(), strict=True):
            _write(turn, [replace(one, write=replace(one.write, cells={column: cell}), values={name: value})])
        return
    now, why = turn.runtime.now(), f"{ENDURING} it: {why}"
    with turn.writing() as session:
        link = session.get_one(Link, one.link_id)
        own_writes.settled(link, one.values, one.write.row, landed=False)
        for name, value in one.values.items():
            note_refused(session, link, name, value, By(f"flush:{turn.lease.sheet}", now), why)
            link.refused = link.refused | {name: [value, why]}
        outbox.bury(session, link, one.claimed, now, why)
        session.commit()
