"""The page in a real browser: what a newcomer does first, with nothing but the printed address."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.process import Local
from tests.setup import browser

expect.set_options(timeout=20_000)  # milliseconds; it polls, so a quick machine waits no longer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with Local(tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=browser(), args=ARGUMENTS)
        yield instance
        instance.close()


@pytest.fixture
def page(tmp_path, chromium):
    """The page, signed in by the printed address; anything the browser complains of fails the test."""
    with Local(tmp_path) as product:
        yield from signed_in(product, chromium)


def signed_in(product, chromium):
    opened = chromium.new_page(viewport={"width": 1360, "height": 800})
    complaints: list[str] = []
    opened.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(f"{product.url}/#token={product.token}")
    expect(opened.locator("#state")).to_have_class("fine")
    yield opened
    opened.close()
    assert complaints == []


def cell(page: Page, name: str):
    """A cell of the grid, by its name in the sheet."""
    column, row = ord(name[0]) - 65, int(name[1:]) - 1
    return page.locator(f"#sheet td[data-x='{column}'][data-y='{row}']")


def type_row(page: Page, name: str, *values: str) -> None:
    """Click a cell and type along the row, as one does."""
    cell(page, name).click()
    for value in values:
        page.keyboard.type(value)
        page.keyboard.press("Tab")


def card(page: Page, title: str):
    return page.locator(".card", has_text=title)


def column_of(page: Page, title: str):
    return page.locator(".column", has=card(page, title))


def test_typing_a_lead_makes_its_card_and_its_task_id_comes_to_stand_in_the_row(page):
    type_row(page, "A2", "12", "Vikram", "NEW")
    expect(card(page, "Follow up: Vikram")).to_be_visible()
    expect(column_of(page, "Follow up: Vikram")).to_have_attribute("data-status", "TODO")
    expect(cell(page, "D2")).to_have_text("1")

    cell(page, "C2").dblclick()
    page.keyboard.press("Control+a")
    page.keyboard.type("CONTACTED")
    page.keyboard.press("Enter")
    expect(column_of(page, "Vikram")).to_have_attribute("data-status", "IN_PROGRESS")

    card(page, "Vikram").drag_to(page.locator(".column[data-status=DONE]"))
    expect(cell(page, "C2")).to_have_text("QUALIFIED")

    card(page, "Vikram").locator("select").select_option("TODO")
    expect(cell(page, "C2")).to_have_text("NEW")


def test_a_pasted_block_makes_a_card_each_and_undo_takes_the_cells_back(page):
    cell(page, "A5").click()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text/plain', '21\\tAnn\\tNEW\\n22\\tBob\\tLOST\\n23\\tCyd\\tCONTACTED');
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); }"""
    )
    for name, status in (("Ann", "TODO"), ("Bob", "DONE"), ("Cyd", "IN_PROGRESS")):
        expect(column_of(page, f"Follow up: {name}")).to_have_attribute("data-status", status)
    cell(page, "F9").click()
    page.keyboard.type("a remark")
    page.keyboard.press("Enter")
    expect(cell(page, "F9")).to_have_text("a remark")
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "F9")).to_have_text("")


def test_rows_are_inserted_sorted_and_deleted_from_the_menu_and_every_lead_keeps_its_task(page):
    type_row(page, "A10", "31", "Zoe", "NEW")
    expect(card(page, "Follow up: Zoe")).to_be_visible()
    cell(page, "B10").click(button="right")
    page.get_by_text("Insert row above").click()
    expect(cell(page, "B11")).to_have_text("Zoe")
    cell(page, "B2").click(button="right")
    page.get_by_text("Sort sheet Z").click()
    expect(cell(page, "B2")).to_have_text("Zoe")
    card(page, "Zoe").locator("select").select_option("DONE")
    expect(cell(page, "C2")).to_have_text("QUALIFIED")
    cell(page, "B2").click(button="right")
    page.get_by_text("Delete selected rows").click()
    expect(cell(page, "B2")).not_to_have_text("Zoe")


def test_without_a_token_the_page_shows_nothing_and_asks_for_one(chromium, product):
    page = chromium.new_page()
    page.goto(product.url)
    expect(page.get_by_label("API token")).to_be_visible()
    expect(page.locator("#main")).to_be_hidden()
    page.get_by_label("API token").fill("lb_wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#sign-in-why")).to_contain_text("not valid")
    page.get_by_label("API token").fill(product.token)
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#board")).to_be_visible()
    page.close()


def test_the_token_leaves_the_address_bar(page):
    assert "token" not in page.url


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [("light", (1360, 800), "light"), ("dark", (1360, 800), "dark"), ("phone", (390, 844), "light")],
)
def test_nothing_is_wider_than_the_window_in_any_look(chromium, product, name, size, scheme):
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(f"{product.url}/#token={product.token}")
    expect(page.locator("#state")).to_have_class("fine")
    expect(page.locator("#board")).to_be_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(1500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()
