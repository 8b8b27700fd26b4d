"""Load what the database knows of the leads in some rows, in a fixed number of statements. Decides nothing."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.core.text import likeness
from bridge.core.values import Row, Value
from bridge.store import in_flight_writes
from bridge.store.history import replaced_lately
from bridge.store.models import InFlightWrite, Link
from bridge.sync.context import KnownLinks, SyncContext
from bridge.sync.misdirected.rows import doubt
from bridge.tracker import Task
from task_api.db import exclusive

LEADS = "leads"
"""Kind of lock: held by who gives a lead its task, from either side."""


def load(context: SyncContext, rows: Sequence[Row]) -> KnownLinks:
    """Links and tasks of the rows' leads; for rows without a link also every task that could be theirs."""
    session, sheet = context.session, context.sheet
    lead_ids = {row.lead_id for row in rows if row.lead_id}
    linked = tracker.linked(session, sheet.key, lead_ids, context.by.at)
    links = [link for link, _ in linked]
    known = {link.lead_id: link for link in links}
    new = [row for row in rows if row.lead_id not in known]
    replaced = replaced_lately(session, links, min(context.by.at, context.reading.signed or context.by.at))
    missing = _missing(context, rows, known, replaced)
    exclusive(session, LEADS, *(row.lead_id for row in new if row.lead_id))
    named = {task_id for row in new if (task_id := row.named_task) is not None}
    return KnownLinks(
        links=known,
        tasks={task.id: task for _, task in linked},
        free=_free(session, [row.lead_id for row in new if row.lead_id]),
        named_tasks=tracker.locked(session, named),
        named_links=_named_links(context, named),
        neighbours=_neighbours(context, [row.number for row in new if row.lead_id and row.named_task is None]),
        alike=_alike(context, new),
        replaced=replaced,
        missing=missing,
    )


def _missing(
    context: SyncContext, rows: Sequence[Row], links: Mapping[str, Link], doubtful: dict[int, dict[str, set[Value]]]
) -> Sequence[InFlightWrite]:
    """Writes of ours that may be in these rows. A sweep passes them in and has marked the misdirected ones."""
    reading = context.reading
    if reading.missing is not None:
        return reading.missing
    changed = [
        (link, row, name)
        for row in rows
        if (link := links.get(row.lead_id or "")) is not None
        for name, value in row.values.items()
        if link.base.get(name) != value and name not in reading.event_fields.get(row.number, ())
    ]
    if not changed and all(row.lead_id in links for row in rows):
        return ()
    return doubt(context.session, context.sheet.key, changed, doubtful)


def _named_links(context: SyncContext, task_ids: Collection[int]) -> Mapping[int, Link]:
    return {link.task_id: link for link in _links(context, Link.task_id.in_(task_ids))} if task_ids else {}


def _neighbours(context: SyncContext, numbers: Collection[int]) -> Mapping[int, Link]:
    mine = Link.sheet == context.sheet.key, Link.row.in_(numbers)
    return {link.row or 0: link for link in _links(context, *mine)} if numbers else {}


def _links(context: SyncContext, *conditions: ColumnElement[bool]) -> list[Link]:
    return in_flight_writes.links(context.session, context.by.at, *conditions)


def _free(session: Session, lead_ids: Collection[str]) -> Mapping[str, Sequence[Task]]:
    found: dict[str, list[Task]] = {}
    for task in tracker.with_lead_id(session, lead_ids):
        found.setdefault(task.lead_id or "", []).append(task)
    return found


def _alike(context: SyncContext, rows: Sequence[Row]) -> Mapping[str, Sequence[Task]]:
    """Tasks without a lead id that have a row's value in the field that the configuration declares unique, either as
    the row has it or as the bridge would write it.
    """
    name, mapping = context.sheet.match, context.sheet.mapping
    values = {row.values.get(name) for row in rows} - {None} if name else set()
    if not values:
        return {}
    field = next(iter(mapping.task_changes({name: "x"})))
    wanted: dict[str, str] = {}
    for value in values:
        for text in (value, mapping.task_changes({name: value})[field]):
            wanted[likeness(text)] = likeness(value)
    found: dict[str, list[Task]] = {}
    for task in tracker.with_value(context.session, field, wanted):
        found.setdefault(wanted.get(likeness(getattr(task, field)), ""), []).append(task)
    return found
