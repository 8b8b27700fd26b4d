"""Trouble on demand in a real browser: what is switched on the page meets the bridge, and is shown as it is."""

import os
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.test_page import edit, signed_in
from tests.process.process import Local
from tests.stack import eventually

UNTITLED = {"quota", "triggers", "faults_due", "lag_lasts"}
"""What the report holds beside switches."""


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with Local(tmp_path_factory.mktemp("trouble")) as running:
        yield running


@pytest.fixture
def page(product, chromium):
    with signed_in(product, chromium) as page:
        page.locator("#trouble summary").click()
        expect(page.locator("#trouble .whose")).to_have_text("all well")
        yield page
        trouble(product, reset=True)


def trouble(product, **asked):
    return requests.post(f"{product.url}/local/trouble", json=asked, timeout=60).json()


def test_every_switch_the_local_google_has_is_on_the_page(page, product):
    names = page.locator("#trouble [name]").evaluate_all("all => all.map(one => one.name)")
    assert trouble(product).keys() - UNTITLED == {name for name in names if "." not in name} - {"fault", "times"}


def test_a_switch_meets_the_bridge_and_all_well_again_puts_everything_back(page, product):
    page.get_by_label("Sheet no longer shared").check()
    expect(page.locator("#trouble .whose")).to_have_text("Sheet no longer shared")
    edit(product, "Leads!A2:C2", ["t1", "Tom", "NEW"])
    expect(page.locator("#state")).to_contain_text("is not shared with")
    page.get_by_label("Slow answers, seconds").fill("0.1")
    page.get_by_label("Slow answers, seconds").press("Tab")
    eventually(lambda: trouble(product)["latency"] == 0.1)
    page.get_by_role("button", name="All well again").click()
    expect(page.locator("#trouble .whose")).to_have_text("all well")
    expect(page.get_by_label("Sheet no longer shared")).not_to_be_checked()
    edit(product, "Leads!B2", ["Tim"])
    expect(page.locator("#state")).to_have_class("fine")


def test_a_write_that_landed_unseen_is_ordered_counted_and_not_made_twice(page, product):
    page.locator("#trouble [name=times]").fill("1")
    page.get_by_label("What they get").select_option("503 after the write landed")
    page.locator("#trouble form", has_text="The next calls fail").get_by_role("button").click()
    expect(page.locator("#trouble")).to_contain_text("1 still to come")
    edit(product, "Leads!A3:C3", ["t2", "Ulf", "NEW"])
    expect(page.locator("#trouble")).not_to_contain_text("still to come", timeout=60_000)
    sheet = requests.get(f"{product.url}/local/grid", timeout=60).json()["rows"]
    assert [cell["shown"] for row in sheet for cell in row].count("Ulf") == 1


def test_a_switch_thrown_elsewhere_shows_here(page, product):
    trouble(product, edit_queue=2, script_delay=0.5, quota={"per_user": 5, "per_project": 9})
    expect(page.get_by_label("Edit events that may wait")).to_have_value("2")
    expect(page.locator("#trouble")).to_contain_text("Now: 5 and 9.")
    expect(page.locator("#trouble .whose")).to_contain_text("Quota")


def test_reads_lag_for_as_long_as_asked(page):
    page.locator("#trouble form", has_text="Reads lag behind").get_by_role("button").click()
    expect(page.locator("#trouble")).to_contain_text("more seconds")


@pytest.mark.parametrize(("width", "scheme"), [(1360, "light"), (1360, "dark"), (390, "light")])
def test_the_panel_fits_the_window_in_any_look(product, chromium, width, scheme):
    look = {"viewport": {"width": width, "height": 1500}, "color_scheme": scheme}
    with signed_in(product, chromium, **look) as page:
        page.locator("#trouble summary").click()
        page.locator("#trouble").scroll_into_view_if_needed()
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / f"trouble-{width}-{scheme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_triggers_taken_away_are_said_to_be_gone(tmp_path, chromium):
    with Local(tmp_path) as product, signed_in(product, chromium) as page:
        page.locator("#trouble summary").click()
        page.get_by_role("button", name="Take the triggers away").click()
        expect(page.locator("#trouble .whose")).to_have_text("Triggers gone")
        expect(page.locator("#trouble")).to_contain_text("Now installed: 0.")


def test_nothing_on_the_page_lies_over_anything_else_when_all_is_open(page):
    page.locator("#health summary").click()
    page.locator("#story summary").click()
    tops = page.locator("#main > section:visible, #main > details").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(({ top, bottom, left, right }) => ({ top, bottom, left, right }))"
    )
    for number, one in enumerate(tops):
        for other in tops[number + 1 :]:
            beside = one["right"] <= other["left"] or other["right"] <= one["left"]
            assert beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"], (one, other)
