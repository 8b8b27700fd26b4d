"""The local sheet in a real browser: the script's menu, and the grid as a person has it in their hands."""

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_page import (
    UNREACHED,
    cell,
    edit,
    paste,
    paste_here,
    retype,
    signed_in,
)
from tests.process.process import Local
from tests.stack import eventually


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with Local(tmp_path_factory.mktemp("sheet")) as running:
        edit(running, "Leads!A2:C2", ["s1", "Sue", "NEW"])
        yield running


@pytest.fixture
def page(product, chromium):
    with signed_in(product, chromium) as page:
        yield page


def tab(page, title):
    return page.get_by_role("tab", name=title, exact=True)


def titles(product):
    return [one["title"] for one in requests.get(f"{product.url}/local/grid", timeout=60).json()["tabs"]]


def test_a_tab_is_added_renamed_filled_left_and_deleted(page, product):
    page.get_by_role("button", name="Add tab").click()
    expect(tab(page, "Sheet2")).to_have_attribute("aria-selected", "true")
    expect(cell(page, "A1")).to_have_text("")
    retype(page, "B3", "only here")
    page.get_by_role("button", name="Rename tab").click()
    page.keyboard.type("Archive")
    page.keyboard.press("Enter")
    expect(tab(page, "Archive")).to_be_visible()
    retype(page, "B4", "and here")
    tab(page, "Leads").click()
    expect(cell(page, "B2")).to_have_text("Sue")
    tab(page, "Leads").press("ArrowRight")
    expect(cell(page, "B3")).to_have_text("only here")
    expect(cell(page, "B4")).to_have_text("and here")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete tab").click()
    assert titles(product) == ["Leads", "Archive"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete tab").click()
    expect(cell(page, "B2")).to_have_text("Sue")
    expect(tab(page, "Archive")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete tab")).to_be_disabled()
    assert titles(product) == ["Leads"]


def test_a_title_that_is_taken_back_or_empty_changes_nothing(page, product):
    tab(page, "Leads").press("F2")
    page.keyboard.type("Other")
    page.keyboard.press("Escape")
    tab(page, "Leads").press("F2")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(tab(page, "Leads")).to_be_focused()
    assert titles(product) == ["Leads"]


def choose(page, item):
    page.locator(".menu summary", has_text="Bridge").click()
    page.get_by_role("button", name=item, exact=True).click()


def triggers(product):
    return requests.get(f"{product.url}/local/trouble", timeout=60).json()["triggers"]


def test_the_menu_has_the_items_that_the_script_made(page):
    page.locator(".menu summary", has_text="Bridge").click()
    expect(page.locator(".menu button")).to_have_text(
        [
            "Install",
            "Status",
            "Sync this row now",
            "Sync everything",
            "Show history of this row",
            "Disconnect this tab",
            "Uninstall",
        ]
    )


def test_an_item_runs_the_script_and_its_alert_waits_for_the_person(page):
    choose(page, "Status")
    alert = page.get_by_role("dialog")
    expect(alert).to_contain_text("The bridge answers.")
    alert.get_by_role("button", name="OK").click()
    expect(alert).to_have_count(0)
    expect(page.locator("[role=toolbar]")).not_to_have_attribute("aria-busy", "true")


def test_sync_this_row_speaks_of_the_row_that_is_chosen(page):
    cell(page, "B2").click()
    choose(page, "Sync this row now")
    expect(page.get_by_role("dialog")).to_contain_text("Row 2: ")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    cell(page, "B1").click()
    choose(page, "Sync this row now")
    expect(page.get_by_role("dialog")).to_contain_text("below the header")
    page.keyboard.press("Escape")


@pytest.mark.fast
def test_the_sidebar_opens_beside_the_sheet_and_asks_the_script(page):
    choose(page, "Install")
    sidebar = page.frame_locator(".panel iframe")
    expect(sidebar.locator("#columns li.known").first).to_be_visible()
    expect(sidebar.get_by_role("button", name="Install")).to_be_enabled()
    page.locator(".panel").get_by_role("button", name="Close").click()
    expect(page.locator(".panel")).to_have_count(0)


def test_the_history_of_the_chosen_row_is_a_link_in_a_dialog(page):
    cell(page, "A2").click()
    choose(page, "Show history of this row")
    expect(page.frame_locator(".panel iframe").get_by_role("link")).to_contain_text("lead s1")


def test_what_is_asked_is_done_only_after_a_yes(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium) as page:
        choose(page, "Uninstall")
        page.get_by_role("dialog").get_by_role("button", name="No").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert triggers(product) > 0
        choose(page, "Uninstall")
        page.get_by_role("dialog").get_by_role("button", name="Yes").click()
        expect(page.get_by_role("dialog")).to_contain_text("Uninstalled.")
        assert triggers(product) == 0


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (390, "light")])
def test_menu_and_sidebar_fit_the_window_in_any_look(product, chromium, width, scheme):
    look = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with signed_in(product, chromium, **look) as page:
        choose(page, "Install")
        expect(page.frame_locator(".panel iframe").locator("#columns li").first).to_be_visible()
        page.locator(".menu summary").click()
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / f"menu-{width}-{scheme}.png"))
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.fast
def test_a_change_made_elsewhere_travels_as_one_row_and_is_seen(page, product):
    edit(product, "Leads!F5:F6", ["one"], ["two"])
    expect(cell(page, "F6")).to_have_text("two")
    with page.expect_response(lambda answer: "/local/grid?changes" in answer.url and answer.status == 200) as told:
        edit(product, "Leads!F6", ["three"])
    assert [index for index, _ in told.value.json()["changes"]] == [5]
    expect(cell(page, "F6")).to_have_text("three")


def test_ten_thousand_rows_are_typed_in_and_seen_live_with_few_of_them_in_the_page(tmp_path, chromium):
    rows = [[str(number), f"Lead {number}"] for number in range(10_000)]
    with Local(tmp_path) as product:
        requests.post(f"{product.url}/local/trouble", json={"edit_queue": 0}, timeout=60)  # the grid alone
        body = {"range": "Leads!F2", "values": rows, "pasted": True}
        assert requests.post(f"{product.url}/local/edit", json=body, timeout=60).status_code == 200
        with signed_in(product, chromium) as page:
            assert page.locator("#sheet tbody tr").count() <= 101
            retype(page, "H3", "typed")
            eventually(lambda: "typed" in requests.get(f"{product.url}/local/grid", timeout=60).text)
            edit(product, "Leads!H4", ["live"])
            expect(cell(page, "H4")).to_have_text("live")
            page.locator("#sheet .jss_content").evaluate("content => content.scrollTo(0, content.scrollHeight)")
            expect(cell(page, "G110")).to_have_text("Lead 108")


def test_a_sheet_that_grows_long_under_the_page_is_shown_whole(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium) as page:
        requests.post(f"{product.url}/local/trouble", json={"edit_queue": 0}, timeout=60)
        edit(product, "Leads!F2", *([f"row {number}"] for number in range(1500)))
        expect(page.locator("#sheet.long")).to_be_visible()
        expect(cell(page, "F2")).to_have_text("row 0")
        retype(page, "G2", "still works")
        eventually(lambda: "still works" in requests.get(f"{product.url}/local/grid", timeout=60).text)


def allow(product, *statuses):
    """Let the first lead's status take only these, as a person does by data validation."""
    book = requests.get(f"{product.url}/local/grid", timeout=60).json()["spreadsheet"]
    place = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 2, "endColumnIndex": 3}
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": status} for status in statuses]}
    rule = {"setDataValidation": {"range": place, "rule": {"condition": condition, "strict": True}}}
    answer = requests.post(
        f"{product.url}/local/v4/spreadsheets/{book}:batchUpdate",
        json={"requests": [rule]},
        headers={"Authorization": f"Bearer {product.token}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text


def test_a_status_with_a_rule_drops_down_and_takes_nothing_else(product, chromium):
    allow(product, "NEW", "LOST")
    with signed_in(product, chromium, forgiven=UNREACHED) as page:
        cell(page, "C2").dblclick()
        editor = cell(page, "C2").locator("input")
        expect(editor).to_have_attribute("list", "sheet-options")
        offered = page.locator("#sheet-options option").evaluate_all("all => all.map(one => one.value)")
        assert offered == ["NEW", "LOST"]
        editor.fill("WON")
        page.keyboard.press("Enter")
        expect(page.locator(".notice")).to_contain_text("takes only: NEW, LOST")
        expect(cell(page, "C2")).to_have_text("NEW")


def grid(product, *place):
    rows = requests.get(f"{product.url}/local/grid", timeout=60).json()["rows"]
    return [rows[y][x]["shown"] if y < len(rows) and x < len(rows[y]) else "" for y, x in place]


def test_a_quoted_cell_of_two_lines_and_one_with_an_inch_mark_are_pasted_as_they_are(page, product):
    paste(page, "I2", 'first\t"two\nlines"', '5" pipe\tlast')
    expect(cell(page, "J3")).to_have_text("last")
    assert grid(product, (1, 8), (1, 9), (2, 8), (2, 9)) == ["first", "two\nlines", '5" pipe', "last"]


def test_the_lines_of_a_csv_file_are_pasted_as_cells(page, product):
    paste(page, "I5", "x1,one", '"x2","Rao, Asha"')
    expect(cell(page, "J6")).to_have_text("Rao, Asha")
    assert grid(product, (4, 8), (4, 9), (5, 8)) == ["x1", "one", "x2"]


def test_what_is_pasted_into_the_search_is_not_the_sheets(page, product):
    cell(page, "I9").click()
    page.locator("#filter [name=words]").focus()
    paste_here(page, "Sue")
    cell(page, "I10").click()
    paste_here(page, "below")
    expect(cell(page, "I10")).to_have_text("below")
    assert grid(product, (8, 8)) == [""]


def test_the_corner_dragged_down_goes_on_with_the_series(page, product):
    edit(product, "Leads!L2:L3", [10], [20])
    expect(cell(page, "L3")).to_have_text("20")
    cell(page, "L2").click()
    cell(page, "L3").click(modifiers=["Shift"])
    corner, last = page.locator("#sheet .jss_corner").bounding_box(), cell(page, "L5").bounding_box()
    page.mouse.move(corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 5, steps=8)
    page.mouse.up()
    expect(cell(page, "L5")).to_have_text("40")
    expect(cell(page, "L4")).to_have_text("30")
    assert grid(product, (3, 11), (4, 11), (5, 11)) == ["30", "40", ""]


def test_a_cards_link_to_its_row_turns_to_the_tab_of_the_leads(page, product):
    page.get_by_role("button", name="Add tab").click()
    expect(tab(page, "Sheet2")).to_have_attribute("aria-selected", "true")
    page.locator(".card", has_text="Sue").get_by_role("link", name="Row 2").click()
    expect(tab(page, "Leads")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#where")).to_have_text("A2")
    expect(page.locator("#content")).to_have_text("s1")
    body = {"action": "delete", "tab": "Sheet2"}
    assert requests.post(f"{product.url}/local/tabs", json=body, timeout=60).status_code == 200


def test_cut_cells_stay_until_they_are_pasted_and_then_move_at_one_stroke(page, product):
    edit(product, "Leads!N2:O3", ["cut", 'say "hi"'], ["me", "out"])
    expect(cell(page, "O3")).to_have_text("out")
    cell(page, "N2").click()
    cell(page, "O3").click(modifiers=["Shift"])
    page.keyboard.press("Control+x")
    assert grid(product, (1, 13)) == ["cut"]
    paste(page, "N7", 'cut\t"say ""hi"""', "me\tout")
    expect(cell(page, "O7")).to_have_text('say "hi"')
    assert grid(product, (1, 13), (1, 14), (2, 13), (6, 13), (7, 14)) == ["", "", "", "cut", "out"]
    page.keyboard.press("Control+z")
    expect(cell(page, "N2")).to_have_text("cut")
    assert grid(product, (6, 13), (2, 14)) == ["", "out"]


@pytest.mark.parametrize("key", ["Control+c", "Escape", "Delete"])
def test_what_was_cut_stays_where_another_key_came_before_it_was_pasted(page, product, key):
    edit(product, "Leads!N12:N13", ["same"], ["same"])
    expect(cell(page, "N13")).to_have_text("same")
    cell(page, "N12").click()
    page.keyboard.press("Control+x")
    cell(page, "N13").click()
    page.keyboard.press(key)
    cell(page, "N15").click()
    paste(page, "N15", "same")
    expect(cell(page, "N15")).to_have_text("same")
    assert grid(product, (11, 13)) == ["same"]
