"""Rows with the same id: one keeps the lead, the others are refused and told to get an id of their own."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.chunks import chunks
from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.values import Row
from bridge.google.snapshot import SheetView
from bridge.store.models import Link


def keep_one_each(session: Session, view: SheetView, duplicates: Mapping[str, Sequence[int]]) -> list[RowOutcome]:
    """Of several rows with one id, the one that agrees most with the base keeps the lead; of equals, the one that had
    it. Stores the others on the link and returns their outcomes.
    """
    mine = select(Link).where(Link.sheet == view.config.key)
    for link in session.scalars(mine.where(Link.duplicate_rows.is_not(None))):
        link.duplicate_rows = []
    links: dict[str, Link] = {}
    for wanted in chunks([*duplicates]):
        links |= {link.lead_id: link for link in session.scalars(mine.where(Link.lead_id.in_(wanted)))}
    refused: list[RowOutcome] = []
    for lead_id, numbers in duplicates.items():
        same = [view.row(number) for number in numbers]
        keeper = _keeper(same, links.get(lead_id))
        others = [row.number for row in same if row is not keeper]
        if lead_id in links:
            links[lead_id].duplicate_rows = others
        for number in others:
            why = same_id(number, lead_id, keeper.number, assign_ids=view.config.assign_ids)
            refused.append(RowOutcome(number, lead_id, Outcome.REFUSED, reasons=(why,)))
    return refused


def same_id(number: int, lead_id: str, other: int, *, assign_ids: bool) -> str:
    """What the person who copied a row reads."""
    cure = "empty its id cell to get one of its own" if assign_ids else "give it an id of its own"
    return f"row {number} has the same id {lead_id} as row {other}, which keeps the task: {cure}"


def _keeper(same: Sequence[Row], link: Link | None) -> Row:
    if link is None:
        return same[0]

    def agreement(row: Row) -> tuple[int, bool]:
        return sum(link.base.get(name) == value for name, value in row.values.items()), row.number == link.row

    return max(same, key=agreement)
