"""Append the rows of new tasks below the last row that holds anything."""

import logging
from collections.abc import Collection

from sqlalchemy import select

from bridge.google.sheet_view import Seen
from bridge.store.models import Link
from bridge.sync import new_rows
from bridge.tracker import tasks_of
from bridge.worker.job import Turn

log = logging.getLogger(__name__)


def append_rows(turn: Turn, seen: Seen, unborn: Collection[int]) -> None:
    """New rows at the end of the sheet; the next look finds and settles them."""
    with turn.writing() as session:
        links = list(session.scalars(select(Link).where(Link.id.in_(unborn)).order_by(Link.id)))
        tasks = {task.id: task for task in tasks_of(session, links)}
        now = turn.runtime.now()
        rows = [new_rows.new_row(tasks[link.task_id], link, turn.config, seen.layout, now) for link in links]
        session.commit()
    turn.at_work.update(unborn)
    turn.sheet.append(rows)
    turn.at_work.clear()
    with turn.writing() as session:
        for link in session.scalars(select(Link).where(Link.id.in_(unborn))):
            new_rows.born(link, turn.config.mapping, turn.runtime.now())
            log.info("row_appended sheet=%s link=%d cause=%s", link.sheet, link.id, link.cause)
        session.commit()
