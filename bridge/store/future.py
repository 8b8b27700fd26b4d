"""Date anew what was stored before the clock was set back and now lies in the future; nothing waits until it passes."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bridge.core.clock import LONGEST_WAIT, SKEW
from bridge.store.in_flight_writes import SETTLED
from bridge.store.models import InFlightWrite, Link, SheetHealth

LONG_AGO = timedelta(minutes=1)
"""What was agreed in the future counts as so old: it is compared again, and no row is taken for a new one."""


def date_anew(session: Session, sheet: str, now: datetime) -> None:
    """Of one sheet: its links, the writes to it, and its health. A grace time begins again; an approval counts for
    what had vanished before. Words typed over keep their time beside the changes of then.
    """
    future = now + SKEW
    links = (Link.append_tried_at, Link.failing_since, Link.failed_at, Link.gone_at)
    health = (SheetHealth.heard_at, SheetHealth.unsigned_at)
    moved = [(column, future, now) for column in (*links, InFlightWrite.sent_at, *health)]
    moved += [
        (Link.agreed_at, future, now - LONG_AGO),
        (Link.next_try, now + LONGEST_WAIT, now),
        (SheetHealth.approved_at, future, now - SKEW),
    ]
    late = InFlightWrite.sheet == sheet, InFlightWrite.state.in_(SETTLED), InFlightWrite.sent_at > future
    session.execute(delete(InFlightWrite).where(*late), execution_options={"synchronize_session": False})
    for column, latest, moment in moved:
        table = column.class_
        dated = update(table).where(table.sheet == sheet, column > latest).values({column: moment})
        session.execute(dated, execution_options={"synchronize_session": False})
