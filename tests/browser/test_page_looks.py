"""The page for everybody: axe-core finds nothing serious, the keyboard reaches everything, a phone shows it whole, and
it is light.
"""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser import browser
from tests.process.process import Local
from tests.typecheck.__main__ import HERE, install

LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}
UNREACHED = "Failed to load resource"


@pytest.fixture(scope="module")
def axe():
    """axe-core as text, of the exact version in package-lock.json."""
    install()
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def faults(page: Page, axe: str, leaving_out: str = "") -> list[str]:
    """What axe calls serious or critical, with the element."""
    page.evaluate(axe)
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
    wanted = json.dumps({"exclude": [leaving_out]} if leaving_out else {"include": ["html"]})
    found = page.evaluate(f"axe.run({wanted}, {{resultTypes: ['violations']}})")["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in serious for node in one["nodes"]]


def lively(stack):
    """A lead in sync, one refused, a task without a row."""
    stack.edit("Leads!A2:C3", ["1", "Ada", "NEW"], ["2", "Bob", "NEW"])
    stack.sweep()
    stack.edit("Leads!C3", ["WON"])
    stack.sweep()
    stack.post_to("/tasks", title="Alone", due="2020-01-01", assignee="sam")


@pytest.mark.parametrize("look", [pytest.param("light", marks=pytest.mark.fast), "dark", "phone"])
def test_axe_finds_nothing_serious_on_the_open_page(stack, chromium, axe, look):
    lively(stack)
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}", **LOOKS[look]) as page:
        page.locator("#health summary").click()
        page.locator("#story summary").click()
        expect(page.locator("#story tbody tr").first).to_be_visible()
        expect(page.locator(".state.refused")).to_be_visible()
        expect(page.locator("#needs li").first).to_be_visible()
        assert faults(page, axe) == []
        page.get_by_role("button", name="New task").click()
        assert faults(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_where_one_signs_in(stack, chromium, axe, look):
    with browser.opened(chromium, stack.url, forgiven=UNREACHED, **LOOKS[look]) as page:
        expect(page.get_by_label("API token")).to_be_focused()
        assert faults(page, axe) == []


def test_axe_finds_nothing_serious_beside_the_local_sheet(tmp_path, chromium, axe):
    with Local(tmp_path) as product, browser.opened(chromium, f"{product.url}/#token={product.token}") as page:
        expect(page.locator("#sheet td").first).to_be_visible()
        assert faults(page, axe, leaving_out="#sheet") == []  # the grid's own table is not ours


def test_axe_does_find_a_fault_that_is_there(stack, chromium, axe):
    with browser.opened(chromium, stack.url, forgiven=UNREACHED) as page:
        page.evaluate("document.querySelector('h2').insertAdjacentHTML('afterend', '<button></button>')")
        assert any(fault.startswith("button-name") for fault in faults(page, axe))


@pytest.mark.fast
def test_the_keyboard_alone_signs_in_opens_a_task_changes_it_and_comes_back(stack, chromium):
    stack.post_to("/tasks", title="Reach me")
    with browser.opened(chromium, stack.url, forgiven=UNREACHED) as page:
        expect(page.get_by_label("API token")).to_be_focused()
        page.keyboard.type(stack.token)
        page.keyboard.press("Enter")
        title = page.locator(".card .title")
        expect(title).to_be_visible()
        for _ in range(20):
            page.keyboard.press("Tab")
            if title.evaluate("one => one === document.activeElement"):
                break
        expect(title).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog").get_by_label("Title")).to_be_focused()
        page.keyboard.type("Reached")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Reached")).to_be_visible()
        expect(title).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(title).to_be_focused()


def test_the_whole_page_without_the_local_sheet_is_under_100_kilobytes_and_loads_no_grid(stack, chromium):
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        expect(page.locator("#state")).to_have_class("fine")
        sizes = page.evaluate(
            """Object.fromEntries([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .map(loaded => [new URL(loaded.name).pathname, loaded.decodedBodySize]))"""
        )
        assert not [name for name in sizes if "vendor" in name]
        assert {"/", "/static/main.js", "/static/page.css"} <= sizes.keys()
        assert sum(sizes.values()) < 100_000
