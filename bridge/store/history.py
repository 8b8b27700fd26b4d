"""The history: every field change on either side, and what became of it. Appends and settles; decides nothing.

What a transaction notes is inserted in one statement as it commits (`bridge.store.unit_of_work`). A query of the
history in a transaction that may have noted something calls `write_down` first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from bridge.core.mapping import SheetMapping
from bridge.core.merge import Conflict, Policy
from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.core.values import Fields, Value
from bridge.store import counters, in_flight_writes
from bridge.store.models import READS_SHEET, ActorKind, Change, ChangeState, Link, Rule, WriteState
from bridge.store.unit_of_work import effects, write_down
from task_api.actor import Actor

READ_LAG = timedelta(seconds=10)
"""How long a read of the sheet may still show what was replaced (GOOGLE.md section 7: no read-your-write)."""
READ_AGAIN = timedelta(seconds=2)
"""How long to wait before a row is read again whose reading may be old."""

WINS: Mapping[Policy, Rule] = {"sheet": Rule.SHEET_WINS, "task": Rule.TASK_WINS, "latest": Rule.LATEST_WINS}
_EDITS = select(Change.link_id, Change.field, Change.old).where(
    Change.link_id.in_(bindparam("links", expanding=True)), Change.side == "sheet", Change.at > bindparam("since")
)
TASK_ALONE = "in the task alone: no column of the sheet shows it"
_SETTLE = update(Change).execution_options(synchronize_session=False)
"""No object of the session is refreshed: none of these changes is read again in this transaction."""


@dataclass(frozen=True)
class By:
    """Who or what made a change, and when."""

    actor: Actor
    at: datetime


def note_sheet_change(
    session: Session, link: Link, name: str, old: Value, new: Value, by: By, rule: Rule = Rule.SHEET
) -> None:
    """A person's edit in the sheet, which the task took."""
    note(session, link, "sheet", name, old, new, by, ChangeState.APPLIED, rule)


def note_conflict(session: Session, link: Link, conflict: Conflict, before: Value, policy: Policy, by: By) -> None:
    """Both sides changed one field: the winner's change was made; the loser's is kept and can be restored."""
    rule = WINS[policy]
    if conflict.winner == "task":
        why = "the task changed too, and its value stays"
        note(session, link, "sheet", conflict.field, before, conflict.lost, by, ChangeState.LOST, rule, why)
        return
    note_sheet_change(session, link, conflict.field, before, conflict.kept, by, rule)
    why = "the sheet changed too, and its value stays"
    brought = [change for change in _waiting(session, link.id) if change.field == conflict.field]
    for change in brought:
        change.state = ChangeState.SUPERSEDED
    if brought:
        brought[0].state, brought[0].reason = ChangeState.LOST, why
    else:
        note(session, link, "task", conflict.field, before, conflict.lost, by, ChangeState.LOST, rule, why)


def note_refused(session: Session, link: Link, name: str, new: Value, by: By, reason: str) -> None:
    """A change that could not be written to the sheet, and why; noted once, however often it is tried."""
    brought = [change for change in _waiting(session, link.id) if change.field == name]
    for change in brought:
        change.state = ChangeState.SUPERSEDED
    if brought:
        brought[0].state, brought[0].reason = ChangeState.REFUSED, reason
        return
    mine = Change.link_id == link.id, Change.field == name, Change.side == "task"
    last = session.scalars(select(Change).where(*mine).order_by(Change.id.desc()).limit(1)).first()
    if last is None or (last.state, last.new, last.reason) != (ChangeState.REFUSED, new, reason):
        note(session, link, "task", name, link.base.get(name), new, by, ChangeState.REFUSED, reason=reason)


def note_unread(session: Session, link: Link, name: str, shown: Value, by: By, reason: str) -> None:
    """A cell value that the bridge cannot read, and why."""
    before = link.base.get(name)
    note(session, link, "sheet", name, before, shown, by, ChangeState.REFUSED, Rule.SHEET, reason)


def note_task_change(
    session: Session,
    link: Link,
    mapping: SheetMapping,
    before: Fields,
    said: Fields,
    changes: Mapping[str, tuple[Any, Any]],
    by: By,
) -> None:
    """Fields changed through the API: with the sheet's values if a column shows them, else with the task's; waiting if
    the sheet must be written. ``before``, ``said``: the task as a lead, before and now.
    """
    is_undo = by.actor.kind == ActorKind.UNDO
    rule = Rule.UNDO if is_undo else Rule.TASK
    for task_field, (old, new) in changes.items():
        name = mapping.shown_by[task_field].field if task_field in mapping.shown_by else task_field
        if is_undo and name in link.overrides:
            continue  # `note_override` has noted it
        if name in said and name in link.base and link.base[name] != said[name]:
            _note_owed(session, link, name, said[name], by, rule)
        elif name in said and name in link.base and before[name] != said[name]:
            _note_back(session, link, name, before[name], said[name], by, rule)
        else:
            plain = _plain(old), _plain(new)
            why = None if name in {"archived", *link.base} else TASK_ALONE
            note(session, link, "task", task_field, *plain, by, ChangeState.APPLIED, rule, why)


def _note_owed(session: Session, link: Link, name: str, new: Value, by: By, rule: Rule) -> None:
    """The sheet is to show this: waiting, unless its cell has refused this very value and is not tried again."""
    refused = RefusedWrite(*link.refused[name]) if name in link.refused else None
    if refused is None or refused.value != new or refused.by != RefusedBy.CELL:  # which is tried again
        note(session, link, "task", name, link.base[name], new, by, ChangeState.WAITING, rule)
    else:
        note(session, link, "task", name, link.base[name], new, by, ChangeState.REFUSED, rule, refused.why)


def _note_back(session: Session, link: Link, name: str, old: Value, new: Value, by: By, rule: Rule) -> None:
    """The task has again the value that the sheet shows: waiting changes are superseded."""
    for change in _waiting(session, link.id):
        if change.field == name:
            change.state = ChangeState.SUPERSEDED
    note(session, link, "task", name, old, new, by, ChangeState.APPLIED, rule)


def note_life(session: Session, link: Link, name: str, old: Any, new: Any, by: By, rule: Rule) -> None:
    """A task that was created, linked, archived or restored, or a lead that got another id, and by which rule."""
    side = "sheet" if by.actor.kind in READS_SHEET else "task"
    note(session, link, side, name, old, new, by, ChangeState.APPLIED, rule)


def note_override(session: Session, link: Link, name: str, value: Value, by: By) -> None:
    """A value to restore in the sheet, at a person's request."""
    note(session, link, "task", name, link.base.get(name), value, by, ChangeState.WAITING, Rule.UNDO)


def note_name_of_title(session: Session, link: Link, name: str, by: By) -> None:
    """The title was changed in the tracker: the name in it is to be written to the sheet."""
    rule = Rule.UNDO if by.actor.kind == ActorKind.UNDO else Rule.TASK
    note(session, link, "task", "name", link.base.get("name"), name, by, ChangeState.WAITING, rule)


def note_replaced_title(session: Session, link: Link, lost: str, title: str, by: By, why: str) -> None:
    """A title of the tracker's own gave way to the name; it can be taken back."""
    note(session, link, "task", "title", title, lost, by, ChangeState.LOST, Rule.SHEET_WINS, why)


def settle_waiting(session: Session, sheet: str, reached: Mapping[int, Iterable[str]], at: datetime) -> None:
    """These fields of these links are in the sheet: the newest waiting change of each was applied, older ones were
    superseded.
    """
    cells = [(link_id, name) for link_id, names in reached.items() for name in names]
    if not cells:
        return
    write_down(session)
    here = Change.link_id.in_(reached), tuple_(Change.link_id, Change.field).in_(cells)
    applied = _SETTLE.where(Change.state == ChangeState.WAITING, *here)
    applied = applied.values(state=ChangeState.APPLIED, reached_at=at)
    found = session.execute(applied.returning(Change.id, Change.link_id, Change.field, Change.at))
    newest: dict[tuple[int | None, str], float] = {}
    superseded = []
    for change in sorted(found, reverse=True):
        if (key := (change.link_id, change.field)) in newest:
            superseded.append(change.id)
        else:
            newest[key] = (at - change.at).total_seconds()
    if superseded:
        session.execute(_SETTLE.where(Change.id.in_(superseded)).values(state=ChangeState.SUPERSEDED))
    effects(session).observe(sheet, counters.TASK_TO_CELL, newest.values())


def give_up_waiting(session: Session, link: Link, why: str, names: Collection[str] | None = None) -> None:
    """Refuse the waiting changes (of these fields): the row is gone, or the write was given up."""
    for change in _waiting(session, link.id):
        if names is None or change.field in names:
            change.state, change.reason = ChangeState.REFUSED, why


def replaced_lately(session: Session, links: Iterable[Link], now: datetime) -> dict[int, dict[str, set[Value]]]:
    """link id → field → values replaced within the lag window, by a person or us: a read that shows one may be old.
    So may one that shows a misdirected write.
    """
    since = now - READ_LAG
    links = list(links)
    write_down(session)
    fresh = {link.id: link for link in links if _is_fresh(link, since)}
    found: dict[int, dict[str, set[Value]]] = {link.id: {} for link in links}
    for link in links:
        if link.in_flight_writes:
            found[link.id] |= in_flight_writes.values(link, WriteState.MISDIRECTED)
    for link_id, name, old in session.execute(_EDITS, {"links": list(fresh), "since": since}) if fresh else ():
        found[link_id or 0].setdefault(name, set()).add(old)
    for link in fresh.values():
        for write in link.in_flight_writes:
            if write.state in in_flight_writes.TO_ITS_ROW and write.sent_at > since:
                found[link.id].setdefault(write.field, set()).add(write.before)
    return found


def _is_fresh(link: Link, since: datetime) -> bool:
    """True for a link that was agreed on since; or written, of which a clock that was set back leaves only that."""
    return link.agreed_at > since or any(write.sent_at > since for write in link.in_flight_writes)


def _waiting(session: Session, *link_ids: int) -> list[Change]:
    write_down(session)
    waiting = select(Change).where(Change.link_id.in_(link_ids), Change.state == ChangeState.WAITING)
    return list(session.scalars(waiting.order_by(Change.id.desc())))


def note(  # noqa: PLR0913, PLR0917 - a line of the history
    session: Session,
    link: Link,
    side: str,
    name: str,
    old: Any,
    new: Any,
    by: By,
    state: ChangeState,
    rule: Rule | None = None,
    reason: str | None = None,
) -> None:
    """One line of the history, inserted as the transaction commits."""
    line = {"at": by.at, "actor": ":".join(by.actor), "side": side, "link_id": link.id, "task_id": link.task_id}
    line |= {"field": name, "old": old, "new": new, "state": state, "rule": rule, "reason": reason}
    line["reached_at"] = by.at if state is ChangeState.APPLIED else None
    effects(session).notes.append(line)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
