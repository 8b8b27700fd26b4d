"""The history pane: filtered by lead, person and way, with older changes on demand."""

from playwright.sync_api import Page, expect

from tests.browser import browser


def told(stack):
    """Two leads from the sheet, and one change by a program."""
    stack.edit("Leads!A2:C3", ["1", "Ada", "NEW"], ["2", "Bob", "NEW"])
    stack.sweep()
    stack.patch(2, status="IN_PROGRESS")
    stack.settle()


def lines(page: Page):
    return page.locator("#story tbody tr")


def test_the_history_is_narrowed_by_lead_person_way_and_fate(stack, chromium):
    told(stack)
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        page.locator("#story summary").click()
        mine = lines(page).filter(has_text="NEW → CONTACTED")
        expect(mine).to_contain_text("task → sheet")
        expect(mine).to_contain_text("applied")
        everything = lines(page).count()
        assert everything >= 3
        page.get_by_label("Direction").select_option("task")
        expect(lines(page)).to_have_count(1)
        page.get_by_label("Direction").select_option("")
        expect(lines(page)).to_have_count(everything)
        page.get_by_label("Who").fill("LOCAL")
        expect(lines(page)).to_have_count(1)
        page.get_by_label("Who").fill("%")
        expect(page.get_by_text("No change matches.")).to_be_visible()
        page.get_by_label("Who").fill("")
        page.locator("#story").get_by_label("Lead", exact=True).fill("1")
        expect(page.locator("#story .whose")).to_have_text("of lead 1")
        expect(lines(page).filter(has_text="CONTACTED")).to_have_count(0)
        page.get_by_label("Outcome").select_option("refused")
        expect(lines(page)).to_have_count(0)


def test_older_changes_come_when_asked_for(stack, chromium):
    told(stack)
    for number in range(60):
        stack.patch(1, assignee=f"sam {number}")
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        page.locator("#story summary").click()
        expect(lines(page)).to_have_count(50)
        page.get_by_role("button", name="Older").click()
        expect(lines(page).filter(has_text="sam 0 → sam 1")).to_have_count(1)
        expect(page.get_by_role("button", name="Older")).to_be_hidden()


def test_the_history_of_a_lead_is_reached_from_its_card(stack, chromium):
    told(stack)
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        page.locator(".card", has_text="Bob").locator(".title").click()
        page.get_by_role("link", name="History of this lead").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.locator("#story .whose")).to_have_text("of lead 2")
        expect(lines(page).filter(has_text="NEW → CONTACTED")).to_have_count(1)


def test_what_has_changed_since_is_undone_only_when_the_person_says_so_again(stack, chromium):
    told(stack)
    stack.patch(2, status="DONE")
    stack.settle()
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}", forgiven=r"409") as page:
        page.locator("#story summary").click()
        older = lines(page).filter(has_text="NEW → CONTACTED")
        older.get_by_role("button", name="Undo status of lead 2").click()
        older.get_by_role("button", name="Undo anyway").click()
        expect(lines(page).filter(has_text="QUALIFIED → NEW")).to_have_count(1)
    assert stack.task(2)["status"] == "TODO"


def test_what_is_far_back_is_found_by_looking_further(stack, chromium, monkeypatch):
    monkeypatch.setattr("bridge.api.changes.SEARCHED", 20)
    told(stack)
    for number in range(130):
        stack.patch(1, assignee=f"sam {number}")
    with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
        page.locator("#story summary").click()
        page.get_by_label("Who").fill("sweep")
        expect(page.get_by_text("No match among the newest changes. Older searches further.")).to_be_visible()
        page.get_by_role("button", name="Older").click()
        expect(page.get_by_text("No match among the newest")).to_be_visible()
        page.get_by_role("button", name="Older").click()
        expect(lines(page).filter(has_text="sweep:leads")).not_to_have_count(0)
        expect(page.get_by_role("button", name="Older")).to_be_hidden()
        expect(page.get_by_text("No match among the newest")).to_be_hidden()
