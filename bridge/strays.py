"""Put right what a write of ours left in a row that had just moved away.

Google has no conditional write (GOOGLE.md section 4): between locating a row and writing it, a person may insert or
sort. The answer shows it, the note in ``own_writes`` survives a crash, and the lead now standing in that row gets
its own values back.
"""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import own_writes
from bridge.core.cells import cell_value
from bridge.core.lead import Row
from bridge.models import Link
from bridge.turn import Seen, Sent

log = logging.getLogger(__name__)


def repairs(session: Session, seen: Seen, link: Link, now: datetime) -> list[Sent]:
    """The writes that put back every row a write for ``link`` strayed into; notes without a trace are dropped."""
    found = []
    for number in own_writes.open_rows(link):
        here = seen.row(number)
        if here.lead_id == link.lead_id:
            continue
        if repair := _put_back(session, seen, link, here, now):
            log.warning("stray_write sheet=%s row=%d link=%d", link.sheet, number, link.id)
            found.append(repair)
        else:
            own_writes.drop_row(link, number)
    return found


def _put_back(session: Session, seen: Seen, link: Link, here: Row, now: datetime) -> Sent | None:
    """The cells of ``here`` that still show what was meant for ``link``: back to what the lead there last said, or
    empty.
    """
    owner = session.scalars(select(Link).where(Link.sheet == link.sheet, Link.lead_id == here.lead_id)).one_or_none()
    cells: dict[int, str | float | int | bool] = {}
    for entry in own_writes.sent_to(link, here.number):
        name, column = entry["field"], entry["column"]
        value = owner.base.get(name) if owner else None
        if seen.layout.positions.get(name) == column and here.values.get(name) == entry["value"] != value:
            cells[column] = cell_value(seen.config.mapping.by_field[name].kind, value, here.cell(name))
            if owner:
                own_writes.note(owner, here.number, column, name, value, entry["value"], now)
    return Sent(owner.id if owner else link.id, 0, seen.write(here, cells), stray=link.id) if cells else None
