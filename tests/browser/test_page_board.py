"""The board in a real browser: how each card stands with its row, making and changing tasks, finding them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import TITLE, UNREACHED, card, cell, column, edit, expect_in, signed_in
from tests.process.process import Local
from tests.stack import eventually


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A running product for the tests that use rows and tasks of their own."""
    with Local(tmp_path_factory.mktemp("board")) as running:
        yield running


@pytest.fixture
def page(shared, chromium):
    """The page, signed in by the printed address."""
    with signed_in(shared, chromium) as page:
        yield page


def lead(shared: Local, row: int, lead_id: str, name: str, status: str = "NEW") -> dict:
    """A lead typed by somebody, and the task it got."""
    edit(shared, f"Leads!A{row}:C{row}", [lead_id, name, status])
    return eventually(lambda: next(iter(shared.api("GET", f"/tasks?lead_id={lead_id}").json()), None))


def state(page: Page, name: str):
    return card(page, name).locator(".state")


def test_a_card_says_that_it_is_in_sync_and_leads_to_its_row(page, shared):
    lead(shared, 12, "b1", "Ines")
    expect(state(page, "Ines")).to_have_text("In sync")
    card(page, "Ines").get_by_role("link", name="Row 12").click()
    expect(page.locator("#where")).to_have_text("A12")
    expect(cell(page, "A12")).to_be_in_viewport()
    assert "row" not in page.url


@pytest.mark.fast
def test_a_card_says_why_its_cell_was_refused_and_when_it_is_mended(page, shared):
    lead(shared, 13, "b2", "Remy")
    edit(shared, "Leads!C13", ["WON"])
    expect(state(page, "Remy")).to_contain_text("'WON' is not known")
    edit(shared, "Leads!C13", ["NEW"])
    expect(state(page, "Remy")).to_have_text("In sync")


def test_a_task_without_a_row_says_so(page, shared):
    shared.api("POST", "/tasks", title=TITLE.format("Rowless"))
    expect(state(page, "Rowless")).to_have_text("No row")


def test_a_task_is_made_changed_archived_and_brought_back_in_the_dialog(page, shared):
    page.get_by_role("button", name="New task").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(TITLE.format("Dora"))
    dialog.get_by_label("Assignee").fill("sam")
    dialog.get_by_role("button", name="Save").click()
    expect_in(page, "Dora", "TODO")

    card(page, "Dora").get_by_role("button").click()
    dialog.get_by_label("Notes").fill("Two\nlines")
    dialog.get_by_label("Due").fill("2031-05-06")
    dialog.get_by_label("Assignee").fill("")
    dialog.get_by_label("Status").select_option("DONE")
    dialog.get_by_role("button", name="Save").click()
    expect_in(page, "Dora", "DONE")
    expect(card(page, "Dora").locator(".facts")).to_contain_text("due 2031-05-06")
    (task,) = [task for task in shared.api("GET", "/tasks").json() if task["title"] == TITLE.format("Dora")]
    assert (task["notes"], task["due"], task["assignee"]) == ("Two\nlines", "2031-05-06", None)

    card(page, "Dora").get_by_role("button").click()
    dialog.get_by_role("button", name="Archive").click()
    expect(card(page, "Dora")).to_have_count(0)
    page.get_by_label("Archived or not").select_option("archived")
    card(page, "Dora").get_by_role("button").click()
    dialog.get_by_role("button", name="Bring back").click()
    expect(card(page, "Dora")).to_have_count(0)
    page.get_by_label("Archived or not").select_option("")
    expect_in(page, "Dora", "DONE")


@pytest.mark.fast
def test_saving_a_task_that_changed_meanwhile_keeps_both_peoples_words(shared, chromium):
    with signed_in(shared, chromium, forgiven=UNREACHED) as page:
        task = shared.api("POST", "/tasks", title=TITLE.format("Both")).json()
        card(page, "Both").get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Notes").fill("mine")
        shared.api("PATCH", f"/tasks/{task['id']}", assignee="theirs")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Somebody else changed this task meanwhile")
        expect(dialog.get_by_label("Assignee")).to_have_value("theirs")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
        kept = shared.api("GET", f"/tasks/{task['id']}").json()
        assert (kept["notes"], kept["assignee"]) == ("mine", "theirs")


def test_cards_are_reached_and_moved_by_arrow_keys(page, shared):
    shared.api("POST", "/tasks", title=TITLE.format("Lower"))
    shared.api("POST", "/tasks", title=TITLE.format("Upper"))
    expect_in(page, "Upper", "TODO")
    upper, lower = (card(page, name).locator(".title") for name in ("Upper", "Lower"))
    upper.focus()
    page.keyboard.press("ArrowDown")
    expect(lower).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(upper).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect_in(page, "Upper", "IN_PROGRESS")
    expect(upper).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect_in(page, "Upper", "TODO")
    expect(card(page, "Upper")).to_have_attribute("aria-busy", "false")


def test_the_search_finds_by_title_lead_notes_and_assignee_and_says_when_nothing_fits(page, shared):
    lead(shared, 14, "b-77", "Quirin")
    shared.api("POST", "/tasks", title=TITLE.format("Zoe"), notes="likes Umbrellas", assignee="kim")
    expect_in(page, "Quirin", "TODO")
    search = page.get_by_label("Search tasks")
    for words, found, missed in (
        ("quir", "Quirin", "Zoe"),
        ("b-77", "Quirin", "Zoe"),
        ("zoe umbrella", "Zoe", "Quirin"),
        ("KIM", "Zoe", "Quirin"),
    ):
        search.fill(words)
        expect(card(page, missed)).to_have_count(0)
        expect(card(page, found)).to_be_visible()
    search.fill("nobody like this")
    expect(column(page, "TODO")).to_contain_text("No task here matches the search.")
    search.fill("")
    page.get_by_label("Assignee", exact=True).and_(page.locator("#filter select")).select_option("kim")
    expect(card(page, "Quirin")).to_have_count(0)
    expect(card(page, "Zoe")).to_be_visible()


def test_the_board_shows_only_what_is_overdue_or_not_in_sync_when_asked(page, shared):
    lead(shared, 15, "b8", "Fine")
    lead(shared, 16, "b9", "Troubled")
    edit(shared, "Leads!C16", ["WON"])
    shared.api("POST", "/tasks", title=TITLE.format("Late"), due="2020-01-01")
    expect(state(page, "Troubled")).to_contain_text("Refused")
    page.get_by_label("Sync", exact=True).select_option("out")
    expect(card(page, "Fine")).to_have_count(0)
    expect(card(page, "Troubled")).to_be_visible()
    page.get_by_label("Sync", exact=True).select_option("")
    page.get_by_label("Due", exact=True).and_(page.locator("#filter select")).select_option("over")
    expect(card(page, "Troubled")).to_have_count(0)
    expect(card(page, "Late")).to_be_visible()


def test_more_than_a_hundred_cards_of_a_column_come_a_portion_at_a_time(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium) as page:
        edit(product, "Leads!A2:C131", *([str(number), f"Many {number}", "NEW"] for number in range(1, 131)))
        expect(column(page, "TODO").locator(".count")).to_have_text("130")
        expect(column(page, "TODO").locator(".card")).to_have_count(100)
        page.get_by_role("button", name="Show 30 more").click()
        expect(column(page, "TODO").locator(".card")).to_have_count(130)
