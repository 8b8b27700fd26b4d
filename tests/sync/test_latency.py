"""The numbers behind the health pane: how late changes arrive, and how many calls Google counted."""

import pytest

from bridge.reports.latency import percentile


def ada(stack):
    stack.edit("Leads!A2:C2", ["1", "Ada", "NEW"])
    stack.sweep()


def test_the_lag_is_told_of_changes_that_travelled_and_of_what_waits(stack):
    ada(stack)
    assert stack.get("/status")[0]["lag"] == {"now": None, "p95": None, "of": 0}
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    stack.patch(1, assignee="sam")  # this sheet has no column for it: it is nowhere to travel
    stack.settle()
    lag = stack.get("/status")[0]["lag"]
    assert (lag["now"], lag["of"]) == (None, 1)
    assert 0 < lag["p95"] < 10

    stack.google.trouble.unshared = True
    stack.patch(1, status="DONE")
    stack.later(100)
    assert 90 < stack.get("/status")[0]["lag"]["now"] < 130
    stack.google.trouble.unshared = False


def test_calls_are_told_by_kind_for_the_last_minute(stack):
    ada(stack)
    before = stack.get("/status")[0]["calls"]
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    after = stack.get("/status")[0]["calls"]
    assert (after["write"] - before["write"], after["budget"]) == (1, 60)
    assert after["read"] > before["read"]
    assert before["by"].keys() == {"compare", "write"}
    assert {name: count - before["by"].get(name, 0) for name, count in after["by"].items()} == {
        "compare": 0,
        "look": 1,
        "write": 1,
    }
    assert sum(after["by"].values()) == after["read"] + after["write"]


def test_calls_older_than_a_minute_are_forgotten(stack):
    ada(stack)
    calls = stack.get("/status")[0]["calls"]
    assert calls["read"] > 0
    assert calls["left"] == {"read": 60 - calls["read"], "write": 60 - calls["write"]}
    stack.later(61)
    calls = stack.get("/status")[0]["calls"]
    assert (calls["read"], calls["write"], calls["left"]) == (0, 0, {"read": 60, "write": 60})


@pytest.mark.parametrize(("values", "expected"), [([], None), ([3.0], 3.0), ([float(n) for n in range(100)], 94.0)])
def test_of_a_hundred_values_the_95th_is_what_95_do_not_exceed(values, expected):
    assert percentile(values, 0.95) == expected
