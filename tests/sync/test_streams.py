"""A stream tells pages that something changed: few streams at a time, and nothing of what changed."""

import time
from contextlib import ExitStack, closing

import pytest
import requests

from bridge.api.events import LONGEST, MOST_STREAMS
from tests.stack import eventually

pytestmark = pytest.mark.engine


def listening(stack):
    return stack.http.get(f"{stack.url}/events", stream=True, timeout=60)


def heard(lines):
    return next(line for line in lines if line.startswith(b"data:"))


def test_a_stream_tells_of_a_commit_at_once_and_says_nothing_of_it(stack):
    with closing(listening(stack)) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert heard(lines) == b"data: here"
        stack.post_to("/tasks", title="secret")
        assert heard(lines) == b"data: changed"


def test_streams_leave_threads_for_everybody_else_and_a_seat_is_free_again_when_a_page_goes(stack):
    with ExitStack() as open_ones:
        for _ in range(MOST_STREAMS):
            heard(open_ones.enter_context(closing(listening(stack))).iter_lines())
        assert listening(stack).status_code == 204
        assert stack.tasks() == []

    def seated():
        with closing(listening(stack)) as answer:
            return answer.status_code == 200

    eventually(seated)


def test_a_stream_needs_the_right_to_read(stack):
    assert requests.get(f"{stack.url}/events", timeout=60).status_code == 401


def test_a_stopping_bridge_does_not_wait_for_its_listeners(stack):
    stack.settle()
    with closing(listening(stack)) as answer:
        lines = answer.iter_lines()
        heard(lines)
        stack.runtime.engine.stop()
        began = time.monotonic()
        for _line in lines:  # to its end
            pass
        assert time.monotonic() - began < LONGEST - 2
