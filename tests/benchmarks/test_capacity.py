"""The simulation behind "How much it carries": what it counts must be what the pace grants."""

from random import Random

from tests.benchmarks.capacity import GOOD, PER_USER, TEAMS, busiest, day, most
from tests.benchmarks.measure import percentile

ONE, _, CALL_CENTRE = TEAMS


def test_a_sheet_of_its_own_hears_in_the_time_of_two_calls():
    load = day(ONE, 1, 300, Random(1))
    assert len(load.late) == ONE.new + ONE.patches
    assert percentile(load.late, 0.9) < 1


def test_no_minute_holds_more_calls_than_google_grants_however_many_sheets_there_are():
    load = day(CALL_CENTRE, 40, 300, Random(2))
    assert load.reads <= PER_USER
    assert load.writes <= PER_USER


def test_too_many_sheets_are_late_and_said_to_be_too_many():
    load = day(CALL_CENTRE, 40, 300, Random(2))
    assert percentile(load.late, 0.99) > GOOD
    assert not load.bears(300)


def test_every_change_is_written_once_also_those_that_waited_together():
    load = day(ONE, 20, 300, Random(3))
    assert len(load.late) == 20 * (ONE.new + ONE.patches)


def test_sheets_that_nobody_touches_still_cost_their_sweeps():
    load = day(ONE, 400, 300, Random(4))
    assert percentile(load.overdue, 0.5) > 60


def test_the_busiest_minute_is_any_minute_not_one_of_the_clock():
    assert busiest([0, 59, 61, 100, 118]) == 4
    assert busiest([]) == 0


def test_the_most_that_is_borne_is_found():
    assert [most(lambda count, limit=limit: count <= limit) for limit in (0, 1, 2, 7, 100)] == [0, 1, 2, 7, 100]
