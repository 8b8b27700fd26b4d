"""Links and their tasks as a sweep compares them: plain columns, because a hundred thousand of them pass through.

The database picks out the links that need a look in any case; of the others only base and task are read.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, or_
from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.reconcile import KnownLead
from bridge.store.models import Link
from bridge.sync.sync_cell import archived_text, usual_text
from bridge.tracker import Task, columns_of_linked, task_fields


def known_leads(session: Session, sheet: SheetConfig, lead_ids: Collection[str]) -> Mapping[str, KnownLead]:
    """lead id → what is known of it, for the ids that have a link."""
    plain = (Link.lead_id, Link.row, Link.base, Link.last_words)
    link = (Link.id.label("link_id"), *plain, _unsettled().label("unsettled"))
    found = columns_of_linked(session, link, Link.sheet == sheet.key, Link.lead_id.in_(lead_ids))
    return {pair.lead_id: _known(sheet, pair) for pair in found}


def _known(sheet: SheetConfig, pair: Row[Any]) -> KnownLead:
    if pair.archived_at is not None:
        return KnownLead(pair.link_id, pair.row, pair.base, {"sync": archived_text(pair.id)}, pair.unsettled)
    said = sheet.mapping.task_as_lead(task_fields(cast(Task, pair)), (pair.base,), pair.last_words)
    return KnownLead(pair.link_id, pair.row, pair.base, said | {"sync": usual_text(sheet.mapping)}, pair.unsettled)


def _unsettled() -> ColumnElement[bool]:
    """True for a link with more state than base and task: a sweep always looks at it."""
    noted = (Link.overrides, Link.unread, Link.refused, Link.conflicts, Link.duplicate_rows)
    return or_(Link.row_pending, *(column.is_not(None) for column in (*noted, Link.gone_at, Link.failed_at)))
