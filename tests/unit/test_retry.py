"""Backoff and pace as values."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.backoff import LONGEST_WAIT, backoff
from bridge.store.quota import Pace

chances = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), chances)
def test_a_wait_is_at_least_half_its_step_and_never_beyond_the_cap(attempts, chance):
    step = min(LONGEST_WAIT, 2.0 ** min(attempts - 1, 20))
    assert step / 2 <= backoff(attempts, chance) <= LONGEST_WAIT


@given(st.integers(1, 50), chances, st.floats(0, 10_000))
def test_retry_after_is_never_shortened(attempts, chance, asked):
    assert backoff(attempts, chance, asked) >= asked


@given(st.lists(st.floats(0, 5), min_size=1, max_size=300))
def test_any_minute_sees_at_most_sixty_calls_and_the_first_is_at_once(pauses):
    pace, now, calls = Pace(), 0.0, []
    assert pace.wait(now) == 0
    for pause in pauses:
        now += max(pause, pace.wait(now + pause))
        pace = pace.taken(now)
        calls.append(now)
    assert all(sum(start <= call < start + 60 for call in calls) <= 60 for start in calls)


def test_debt_is_waited_out():
    assert Pace().taken(0.0, 15).wait(0.0) > 0
