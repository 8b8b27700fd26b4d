"""One row and its task: merge them and apply the task's part. Inside the caller's transaction; no network."""

from collections.abc import Collection, Iterable, Mapping

from structlog.stdlib import get_logger

from bridge import tracker
from bridge.core.cells import obstacle
from bridge.core.mapping import SheetMapping
from bridge.core.merge import Conflict, Merge, classify_read, merge
from bridge.core.outcome import FieldChange, Outcome, RefusedBy, RefusedWrite, RowOutcome
from bridge.core.text import likeness, same_text
from bridge.core.values import Fields, Row, Value
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.history import note_conflict, note_sheet_change, note_unread
from bridge.store.models import Link
from bridge.store.refused_history import wait_again
from bridge.sync.context import SyncContext
from bridge.sync.misdirected.rows import shown_misdirected
from bridge.sync.sync_cell import link_text
from bridge.sync.title import keep_replaced_title
from bridge.tracker import Task, task_arguments, task_fields

log = get_logger(__name__)
BRIDGE_FIELDS = frozenset(["id", "sync"])
"""Fields the bridge owns; unreadable cells there are not reported."""
NO_NAME = "the cell is empty, so the task keeps its title: type the lead's name"
Values = Mapping[str, Collection[Value]]
"""field → values."""


def merge_linked(context: SyncContext, row: Row, link: Link, task: Task, replaced: Values) -> RowOutcome:
    """Merge a row that was read with its task; mark what the sheet then owes as pending."""
    values, unread = acceptable(row, context.sheet.mapping, link.base)
    values |= only_spelled(row, link.base)
    foreign = {name for name in unread if in_flight_writes.is_foreign(link, name, row.cells[name])}
    values |= {name: link.base.get(name) for name in foreign}
    unread = {name: why for name, why in unread.items() if name not in foreign}
    note_unread_cells(context, row, link, unread)
    touched = _clear_refusals(context, row, link)
    values |= {name: link.base.get(name) for name in unread}
    sent, unseen, old = _sent_values(context, row, link, replaced) if link.in_flight_writes else ({}, {}, replaced)
    base, doubtful = classify_read(link.base, values, unseen, old, context.reading.event_fields.get(row.number, ()))
    certain = {name: value for name, value in values.items() if name not in doubtful}
    overwritten = any(name in sent and base.get(name) != value for name, value in certain.items())
    before = link.base
    merged = merge_values(context, link, task, base, certain)
    if doubtful:
        log.info("read_in_doubt", sheet=link.sheet, link=link.id, fields=",".join(sorted(doubtful)))
    if doubtful or overwritten or touched or needs_write(task, link, context.sheet.mapping):
        news = doubtful or overwritten or link.base != before or touched
        (pending.mark_pending if news else pending.ensure_pending)(context.session, link, context.by.at)
    if link.failed_at is not None and not context.reading.is_delivery:
        pending.try_dead_letter(context.session, link, context.by.at)
    reasons = (*sentences(unread), *(f"{c.field}: {_decided(c)}" for c in merged.conflicts))
    changes = _planned(context, row, base, certain, merged)
    return RowOutcome(row.number, row.lead_id, _outcome(merged, reasons), task.id, reasons, changes)


def _sent_values(context: SyncContext, row: Row, link: Link, replaced: Values) -> tuple[Values, Values, Values]:
    """Our values that the row may show: all that were sent, the unconfirmed, and those that an old read shows."""
    wrong = shown_misdirected(link, row)
    replaced = {**replaced, **{name: {*replaced.get(name, ()), value} for name, value in wrong.items()}}
    sent = in_flight_writes.values(link, *in_flight_writes.TO_ITS_ROW)
    unseen = in_flight_writes.values(link, *in_flight_writes.OPEN)
    if not context.reading.is_delivery:
        return sent, unseen, replaced
    names = replaced.keys() | sent.keys()  # a delivery may have been read before a write arrived
    return sent, unseen, {name: {*replaced.get(name, ()), *sent.get(name, ())} for name in names}


def merge_values(context: SyncContext, link: Link, task: Task, base: Fields, values: Fields) -> Merge:
    """Merge one row with its task and apply the task's part; what the sheet must take is returned.

    What a person cannot tell from the base is no change. If our write has replaced a status word that a person had
    chosen after we decided it, the person's word is preferred when the task is shown in the sheet again.
    """
    mapping, reading = context.sheet.mapping, context.reading
    base = dict(base) | {name: values[name] for name in values if _looks_unchanged(mapping, name, base, values)}
    before_ours = {name: value for name, value in link.base.items() if name in values and base.get(name) != value}
    said = as_lead(task, link, mapping, before_ours, values, base)
    merged = merge(base, values, said, mapping.rules, reading.latest)
    _note(context, link, base, values, merged)
    _keep_open(link, base, values, merged)
    if merged.base != link.base:
        link.base, link.agreed_at = merged.base, reading.began
        remember(link, mapping)
    changes = task_arguments(mapping.task_changes(merged.task))
    usual = (mapping.title_of(said.get("name", base.get("name"))), changes.get("title"))
    if "name" in merged.task and not any(same_text(task.title, title) for title in usual):
        keep_replaced_title(context.session, link, task, changes["title"], context.by)
    tracker.change(context.session, task, changes, actor=context.by.actor)
    return merged


def _looks_unchanged(mapping: SheetMapping, name: str, base: Fields, values: Fields) -> bool:
    """True for a text that was typed again, and only looks as before."""
    before, value = base.get(name), values[name]
    return before != value and mapping.by_field[name].kind == "text" and same_text(before, value)


def acceptable(row: Row, mapping: SheetMapping, base: Fields) -> tuple[dict[str, Value], dict[str, str]]:
    """The values that can be taken, and for each field that cannot, why. A task without a name would have no title."""
    values, unread = dict(row.values), {name: why for name, why in row.refused.items() if name not in BRIDGE_FIELDS}
    if base.get("name") is not None and row.values.get("name", ...) is None:
        del values["name"]
        unread["name"] = NO_NAME
    for name, value in row.values.items():
        longest = mapping.longest(name)
        if longest is not None and len(str(value or "")) > longest:
            del values[name]
            unread[name] = _too_long(str(value), longest)
    return values, unread


def _too_long(text: str, longest: int) -> str:
    """Why it is refused; another text has another reason, so that each is noted."""
    return f"'{text[:20]}…' is longer than {longest} characters, which is all that its task keeps: shorten it"


def only_spelled(row: Row, base: Fields) -> dict[str, Value]:
    """The agreed values that dropdowns show in another case: that is their spelling, and no change of a person's."""
    return {
        name: base[name]
        for name, value in row.values.items()
        if row.cells[name].choice and value != base.get(name, value) and likeness(value) == likeness(base[name])
    }


def sentences(unread: Mapping[str, str]) -> tuple[str, ...]:
    """Why each of these fields cannot be taken, for a person."""
    return tuple(f"{name}: {why}" for name, why in unread.items())


def remember(link: Link, mapping: SheetMapping) -> None:
    """Remember the row's word for its task status, so that the status comes back as that word."""
    word, statuses = link.base.get("status"), mapping.statuses
    if isinstance(word, str) and word in statuses.to_task:
        link.last_words = link.last_words | {statuses.task_status(word): word}


def note_unread_cells(context: SyncContext, row: Row, link: Link, unread: dict[str, str]) -> None:
    """Note what a person typed and the bridge could not take, once until the cell changes."""
    for name, why in unread.items():
        if link.unread.get(name) != why:
            shown = row.cells[name].shown if name in row.cells else ""
            note_unread(context.session, link, name, shown[:1000], context.by, why)
    if link.unread != unread:
        link.unread = unread


def _clear_refusals(context: SyncContext, row: Row, link: Link) -> bool:
    """Allow writes again into cells that a person touched or whose obstacle is gone. True when there is one."""
    touched = set(context.reading.event_fields.get(row.number, ()))
    if not context.reading.is_delivery:
        touched |= {name for name in link.refused if _passable(context, row, name, RefusedWrite(*link.refused[name]))}
    freed = touched & link.refused.keys()
    if freed:
        link.refused = {name: refused for name, refused in link.refused.items() if name not in touched}
        wait_again(context.session, link, freed)
    return bool(freed)


def _passable(context: SyncContext, row: Row, name: str, refused: RefusedWrite) -> bool:
    column = context.sheet.mapping.by_field.get(name)
    if column is None or name not in row.cells or refused.by != RefusedBy.CELL:
        return False
    return not obstacle(column.kind, refused.value, row.cells[name], guarded=name in row.guarded)


def _note(context: SyncContext, link: Link, base: Fields, values: Fields, merged: Merge) -> None:
    """Note in the history what a person changed in the row, and what a conflict took from either side."""
    rules, conflicts = context.sheet.mapping.rules, {conflict.field: conflict for conflict in merged.conflicts}
    for name, value in values.items():
        if base.get(name) == value or rules[name].direction == "to_sheet":
            continue
        if name in conflicts:
            note_conflict(context.session, link, conflicts[name], base.get(name), rules[name].policy, context.by)
        else:
            note_sheet_change(context.session, link, name, base.get(name), value, context.by)


def _keep_open(link: Link, base: Fields, values: Fields, merged: Merge) -> None:
    """Keep a conflict open until its field changes again; end an undo that lost to a person."""
    decided = {conflict.field: _decided(conflict) for conflict in merged.conflicts}
    changed = {name for name, value in values.items() if base.get(name) != value}
    still = {name: what for name, what in link.conflicts.items() if name not in changed} | decided
    if still != link.conflicts:
        link.conflicts = still
    over = {name for name, value in link.overrides.items() if name in decided or values.get(name, ...) == value}
    if over:
        link.overrides = {name: value for name, value in link.overrides.items() if name not in over}


def _decided(conflict: Conflict) -> str:
    return f"both sides changed it; the {conflict.winner}'s value stays, the other is in the history"


def _outcome(merged: Merge, reasons: tuple[str, ...]) -> Outcome:
    if merged.conflicts:
        return Outcome.CONFLICT
    if merged.task:
        return Outcome.TASK_UPDATED
    return Outcome.REFUSED if reasons else Outcome.UNCHANGED


def _planned(context: SyncContext, row: Row, base: Fields, values: Fields, merged: Merge) -> tuple[FieldChange, ...]:
    """What either side takes; not what its cell will not take."""
    to_task = tuple(FieldChange(name, base.get(name), value, "task") for name, value in merged.task.items())
    to_sheet = (
        FieldChange(name, values.get(name), value, "sheet")
        for name, value in merged.sheet.items()
        if not obstacle(context.sheet.mapping.by_field[name].kind, value, row.cells[name], guarded=name in row.guarded)
    )
    return (*to_task, *to_sheet)


def as_lead(task: Task, link: Link, mapping: SheetMapping, *present: Fields) -> dict[str, Value]:
    """The values the row should show: the task's fields in the lead's words, replaced by `link.overrides`, and the text
    of the sync column if there is one.

    ``present``: readings to take a status word from, newest first; the base is tried last.
    """
    present = (*present, link.base)
    said = mapping.task_as_lead(task_fields(task), present, link.last_words) | link.overrides
    if any("sync" in fields for fields in present):
        said["sync"] = link_text(link, mapping, archived=task.archived_at is not None)
    return said


def needs_write(task: Task, link: Link, mapping: SheetMapping) -> bool:
    """True when the sheet owes a write: it last showed something else than it is to show.

    Fields without a column are not in the base; what was refused is not owed until it changes. The row of an archived
    task shows only its state.
    """
    said = as_lead(task, link, mapping)
    if task.archived_at is not None:
        said = {name: value for name, value in said.items() if name == "sync"}
    refused = {name: RefusedWrite(*one).value for name, one in link.refused.items()}
    owed = {name: value for name, value in said.items() if name in link.base and link.base[name] != value}
    return any(name not in refused or refused[name] != value for name, value in owed.items())


def close_conflicts(link: Link, mapping: SheetMapping, changed: Iterable[str]) -> None:
    """End the conflicts and undos of these task fields: they are open until their field changes again."""
    fields = set(changed)
    names = {column.field for column in mapping.columns if column.task_field in fields}
    if names & (link.conflicts.keys() | link.overrides.keys()):
        link.conflicts = {name: what for name, what in link.conflicts.items() if name not in names}
        link.overrides = {name: value for name, value in link.overrides.items() if name not in names}
