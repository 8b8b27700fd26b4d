"""The page hears of changes by a stream; without one it asks, and nobody misses anything."""

from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import expect

from bridge.api.events import MOST_STREAMS
from tests.browser import browser
from tests.stack import eventually

STOP_TIMERS = "for (let id = setTimeout(() => 0); id > 0; id--) clearTimeout(id); window.setTimeout = () => 0"


def listening(stack):
    return stack.http.get(f"{stack.url}/events", stream=True, timeout=60)


def heard(lines):
    return next(line for line in lines if line.startswith(b"data:"))


@pytest.mark.fast
def test_the_page_shows_a_change_it_only_heard_of(stack, chromium):
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        expect(page.locator("#state")).to_have_class("fine")
        eventually(
            lambda: (seats := stack.app.extensions.get("event_streams")) and seats._value < MOST_STREAMS, "it listens"
        )
        page.evaluate(STOP_TIMERS)  # nothing is asked for by the clock any more
        stack.post_to("/tasks", title="Heard of")
        expect(page.get_by_role("heading", name="Heard of")).to_be_visible()


def test_a_page_without_a_seat_asks_and_shows_the_change_all_the_same(stack, chromium):
    with ExitStack() as open_ones:
        for _ in range(MOST_STREAMS):
            heard(open_ones.enter_context(closing(listening(stack))).iter_lines())
        with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
            expect(page.locator("#state")).to_have_class("fine")
            stack.post_to("/tasks", title="Asked for")
            expect(page.get_by_role("heading", name="Asked for")).to_be_visible()
