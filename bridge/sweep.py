"""The safety net: read every row once and merge each against its base. Catches what the trigger missed.

Uses the same path as a delivery (`bridge.rows.take`); a link that moved since the read began waits for the next
sweep. What the rows then owe the sheet leaves with the same reading, so a first sync costs one read and one write.
Never deletes.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import select

from bridge.core.lead import Row
from bridge.flush import flush
from bridge.models import Lane, Link
from bridge.rows import Batch, Reading, take
from bridge.turn import Turn, look

log = logging.getLogger(__name__)
CHUNK = 500


def sweep(turn: Turn) -> bool:
    """Compare the whole sheet once. True when there may be more to write at once."""
    seen = look(turn, None)
    rows = [seen.row(number) for number in sorted(seen.snapshot.rows)]
    kept = _without_doubles(turn, [row for row in rows if row.lead_id])
    for start in range(0, len(kept), CHUNK):
        with turn.writing() as session:
            reading = Reading(kept[start : start + CHUNK], f"sweep:{turn.lease.sheet}", seen.began)
            take(Batch(session, turn.config, reading, turn.runtime.now()))
            session.commit()
    with turn.writing() as session:
        lane = session.get_one(Lane, turn.lease.sheet)
        lane.swept_at = seen.began
        if lane.sweep_at is not None and lane.sweep_at <= seen.began:
            lane.sweep_at = None
        session.commit()
    log.info("sweep_done sheet=%s rows=%d", turn.lease.sheet, len(kept))
    return flush(turn, seen)


def _without_doubles(turn: Turn, rows: Sequence[Row]) -> list[Row]:
    """One row for each lead id; of several, the one that still says what both sides agreed on keeps the lead."""
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.lead_id or "", []).append(row)
    doubled = {lead_id: same for lead_id, same in grouped.items() if len(same) > 1}
    with turn.writing() as session:
        mine = select(Link).where(Link.sheet == turn.lease.sheet)
        for link in session.scalars(mine.where(Link.has_rivals)):
            link.set_rivals(())
        links = {link.lead_id: link for link in session.scalars(mine.where(Link.lead_id.in_(doubled)))}
        for lead_id, same in doubled.items():
            keeper = _keeper(same, links.get(lead_id))
            grouped[lead_id] = [keeper]
            if lead_id in links:
                links[lead_id].set_rivals(row.number for row in same if row is not keeper)
        session.commit()
    return [same[0] for same in grouped.values()]


def _keeper(same: Sequence[Row], link: Link | None) -> Row:
    if link is None:
        return same[0]

    def agreement(row: Row) -> tuple[int, bool]:
        return sum(link.base.get(name) == value for name, value in row.values.items()), row.number == link.row

    return max(same, key=agreement)
