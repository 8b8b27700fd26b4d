"""What every row says of the id column: whose ids it shows, and which other column shows those of before."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from bridge import tracker
from bridge.core.columns import Evidence
from bridge.core.mapping import header_texts
from bridge.core.text import same_text
from bridge.core.values import Cell, Fields, Refusal
from bridge.google.snapshot import SheetView
from bridge.store.models import Link
from bridge.sync.misdirected.cells import misplaced


class _Lead(NamedTuple):
    link: int
    task: str
    name: Any


def survey_ids(session: Session, view: SheetView) -> Evidence:
    """Rows that show their own lead's id, and rows that would become other leads: as many as leads lose their row."""
    leads, seen, kept = _leads(session, view), Evidence(), set()
    strays = misplaced(session, view.config.key)
    others = [at for at, text in enumerate(header_texts(view.snapshot.header)) if text]
    own = view.layout.positions["id"]
    for number in view.snapshot.numbers if leads else ():
        cells = view.snapshot.cells(number)
        row = view.row_of(number, cells)
        if strays.shown(row.cells.get("id")):
            continue
        lead = leads.get(row.lead_id or "")
        if lead is not None and _is_its(strays.without(row, lead.link), lead):
            kept.add(row.lead_id)
            continue
        elsewhere = [at for at in others if at != own and _id_at(view, cells, at) in leads]
        if row.blank and not elsewhere:
            continue
        seen.changed += 1
        seen.emptied += row.lead_id is None
        seen.elsewhere.update(elsewhere)
    seen.kept = len(kept)
    seen.changed = seen.filled = min(seen.changed, len(leads) - seen.kept)
    return seen


def _leads(session: Session, view: SheetView) -> dict[str, _Lead]:
    """The leads that have a row, by their id."""
    here = Link.sheet == view.config.key, Link.row_pending.is_(False), Link.gone_at.is_(None)
    found = tracker.columns_of_linked(session, (Link.id.label("link_id"), Link.lead_id, Link.base), *here)
    return {one.lead_id: _Lead(one.link_id, str(one.id), one.base.get("name")) for one in found}


def _is_its(values: Fields, lead: _Lead) -> bool:
    """True when the task number in the row is the lead's, or else its name; or the row shows neither."""
    if (number := values.get("task_id")) is not None and str(number).isdecimal():
        return str(number) == lead.task
    return "name" not in values or same_text(values["name"], lead.name)


def _id_at(view: SheetView, cells: Sequence[Cell], at: int) -> str:
    try:
        value = view.config.mapping.read("id", cells[at]) if at < len(cells) else None
    except Refusal:
        return ""
    return "" if value is None else str(value)
