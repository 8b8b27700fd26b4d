"""Links and their tasks as a sweep compares them: plain columns, because a hundred thousand of them pass through.

A link that nothing is the matter with is told apart in the database, so that of most only base and task are read.
"""

from collections.abc import Collection, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Text, or_
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.reconcile import KnownLead
from bridge.store.models import Link
from bridge.sync.status_cell import OK, archived_text
from bridge.tracker import Task, columns_of_linked, task_fields


def known_leads(session: Session, sheet: SheetConfig, lead_ids: Collection[str]) -> Mapping[str, KnownLead]:
    """lead id → what is known of it, for the ids that have a link."""
    link = (Link.id.label("link_id"), Link.lead_id, Link.row, Link.base, Link.last_words, _restless().label("restless"))
    found = columns_of_linked(session, link, Link.sheet == sheet.key, Link.lead_id.in_(lead_ids))
    return {pair.lead_id: _known(sheet, pair) for pair in found}


def _known(sheet: SheetConfig, pair: Row[Any]) -> KnownLead:
    if pair.archived_at is not None:
        return KnownLead(pair.link_id, pair.row, pair.base, {"sync": archived_text(pair.id)}, pair.restless)
    said = sheet.mapping.task_as_lead(task_fields(cast(Task, pair)), (pair.base,), pair.last_words)
    return KnownLead(pair.link_id, pair.row, pair.base, said | {"sync": OK}, pair.restless)


def _restless() -> ColumnElement[bool]:
    """True for a link that has more to it than base and task: it is always looked at."""
    marked = [Link.overrides, Link.unread, Link.refused, Link.conflicts]
    remarkable = [sql_cast(column, Text) != "{}" for column in marked]
    unusual = (Link.has_duplicates, Link.row_pending, Link.gone_at.is_not(None), Link.failed_at.is_not(None))
    return or_(*remarkable, *unusual)
