"""A person lets a sheet be looked at again at once."""

import pytest

from bridge.local_google.api.trouble import Fault
from task_api import tokens


@pytest.fixture
def linked(stack):
    """A stack with one lead linked, its script installed."""
    stack.install()
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.settle()
    return stack


def status(stack):
    return stack.get("/status")[0]


def test_what_passes_by_itself_keeps_its_time(linked):
    linked.google.trouble.fail(Fault(429, retry_after=60))
    linked.patch(1, status="DONE")
    linked.drain()
    before = status(linked)["not_before"]
    assert before
    assert "ends by itself; the next try is at" in linked.post_to("/sheets/leads/look").json()["done"]
    assert status(linked)["not_before"] == before


def test_a_sheet_that_is_not_there_is_named_and_who_may_only_look_presses_nothing(linked):
    answer = linked.post_to("/sheets/nowhere/look")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no sheet 'nowhere'; there is leads")
    with linked.runtime.writing() as session:
        reader = tokens.issue(session, "reader", ["tasks:read"])
        session.commit()
    linked.http.headers["Authorization"] = f"Bearer {reader}"
    assert linked.post_to("/sheets/leads/look").status_code == 403
