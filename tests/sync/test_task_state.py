"""How each task stands with its row, as the board is told."""

from datetime import UTC, datetime

import pytest
import requests

from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.reports.task_state import state_of
from bridge.store.models import Link


def test_states_are_asked_for_by_at_most_a_thousand_numbers_and_told_once(stack):
    stack.edit("Leads!A2:C2", ["1", "Ada", "NEW"])
    stack.sweep()
    (one,) = stack.get("/states", tasks="1,99")
    assert (one["task_id"], one["state"], one["row"]) == (1, "in_sync", 2)
    assert one["link"].startswith(f"https://docs.google.com/spreadsheets/d/{stack.google.book.id}/edit#gid=")
    assert one["link"].endswith("&range=A2")
    first = stack.http.get(f"{stack.url}/states?tasks=1", timeout=60)
    known = {"If-None-Match": first.headers["ETag"]}
    assert stack.http.get(f"{stack.url}/states?tasks=1", headers=known, timeout=60).status_code == 304
    for wrong in ("x", "1;2", ",".join(["1"] * 1001), "9" * 30):
        assert stack.http.get(f"{stack.url}/states", params={"tasks": wrong}, timeout=60).status_code == 422
    assert requests.get(f"{stack.url}/states", timeout=60).status_code == 401


def test_a_write_that_cannot_leave_waits_and_is_listed_as_out_of_sync(stack):
    stack.edit("Leads!A2:C3", ["1", "Ada", "NEW"], ["2", "Bob", "NEW"])
    stack.sweep()
    assert stack.get("/states") == []
    stack.google.trouble.unshared = True
    stack.patch(1, status="DONE")
    stack.drain()
    (waiting,) = stack.get("/states")
    assert (waiting["task_id"], waiting["state"]) == (1, "waiting")
    stack.google.trouble.unshared = False


@pytest.mark.parametrize(
    ("marks", "state", "why"),
    [
        ({}, "in_sync", ""),
        ({"wanted": 1}, "waiting", ""),
        ({"wanted": 1, "conflicts": {"status": "the sheet won"}}, "conflict", "status: the sheet won"),
        ({"conflicts": {"notes": "x"}, "unread": {"due": "no date"}}, "refused", "due: no date"),
        ({"refused": {"status": RefusedWrite("NEW", RefusedBy.CELL, "a formula")}}, "refused", "status: a formula"),
        ({"gone_at": datetime.now(UTC)}, "gone", "the row is not in the sheet any more"),
        ({"wanted": 1, "failed_at": datetime.now(UTC), "error": "no such word"}, "failed", "no such word"),
    ],
)
def test_a_link_stands_as_the_worst_of_its_marks(marks, state, why):
    nothing = {"wanted": 0, "written": 0, "unread": {}, "refused": {}, "conflicts": {}, "row_pending": False}
    found = state_of(Link(task_id=7, sheet="leads", row=3, **nothing | marks))
    assert (found.task_id, found.state, found.why) == (7, state, why)
    assert found.row == (None if state == "gone" else 3)
