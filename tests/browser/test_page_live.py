"""The page hears of changes by a stream, of which there are few; without one it asks, and nobody misses anything."""

import time
from contextlib import ExitStack, closing

import requests
from playwright.sync_api import expect

from bridge.api.events import LONGEST, MOST
from tests.browser import browser
from tests.stack import eventually

STOP_TIMERS = "for (let id = setTimeout(() => 0); id > 0; id--) clearTimeout(id); window.setTimeout = () => 0"


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
        for _ in range(MOST):
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
        stack.app.extensions["engine"].stop()
        began = time.monotonic()
        for _line in lines:  # to its end
            pass
        assert time.monotonic() - began < LONGEST - 2


def test_the_page_shows_a_change_it_only_heard_of(stack, chromium):
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        expect(page.locator("#state")).to_have_class("fine")
        eventually(lambda: (seats := stack.app.extensions.get("event_seats")) and seats._value < MOST, "it listens")
        page.evaluate(STOP_TIMERS)  # nothing is asked for by the clock any more
        stack.post_to("/tasks", title="Heard of")
        expect(page.get_by_role("heading", name="Heard of")).to_be_visible()


def test_a_page_without_a_seat_asks_and_shows_the_change_all_the_same(stack, chromium):
    with ExitStack() as open_ones:
        for _ in range(MOST):
            heard(open_ones.enter_context(closing(listening(stack))).iter_lines())
        with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
            expect(page.locator("#state")).to_have_class("fine")
            stack.post_to("/tasks", title="Asked for")
            expect(page.get_by_role("heading", name="Asked for")).to_be_visible()
