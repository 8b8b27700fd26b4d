"""The health pane: numbers, and why a sheet is paused."""

from playwright.sync_api import expect

from tests.browser import browser
from tests.stack import eventually


def ada(stack):
    stack.edit("Leads!A2:C2", ["1", "Ada", "NEW"])
    stack.sweep()


def test_the_health_pane_shows_numbers_then_why_a_sheet_is_paused(stack, chromium):
    ada(stack)
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        page.get_by_text("Health of the sheets").click()
        sheet = page.locator("#health .sheet-state")
        expect(sheet).to_contain_text("Sheet “leads”")
        expect(sheet).to_contain_text("writes in the last minute, of 60 each:")
        expect(sheet).to_contain_text("to compare everything, 1 to write cells")
        expect(sheet).to_contain_text("none, nothing waits")
        stack.google.trouble.unshared = True
        stack.patch(1, status="DONE")
        eventually(lambda: stack.get("/status")[0]["problem"])
        expect(sheet.locator("dd.wrong", has_text="is not shared with")).to_contain_text("tried again at")
        expect(sheet).to_contain_text("Waiting to be written1")
        stack.google.trouble.unshared = False
