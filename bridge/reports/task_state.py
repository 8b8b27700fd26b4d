"""The state of each task and its row, in one word with a reason, for the board."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bridge.store.models import Link
from bridge.sync.sync_cell import conflict_text, refusal_text

MOST_STATES = 1000


@dataclass(frozen=True)
class TaskState:
    """``state``: in_sync, waiting, refused, conflict, failed or gone; ``why``: the reason, or empty. ``row`` None: the
    row does not exist yet, or no longer.
    """

    task_id: int
    sheet: str
    row: int | None
    state: str
    why: str


def state_of(link: Link) -> TaskState:
    """The most serious state of a link."""
    state, why = next(_troubles(link), ("in_sync", ""))
    row = None if link.row_pending or link.gone_at is not None else link.row
    return TaskState(link.task_id, link.sheet, row, state, why)


def of_tasks(session: Session, sheets: Collection[str], task_ids: Collection[int]) -> list[TaskState]:
    """The states of these tasks; those without a row are left out."""
    mine = select(Link).where(Link.sheet.in_(sheets), Link.task_id.in_(task_ids))
    return [state_of(link) for link in session.scalars(mine.order_by(Link.task_id))]


def out_of_sync(session: Session, sheets: Sequence[str]) -> list[TaskState]:
    """The states of all tasks that are not in sync with their rows, at most 1,000."""
    troubled = (column.is_not(None) for column in (Link.refused, Link.unread, Link.conflicts))
    unusual = (Link.wanted > Link.written, Link.failed_at.is_not(None), Link.gone_at.is_not(None))
    mine = (
        select(Link).where(Link.sheet.in_(sheets), or_(*troubled, *unusual)).order_by(Link.task_id).limit(MOST_STATES)
    )
    return [state_of(link) for link in session.scalars(mine)]


def _troubles(link: Link) -> Iterator[tuple[str, str]]:
    if link.failed_at is not None:
        yield "failed", link.error or "given up after many attempts"
    if link.gone_at is not None:
        yield "gone", "the row is not in the sheet any more"
    if refused := refusal_text(link):
        yield "refused", refused
    if link.conflicts:
        yield "conflict", conflict_text(link)
    if link.wanted > link.written:
        yield "waiting", link.error or ""
