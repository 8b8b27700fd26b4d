"""What a transaction notes of the history becomes part of it as the transaction commits, and only then."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.store.history import By, note_life
from bridge.store.models import ActorKind, Change, Link
from bridge.sync.undo import ChangedSince, undo
from task_api.actor import Actor
from tests.stack import Stack


def note(session: Session, field: str) -> None:
    link = session.scalars(select(Link)).one()
    note_life(session, link, field, None, "noted", By(Actor(ActorKind.TOKEN, "tests"), datetime.now(UTC)), "a test")


def noted(stack: Stack) -> list[str]:
    with stack.runtime.session() as session:
        return list(session.scalars(select(Change.field).where(Change.rule == "a test").order_by(Change.id)))


@pytest.mark.both
def test_entries_come_in_the_order_in_which_they_were_noted(linked: Stack) -> None:
    with linked.runtime.writing() as session:
        for field in "second", "first", "third":
            note(session, field)
        session.commit()
    assert noted(linked) == ["second", "first", "third"]


@pytest.mark.parametrize("end", ["rollback", "close"])
@pytest.mark.both
def test_what_was_noted_is_forgotten_with_its_transaction(linked: Stack, end: str) -> None:
    with linked.runtime.writing() as session:
        note(session, "dropped")
        getattr(session, end)()
        session.begin_write()
        note(session, "kept")
        session.commit()
    assert noted(linked) == ["kept"]


@pytest.mark.both
def test_a_transaction_that_undoes_sees_what_it_has_noted_itself(linked: Stack) -> None:
    linked.patch(linked.tasks()[0]["id"], status="DONE")
    linked.settle()
    with linked.runtime.writing() as session:
        last = session.scalars(select(Change.id).where(Change.field == "status").order_by(Change.id.desc())).first()
        assert last is not None
        undo(session, linked.runtime, last, "tests")
        with pytest.raises(ChangedSince, match="has changed since"):
            undo(session, linked.runtime, last, "tests")


def test_a_field_that_the_sheet_has_never_shown_is_put_back_at_once(linked: Stack) -> None:
    linked.patch(1, notes="call back")
    undone = linked.post_to(f"/changes/{linked.changes(1)[0]['id']}/undo")
    before = "Auto-created from Sheets"
    assert (undone.status_code, linked.task(1)["notes"]) == (200, before)
    said = [(one["new"], one["state"]) for one in linked.changes(1)]
    assert said[:2] == [(before, "applied"), ("call back", "applied")]


@pytest.mark.parametrize("at", ["1767225600", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "yesterday"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_a_moment_that_is_none_is_refused_by_its_name(stack, name, at):
    answer = stack.http.get(f"{stack.url}/changes", params={name: at}, timeout=60)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)
