"""A unit of work writes what was changed in few statements, and completely; whoever joined hears of its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from task_api.db import UnitOfWork
from task_api.models import Task


@pytest.fixture
def engine(app: Flask) -> Engine:
    found: Engine = app.extensions["database"]
    return found


@contextmanager
def writing(engine: Engine) -> Iterator[UnitOfWork]:
    with UnitOfWork(engine) as session:
        session.begin_write()
        yield session


def made(engine: Engine, count: int) -> list[int]:
    now = datetime.now(UTC)
    with writing(engine) as session:
        tasks = [Task(title=f"task {n}", notes="", created_at=now, updated_at=now) for n in range(count)]
        session.add_all(tasks)
        session.commit()
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
        session.commit()
    assert len(seen) == 1
    assert titles(engine) == [f"task {n} again" for n in range(50)]


def test_each_row_is_changed_in_its_own_columns_only(engine: Engine) -> None:
    made(engine, 2)
    with writing(engine) as session:
        first, second = session.scalars(select(Task).order_by(Task.id))
        first.notes, second.title = "noted", "renamed"
        session.commit()
    with Session(engine) as session:
        told = [(task.title, task.notes) for task in session.scalars(select(Task).order_by(Task.id))]
    assert told == [("task 0", "noted"), ("renamed", "")]


def test_what_was_set_to_what_it_was_is_not_written(engine: Engine) -> None:
    made(engine, 1)
    with updates(engine) as seen, writing(engine) as session:
        task = session.scalars(select(Task)).one()
        task.title, task.notes = "something else", ""
        task.title = "task 0"
        session.commit()
    assert seen == []


def test_a_row_that_is_gone_stops_the_whole_transaction(engine: Engine) -> None:
    _, second = made(engine, 2)
    with writing(engine) as session:
        for task in session.scalars(select(Task)):
            task.title = "changed"
        session.connection().execute(delete(Task).where(Task.id == second))
        with pytest.raises(StaleDataError):
            session.commit()
    assert titles(engine) == ["task 0", "task 1"]


def test_new_rows_and_changed_ones_are_committed_together(engine: Engine) -> None:
    made(engine, 1)
    now = datetime.now(UTC)
    with writing(engine) as session:
        session.scalars(select(Task)).one().title = "changed"
        session.add(Task(title="new", notes="", created_at=now, updated_at=now))
        session.commit()
    assert titles(engine) == ["changed", "new"]


def test_objects_keep_their_values_and_are_not_read_again(engine: Engine) -> None:
    made(engine, 1)
    with writing(engine) as session:
        task = session.scalars(select(Task)).one()
        task.title = "changed"
        session.commit()
    assert task.title == "changed"
    assert vars(task).keys() >= set(Task.__table__.columns.keys())


class Listener:
    """Who joins a transaction; notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def before_commit(self, session: UnitOfWork) -> None:
        assert isinstance(session, UnitOfWork)
        self.heard.append("before")

    def after_commit(self) -> None:
        self.heard.append("after")

    def forget(self) -> None:
        self.heard.append("forget")


def test_who_joined_hears_of_a_commit_before_and_after_it(engine: Engine) -> None:
    with UnitOfWork(engine, joined=(listener := Listener())) as session:
        session.begin_write()
        session.commit()
        assert listener.heard == ["before", "after"]


def test_who_joined_forgets_with_a_rollback(engine: Engine) -> None:
    with UnitOfWork(engine, joined=(listener := Listener())) as session:
        session.begin_write()
        session.rollback()
    assert set(listener.heard) == {"forget"}


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_the_next_writer_goes_on_when_a_unit_of_work_ends(engine: Engine, end: str) -> None:
    session = UnitOfWork(engine)
    session.begin_write()
    getattr(session, end)()
    with writing(engine) as other:
        assert other.scalars(select(Task)).all() == []
    session.close()


def test_what_fails_as_it_commits_lets_the_next_writer_go_on(engine: Engine) -> None:
    with writing(engine) as session:
        session.joined = Failing()
        with pytest.raises(ZeroDivisionError):
            session.commit()
    with writing(engine) as other:
        other.commit()


class Failing(Listener):
    """Fails inside the transaction."""

    def before_commit(self, session: UnitOfWork) -> None:
        super().before_commit(session)
        raise ZeroDivisionError
