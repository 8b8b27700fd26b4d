"""The history's lines of what the sheet refuses, when it is tried again."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.store.models import Change, ChangeState, Link
from bridge.store.unit_of_work import write_down


def wait_again(session: Session, link: Link, names: Iterable[str]) -> None:
    """What the sheet had refused of these fields is tried again, so the newest change of each waits again."""
    write_down(session)
    for name in names:
        mine = Change.link_id == link.id, Change.field == name, Change.side == "task"
        last = session.scalars(select(Change).where(*mine).order_by(Change.id.desc()).limit(1)).first()
        if last is not None and last.state is ChangeState.REFUSED:
            last.state, last.reason = ChangeState.WAITING, None
