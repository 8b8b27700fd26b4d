"""What a transaction changed is written in few statements, and completely."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from task_api import saving
from task_api.db import begin_write, db
from task_api.models import Task


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        begin_write(session)
        yield session


def made(engine: Engine, count: int) -> list[int]:
    now = datetime.now(UTC)
    with writing(engine) as session:
        tasks = [Task(title=f"task {n}", notes="", created_at=now, updated_at=now) for n in range(count)]
        session.add_all(tasks)
        saving.commit_changes(session)
    return [task.id for task in tasks]


def titles(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Task.title).order_by(Task.id)))


@contextmanager
def updates(engine: Engine) -> Iterator[list[str]]:
    """The UPDATEs that are made meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("UPDATE"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_fifty_changed_rows_are_one_update(engine: Engine) -> None:
    made(engine, 50)
    with updates(engine) as seen, writing(engine) as session:
        for task in session.scalars(select(Task)):
            task.title = f"{task.title} again"
        saving.commit_changes(session)
    assert len(seen) == 1
    assert titles(engine) == [f"task {n} again" for n in range(50)]


def test_each_row_is_changed_in_its_own_columns_only(engine: Engine) -> None:
    made(engine, 2)
    with writing(engine) as session:
        first, second = session.scalars(select(Task).order_by(Task.id))
        first.notes, second.title = "noted", "renamed"
        saving.commit_changes(session)
    with Session(engine) as session:
        told = [(task.title, task.notes) for task in session.scalars(select(Task).order_by(Task.id))]
    assert told == [("task 0", "noted"), ("renamed", "")]


def test_what_was_set_to_what_it_was_is_not_written(engine: Engine) -> None:
    made(engine, 1)
    with updates(engine) as seen, writing(engine) as session:
        task = session.scalars(select(Task)).one()
        task.title, task.notes = "something else", ""
        task.title = "task 0"
        saving.commit_changes(session)
    assert seen == []


def test_a_row_that_is_gone_stops_the_whole_transaction(engine: Engine) -> None:
    _, second = made(engine, 2)
    with writing(engine) as session:
        for task in session.scalars(select(Task)):
            task.title = "changed"
        session.connection().execute(delete(Task).where(Task.id == second))
        with pytest.raises(StaleDataError, match="gone"):
            saving.commit_changes(session)
    assert titles(engine) == ["task 0", "task 1"]


def test_new_rows_and_changed_ones_are_committed_together(engine: Engine) -> None:
    made(engine, 1)
    now = datetime.now(UTC)
    with writing(engine) as session:
        session.scalars(select(Task)).one().title = "changed"
        session.add(Task(title="new", notes="", created_at=now, updated_at=now))
        saving.commit_changes(session)
    assert titles(engine) == ["changed", "new"]


def test_objects_keep_their_values_and_are_not_read_again(engine: Engine) -> None:
    made(engine, 1)
    with writing(engine) as session:
        task = session.scalars(select(Task)).one()
        task.title = "changed"
        saving.commit_changes(session)
    assert task.title == "changed"
    assert vars(task).keys() >= set(Task.__table__.columns.keys())
