"""Gather what is known of the leads in some rows: a handful of statements, whatever their number. Decides nothing."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.core.reconcile import likeness
from bridge.core.values import Row, Value
from bridge.store.history import replaced_lately
from bridge.store.in_flight_writes import Entry
from bridge.store.models import Link
from bridge.sync.context import KnownLinks, SyncContext
from bridge.sync.misdirected_writes import at_large, differing, doubt
from bridge.tracker import Task
from task_api.db import exclusive

LARGEST_ID = 2**63 - 1
LEADS = "leads"
"""Kind of lock: whoever gives a lead its task, from either side, gives it alone."""


def load(context: SyncContext, rows: Sequence[Row]) -> KnownLinks:
    """Links and tasks of the rows' leads; for rows without a link also every task that could be theirs."""
    session, sheet = context.session, context.sheet
    lead_ids = {row.lead_id for row in rows if row.lead_id}
    pairs = tracker.linked(session, sheet.key, lead_ids)
    links = [link for link, _ in pairs]
    known = {link.lead_id: link for link in links}
    new = [row for row in rows if row.lead_id not in known]
    replaced = replaced_lately(session, links, min(context.now, context.reading.signed or context.now))
    missing = _at_large(context, rows, known, replaced)
    exclusive(session, LEADS, *(row.lead_id for row in new if row.lead_id))
    claims = {claim for row in new if (claim := claimed_task(row)) is not None}
    return KnownLinks(
        links=known,
        tasks={task.id: task for _, task in pairs},
        free=_free(session, [row.lead_id for row in new if row.lead_id]),
        claimed=tracker.locked(session, claims),
        claimants=_claimants(session, claims),
        neighbours=_neighbours(context, [row.number for row in new if row.lead_id and claimed_task(row) is None]),
        alike=_alike(context, new),
        replaced=replaced,
        at_large=missing,
    )


def claimed_task(row: Row) -> int | None:
    """The task that the row's own task_id cell names."""
    text = str(row.values.get("task_id") or "")
    return int(text) if text.isdecimal() and int(text) <= LARGEST_ID else None


def _at_large(
    context: SyncContext, rows: Sequence[Row], links: Mapping[str, Link], doubtful: dict[int, dict[str, set[Value]]]
) -> Sequence[Entry]:
    """What may have strayed into these rows. A sweep knows and has found its victims; a delivery looks it up where a
    row is new or shows what no event told, and doubts that.
    """
    reading, by_id = context.reading, [(row, links.get(row.lead_id or "")) for row in rows]
    if reading.at_large is not None:
        return reading.at_large
    found = ((link, differing(row, link, reading.edited_in(row))) for row, link in by_id if link)
    changed = [(link, names) for link, names in found if names]
    missing = at_large(context.session, context.sheet.key) if changed or not all(link for _, link in by_id) else ()
    for link, names in changed:
        doubt(missing, link, names, doubtful[link.id])
    return missing


def _claimants(session: Session, task_ids: Collection[int]) -> Mapping[int, Link]:
    if not task_ids:
        return {}
    return {link.task_id: link for link in session.scalars(select(Link).where(Link.task_id.in_(task_ids)))}


def _neighbours(context: SyncContext, numbers: Collection[int]) -> Mapping[int, Link]:
    if not numbers:
        return {}
    mine = select(Link).where(Link.sheet == context.sheet.key, Link.row.in_(numbers))
    return {link.row or 0: link for link in context.session.scalars(mine)}


def _free(session: Session, lead_ids: Collection[str]) -> Mapping[str, Sequence[Task]]:
    found: dict[str, list[Task]] = {}
    for task in tracker.bearing(session, lead_ids):
        found.setdefault(task.lead_id or "", []).append(task)
    return found


def _alike(context: SyncContext, rows: Sequence[Row]) -> Mapping[str, Sequence[Task]]:
    """Tasks without a lead id that say what a row says in the field that the configuration names unique, either as the
    row has it or as the bridge would write it.
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
    for task in tracker.saying(context.session, field, values, wanted):
        found.setdefault(wanted.get(likeness(getattr(task, field)), ""), []).append(task)
    return found
