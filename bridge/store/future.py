"""Date anew what was stored before the clock was set back and now lies in the future; nothing waits until it passes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from bridge.core.clock import LONGEST_WAIT, SKEW
from bridge.store.models import InFlightWrite, Link, SheetHealth

LONG_AGO = timedelta(minutes=1)
"""What was agreed in the future counts as so old: it is compared again, and no row is taken for a new one."""
UNSEEN = {"synchronize_session": False}


def _dated(column: InstrumentedAttribute[Any]) -> Update:
    table = column.class_
    late = table.sheet == bindparam("key"), column > bindparam("latest")
    return update(table).where(*late).values({column: bindparam("moment")})


_MOMENTS = (Link.append_tried_at, Link.failing_since, Link.failed_at, Link.gone_at, InFlightWrite.sent_at)
_DATED = tuple(map(_dated, (*_MOMENTS, SheetHealth.heard_at, SheetHealth.unsigned_at)))
_AGREED, _NEXT_TRY, _APPROVED = map(_dated, (Link.agreed_at, Link.next_try, SheetHealth.approved_at))


def date_anew(session: Session, sheet: str, now: datetime) -> None:
    """Of one sheet: its links, the writes to it, and its health. A grace time begins again; an approval counts for
    what had vanished before. Words typed over keep their time beside the changes of then.
    """
    future = now + SKEW
    for statement, latest, moment in (
        *((one, future, now) for one in _DATED),
        (_AGREED, future, now - LONG_AGO),
        (_NEXT_TRY, now + LONGEST_WAIT, now),
        (_APPROVED, future, now - SKEW),
    ):
        dated = {"key": sheet, "latest": latest, "moment": moment}
        session.execute(statement, dated, execution_options=UNSEEN)
