"""What needs a person, on the page: where it is to be seen, and the button that resolves it."""

import re

import pytest
from playwright.sync_api import expect

from bridge.local_google.trouble import Fault
from task_api import tokens
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


def test_what_passes_by_itself_keeps_its_time(linked):
    linked.google.trouble.fail(Fault(429, retry_after=60))
    linked.patch(1, status="DONE")
    before = eventually(lambda: status(linked)["not_before"])
    assert "passes by itself; tried again at" in linked.post_to("/sheets/leads/look").json()["done"]
    assert status(linked)["not_before"] == before


def test_a_sheet_that_is_not_there_is_named_and_who_may_only_look_presses_nothing(linked):
    answer = linked.post_to("/sheets/nowhere/look")
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no sheet 'nowhere'; there is leads")
    with linked.runtime.writing() as session:
        reader = tokens.issue(session, "reader", ["tasks:read"])
        session.commit()
    linked.http.headers["Authorization"] = f"Bearer {reader}"
    assert linked.post_to("/sheets/leads/look").status_code == 403
