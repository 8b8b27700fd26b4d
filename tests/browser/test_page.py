"""The page in a real browser: what a newcomer does first, with nothing but the printed address."""

import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser import browser
from tests.process.process import Local
from tests.stack import eventually

TITLE = "Follow up: {}"
UNREACHED = "Failed to load resource"  # how Chromium reports every answer from 400 up, and none


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A running product for the tests that use rows and tasks of their own."""
    with Local(tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture
def page(shared, chromium):
    """The page, signed in by the printed address."""
    with signed_in(shared, chromium) as page:
        yield page


@contextmanager
def signed_in(product: Local, chromium, **settings: Any):
    with browser.opened(chromium, f"{product.url}/#token={product.token}", **settings) as page:
        expect(page.locator("#state")).to_have_class("fine")
        expect(cell(page, "A1")).to_have_text("id")
        yield page


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


def retype(page: Page, name: str, value: str) -> None:
    """Choose a cell and type over what stands there."""
    cell(page, name).click()
    page.keyboard.type(value)
    page.keyboard.press("Enter")


def paste(page: Page, name: str, *rows: str) -> None:
    """Paste rows of tab-separated cells at a cell, as the clipboard gives them."""
    cell(page, name).click()
    paste_here(page, "\r\n".join(rows) + "\r\n")


def paste_here(page: Page, text: str) -> None:
    """Paste where the focus is."""
    page.evaluate(
        """text => { const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', text);
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true})); }""",
        text,
    )


def card(page: Page, name: str):
    return page.locator(".card", has=page.get_by_role("heading", name=TITLE.format(name), exact=True))


def column(page: Page, status: str):
    return page.locator(f".column[data-status={status}]")


def expect_in(page: Page, name: str, status: str) -> None:
    expect(column(page, status).locator(".card h4", has_text=TITLE.format(name))).to_be_visible()


def edit(product: Local, where: str, *rows: list[str]) -> None:
    """An edit by somebody who has the same sheet open."""
    answer = requests.post(f"{product.url}/local/edit", json={"range": where, "values": rows}, timeout=60)
    assert answer.status_code == 200, answer.text


def dragged(page: Page, name: str, status: str) -> bool:
    """Drag the card there; on a busy machine the mouse may be quicker than the page, and it is dragged again."""
    card(page, name).drag_to(column(page, status))
    try:
        expect(column(page, status).locator(".card h4", has_text=TITLE.format(name))).to_have_count(1, timeout=500)
    except AssertionError:
        return False
    return True


@pytest.mark.fast
def test_a_typed_lead_becomes_a_card_and_both_follow_each_other(page, shared):
    type_row(page, "A2", "12", "Vikram", "NEW")
    expect_in(page, "Vikram", "TODO")
    (task,) = shared.api("GET", "/tasks?lead_id=12").json()
    expect(cell(page, "D2")).to_have_text(str(task["id"]))

    retype(page, "C2", "CONTACTED")
    expect_in(page, "Vikram", "IN_PROGRESS")
    expect(card(page, "Vikram").locator(".state")).to_have_text("In sync")

    eventually(lambda: dragged(page, "Vikram", "DONE"), "the card lies where it was dragged")
    expect(cell(page, "C2")).to_have_text("QUALIFIED")

    card(page, "Vikram").locator("select").select_option("TODO")
    expect(cell(page, "C2")).to_have_text("NEW")


@pytest.mark.fast
def test_a_pasted_block_makes_a_card_each_and_undo_takes_the_cells_back(page):
    paste(page, "A5", "21\tAnn\tNEW", "22\tBob\tLOST", "23\tCyd\tCONTACTED")
    for name, status in (("Ann", "TODO"), ("Bob", "DONE"), ("Cyd", "IN_PROGRESS")):
        expect_in(page, name, status)
    retype(page, "F9", "a remark")
    expect(cell(page, "F9")).to_have_text("a remark")
    page.keyboard.press("Control+z")
    expect(cell(page, "F9")).to_have_text("")
    page.get_by_role("button", name="Redo").click()
    expect(cell(page, "F9")).to_have_text("a remark")


def test_a_block_larger_than_the_grid_is_pasted_whole_and_rows_move_with_their_tasks(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium) as page:
        paste(page, "A2", *(f"{number}\tLead {number}\tNEW" for number in range(101, 221)))
        expect(column(page, "TODO").locator(".count")).to_have_text("120", timeout=60_000)
        expect(cell(page, "B121")).to_have_text("Lead 220")
        expect(cell(page, "A150")).to_be_attached()
        cell(page, "B2").click(button="right")
        page.get_by_text("Insert row above").click()
        expect(cell(page, "B3")).to_have_text("Lead 101")
        cell(page, "B3").click(button="right")
        page.get_by_text("Sort sheet Z → A").click()
        expect(cell(page, "B2")).to_have_text("Lead 220")
        card(page, "Lead 220").locator("select").select_option("DONE")
        expect(cell(page, "C2")).to_have_text("QUALIFIED")
        cell(page, "B2").click()
        page.get_by_role("button", name="Delete row").click()
        expect(cell(page, "B2")).to_have_text("Lead 219")


def test_a_change_from_elsewhere_leaves_the_cell_being_typed_alone(page, shared):
    edit(shared, "Leads!A15:C15", ["41", "Eve", "NEW"])
    expect_in(page, "Eve", "TODO")
    cell(page, "F16").dblclick()
    page.keyboard.type("half a re")
    edit(shared, "Leads!F15:F16", ["Eva's"], ["somebody else's"])
    expect(cell(page, "F15")).to_have_text("Eva's")
    page.keyboard.type("mark")
    page.keyboard.press("Enter")
    expect(cell(page, "F16")).to_have_text("half a remark")
    eventually(lambda: "half a remark" in requests.get(f"{shared.url}/local/grid", timeout=60).text)


def test_a_formula_shows_its_result_and_is_edited_as_a_formula(page):
    formula = '=HYPERLINK("https://example.com", "site")'
    retype(page, "F20", formula)
    shown = cell(page, "F20")
    expect(shown).not_to_contain_text("HYPERLINK")
    shown.click()
    expect(page.locator("#content")).to_have_text(formula)
    shown.dblclick()
    expect(shown.locator("input")).to_have_value(formula)
    page.keyboard.press("Enter")
    expect(shown).not_to_contain_text("HYPERLINK")


def test_an_edit_the_sheet_refuses_is_explained_and_the_cell_shows_what_is(shared, chromium):
    with signed_in(shared, chromium, forgiven=UNREACHED) as page:
        refusal = {"error": {"message": "It is protected."}}
        page.route("**/local/edit", lambda route: route.fulfill(status=400, json=refusal))
        retype(page, "A25", "lost")
        expect(page.get_by_text("It is protected.")).to_be_visible()
        expect(cell(page, "A25")).to_have_text("")


def test_a_move_of_a_card_that_changed_meanwhile_is_not_made_and_said(shared, chromium):
    with signed_in(shared, chromium, forgiven=UNREACHED) as page:
        task = shared.api("POST", "/tasks", title=TITLE.format("Ida")).json()
        expect_in(page, "Ida", "TODO")
        page.route("**/tasks?*", lambda route: route.abort())  # the page does not hear of the next change
        shared.api("PATCH", f"/tasks/{task['id']}", status="DONE")
        card(page, "Ida").locator("select").select_option("IN_PROGRESS")
        expect(page.get_by_text("your move was not made")).to_be_visible()
        expect_in(page, "Ida", "DONE")
        assert shared.api("GET", f"/tasks/{task['id']}").json()["status"] == "DONE"


def test_an_archived_task_leaves_the_board_and_a_restored_one_comes_back(page, shared):
    task = shared.api("POST", "/tasks", title=TITLE.format("Max")).json()
    expect_in(page, "Max", "TODO")
    shared.api("DELETE", f"/tasks/{task['id']}")
    expect(card(page, "Max")).to_have_count(0)
    shared.api("PATCH", f"/tasks/{task['id']}", archived=False)
    expect_in(page, "Max", "TODO")


@pytest.mark.fast
def test_markup_in_a_cell_or_a_title_stays_text(page, shared):
    evil = "<img src=x onerror=alert(1)>"
    edit(shared, "Leads!A30:C30", ["51", evil, "NEW"])
    expect_in(page, evil, "TODO")
    expect(cell(page, "B30")).to_have_text(evil)
    cell(page, "B30").dblclick()
    page.keyboard.press("Escape")
    expect(cell(page, "B30")).to_have_text(evil)
    assert page.locator("main img").count() == 0


def test_sheet_and_board_are_worked_by_keyboard_and_escape_leads_out_of_the_sheet(page, shared):
    shared.api("POST", "/tasks", title=TITLE.format("Kai"))
    expect_in(page, "Kai", "TODO")
    page.locator("#sheet").focus()
    for _ in range(39):
        page.keyboard.press("ArrowDown")
    expect(cell(page, "A40")).to_be_in_viewport()
    page.keyboard.type("61")
    page.keyboard.press("Enter")
    expect(page.locator("#where")).to_have_text("A41")
    expect(cell(page, "A40")).to_have_text("61")
    page.keyboard.press("Escape")
    for _ in ("the tab", "Add tab", "Rename tab", "beyond"):
        page.keyboard.press("Tab")
    expect(page.locator("#new-task")).to_be_focused()
    select = card(page, "Kai").locator("select")
    select.focus()
    page.keyboard.press("ArrowDown")
    expect_in(page, "Kai", "IN_PROGRESS")
    expect(select).to_be_focused()
    expect(page.locator("#announced")).to_have_text("Follow up: Kai is now In progress.")


def test_when_the_bridge_is_away_the_page_says_so_and_recovers_by_itself(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium, forgiven=UNREACHED) as page:
        product.kill()
        expect(page.locator("#state")).to_contain_text("does not answer")
        product.start()
        expect(page.locator("#state")).to_have_class("fine", timeout=60_000)


@pytest.mark.fast
def test_without_a_token_the_page_shows_nothing_and_asks_for_one(chromium, shared):
    with browser.opened(chromium, shared.url, forgiven="401") as page:
        expect(page.get_by_label("API token")).to_be_focused()
        expect(page.locator("#main")).to_be_hidden()
        page.get_by_label("API token").fill("tk_wrong")
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("alert")).to_contain_text("not valid")
        page.get_by_label("API token").fill(shared.token)
        page.get_by_role("button", name="Open").click()
        expect(page.locator("#board")).to_be_visible()
        assert shared.token not in page.url


def test_the_token_leaves_the_address_bar_and_no_request_names_it_in_its_address(chromium, shared):
    asked: list[str] = []
    page = chromium.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shared.url}/#token={shared.token}")
    expect(page.locator("#state")).to_have_class("fine")
    assert "token" not in page.url
    assert not [url for url in asked if shared.token in url.partition("#")[0]]
    page.close()


def test_the_first_page_with_the_local_sheet_is_under_110_kilobytes_beside_the_grid(page):
    sizes = page.evaluate(
        """Object.fromEntries([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .map(loaded => [loaded.name, loaded.decodedBodySize]))"""
    )
    pages = {name: size for name, size in sizes.items() if "/static/" in name or name.split("#")[0].endswith("/")}
    own = {name: size for name, size in pages.items() if "/vendor/" not in name}
    assert {name.split("#")[0].rpartition("/")[2] for name in own} >= {"", "sheet.js", "menu.js", "page.css"}
    assert sum(own.values()) < 110_000


def test_nobody_may_frame_the_page_or_run_a_script_from_elsewhere(shared):
    headers = requests.get(shared.url, timeout=60).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search("unsafe-(inline|eval)", policy)
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize(
    ("name", "size", "scheme"),
    [("light", (1360, 800), "light"), ("dark", (1360, 800), "dark"), ("phone", (390, 844), "light")],
)
def test_nothing_is_wider_than_the_window_in_any_look(chromium, shared, name, size, scheme):
    look = {"viewport": {"width": size[0], "height": size[1]}, "color_scheme": scheme}
    with signed_in(shared, chromium, **look) as page:
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / f"{name}.png"))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def api(product, method, path, **fields):
    headers = {"Authorization": f"Bearer {product.token}"}
    return requests.request(method, product.url + path, json=fields or None, headers=headers, timeout=60)


def test_what_needs_a_person_is_listed_and_goes_when_it_is_mended(shared, page):
    edit(shared, "Leads!A50:C50", ["n1", "Needy", "WON"])
    need = page.locator("#needs li", has_text="status 'WON' is not known")
    expect(need).to_contain_text("lead n1", timeout=60_000)
    edit(shared, "Leads!C50", ["LOST"])
    expect(need).to_have_count(0, timeout=60_000)


def test_a_click_tries_a_refused_cell_again(shared, page):
    edit(shared, "Leads!A51:C51", ["n2", "Formula", "NEW"])
    task = eventually(lambda: next(iter(api(shared, "GET", "/tasks?lead_id=n2").json()), None))
    edit(shared, "Leads!C51", ['=UPPER("new")'])
    api(shared, "PATCH", f"/tasks/{task['id']}", status="DONE")
    need = page.locator("#needs li", has_text="lead n2")
    expect(need.first).to_be_visible(timeout=60_000)


@pytest.mark.fast
def test_the_history_opens_at_the_lead_in_the_address_and_takes_a_change_back(shared, page):
    edit(shared, "Leads!A52:C52", ["h1", "Story", "NEW"])
    task = eventually(lambda: next(iter(api(shared, "GET", "/tasks?lead_id=h1").json()), None))
    eventually(lambda: api(shared, "GET", "/status").json()[0]["pending"] == 0)
    api(shared, "PATCH", f"/tasks/{task['id']}", status="DONE")
    page.goto(f"{shared.url}/#lead=h1")
    row = page.locator("#story tr", has_text="NEW → QUALIFIED")
    expect(row).to_contain_text("token:local", timeout=60_000)
    expect(page.locator("#story .whose")).to_have_text("of lead h1")
    row.get_by_role("button").click()
    eventually(lambda: api(shared, "GET", f"/tasks/{task['id']}").json()["status"] == "TODO")
    expect(page.locator(".notice").first).to_contain_text("is 'NEW' again")


def test_a_change_that_was_overtaken_is_undone_only_when_asked_twice(shared, chromium):
    with signed_in(shared, chromium, forgiven=UNREACHED) as page:
        overtake_and_undo(shared, page)


def overtake_and_undo(shared, page):
    edit(shared, "Leads!A53:C53", ["h2", "Twice", "NEW"])
    task = eventually(lambda: next(iter(api(shared, "GET", "/tasks?lead_id=h2").json()), None))
    for status in ("DONE", "IN_PROGRESS"):
        eventually(lambda: api(shared, "GET", "/status").json()[0]["pending"] == 0)
        api(shared, "PATCH", f"/tasks/{task['id']}", status=status)
    page.goto(f"{shared.url}/#lead=h2")
    first = page.locator("#story tr", has_text="NEW → QUALIFIED")
    first.get_by_role("button").click(timeout=60_000)
    expect(page.locator(".notice.wrong").first).to_contain_text("has changed since")
    first.get_by_role("button", name="Undo").click()
    eventually(lambda: api(shared, "GET", f"/tasks/{task['id']}").json()["status"] == "TODO")
