"""What needs a person, on the page: where it is to be seen, and the button that resolves it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import browser
from tests.stack import eventually


@pytest.fixture
def linked(stack):
    """A stack with one lead linked, its script installed."""
    stack.install()
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.settle()
    return stack


def status(stack):
    return stack.get("/status")[0]


def paused(stack):
    """The sheet is no longer shared, and the bridge has noticed."""
    stack.google.trouble.unshared = True
    stack.patch(1, status="DONE")
    eventually(lambda: status(stack)["problem"])
    eventually(lambda: status(stack)["not_before"])


def test_a_paused_sheet_is_opened_mended_and_looked_at_again_by_one_press(linked, chromium):
    paused(linked)
    with browser.opened(chromium, f"{linked.url}/#token={linked.token}") as page:
        need = page.locator("#needs li.paused")
        expect(need).to_contain_text("share it with")
        address = f"https://docs.google.com/spreadsheets/d/{linked.google.book.id}/edit#gid=0"
        expect(need.get_by_role("link", name="Open the sheet")).to_have_attribute("href", address)
        linked.google.trouble.unshared = False
        need.get_by_role("button", name="Look again now").click()
        expect(page.locator("#needs li.paused")).to_have_count(0)
    eventually(lambda: linked.cell("C2") == "QUALIFIED")
    assert status(linked)["problem"] is None


def test_a_refused_cell_leads_to_its_row(linked, chromium):
    linked.edit("C2", ["WON"])
    linked.settle()
    with browser.opened(chromium, f"{linked.url}/#token={linked.token}") as page:
        row = page.locator("#needs li.refused").get_by_role("link", name="Row 2")
        expect(row).to_have_attribute("href", re.compile("/edit#gid=0&range=A2$"))


def test_a_held_column_is_told_and_approved_by_one_press(stack, chromium):
    stack.edit("A2:C11", *([n, f"Lead {n}", "CONTACTED"] for n in range(1, 11)))
    stack.sweep()
    stack.edit("C1", ["status 2025"])
    stack.edit("E1", ["status"])
    stack.sweep()
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        need = page.locator("#needs li.column")
        expect(need).to_contain_text("Another column status: 10 rows would change at once")
        need.get_by_role("button", name="The new column is right").click()
        expect(need).to_have_count(0)
    stack.settle()
    assert {task["status"] for task in stack.tasks()} == {"TODO"}
