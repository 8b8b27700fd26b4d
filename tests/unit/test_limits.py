"""What is planned with few descriptors, and how many lines a trouble may write."""

import logging

import pytest

from bridge.config.log_limit import MINUTE, MOST, LogLimit
from bridge.server.limits import BASE, MOST_CONNECTIONS, MOST_THREADS, PER_THREAD, plan


@pytest.mark.parametrize("descriptors", [64, 100, 128, 256, 1024, 4096])
def test_what_is_planned_fits_the_descriptors(descriptors):
    planned = plan(descriptors)
    assert BASE + planned.threads * PER_THREAD + planned.connections <= descriptors
    assert planned.threads >= 2


def test_with_many_descriptors_everything_is_as_large_as_it_gets():
    assert plan(4096) == type(plan(4096))(MOST_THREADS, MOST_CONNECTIONS)


class Limited:
    """A log whose clock is held."""

    def __init__(self):
        self.now, self.lines = 0.0, []
        self._limit = LogLimit(lambda: self.now)

    def say(self, said, level=logging.ERROR, name="bridge"):
        record = logging.LogRecord(name, level, "", 0, said, None, None)
        if self._limit.filter(record):
            self.lines.append(record.msg)


@pytest.fixture
def limited():
    return Limited()


def test_one_kind_of_trouble_writes_a_few_lines_a_minute_and_says_how_many_were_left_out(limited):
    for _ in range(MOST + 500):
        limited.say({"event": "engine_loop_failed"})
    assert len(limited.lines) == MOST
    limited.now += MINUTE
    limited.say({"event": "engine_loop_failed"})
    assert limited.lines[-1] == {"event": "engine_loop_failed", "left_out": 500}


def test_numbers_in_a_librarys_text_make_no_kind_of_their_own(limited):
    for number in range(MOST + 500):
        limited.say(f"Invalid request from ip=10.0.0.{number}: {number}", name="gunicorn.error")
    assert len(limited.lines) == MOST


def test_other_kinds_other_sheets_and_what_is_no_trouble_are_written(limited):
    for _ in range(MOST + 1):
        limited.say({"event": "queue_postponed", "sheet": "leads"})
    limited.say({"event": "queue_postponed", "sheet": "other"})
    limited.say({"event": "queue_paused", "sheet": "leads"})
    for _ in range(MOST * 2):
        limited.say({"event": "row_written"}, logging.INFO)
    assert len(limited.lines) == MOST + 2 + MOST * 2
