"""The clock: what lies in the future was stored before it was set back."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.clock import is_future, is_newer
from bridge.store import clock
from bridge.store.clock import StepBack

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("moment", "longest", "future"),
    [
        (None, timedelta(), False),
        (NOW, timedelta(), False),
        (NOW + timedelta(seconds=4), timedelta(), False),
        (NOW + timedelta(seconds=6), timedelta(), True),
        (NOW + MINUTE, MINUTE, False),
        (NOW + 2 * MINUTE, MINUTE, True),
    ],
)
def test_a_moment_is_of_the_future_when_nothing_is_planned_so_far_ahead(moment, longest, future):
    assert is_future(moment, NOW, longest) == future


@pytest.mark.parametrize(("minutes", "newer"), [(-3, False), (-1, True), (0, True), (1, False), (600, False)])
def test_what_was_agreed_in_the_future_is_not_newer_than_a_reading(minutes, newer):
    assert is_newer(NOW + minutes * MINUTE, NOW - 2 * MINUTE, NOW) == newer


def test_a_clock_that_was_set_back_is_noticed_once_and_one_set_ahead_is_not(monkeypatch):
    wall, steady = [NOW], [100.0]
    monkeypatch.setattr(clock.time, "monotonic", lambda: steady[0])
    step = StepBack(lambda: wall[0])
    steady[0], wall[0] = 130.0, NOW + timedelta(seconds=30)
    assert step.seconds == 0.0
    wall[0] = NOW - timedelta(seconds=210)
    assert step.seconds == 240.0
    step.forget()
    assert step.seconds == 0.0
    wall[0] = NOW + timedelta(days=1)
    assert step.seconds == 0.0
