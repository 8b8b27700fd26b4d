"""Signing in to the page by a link, and out again; what the page shows to whom, and when a session ends."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser import browser
from tests.process.process import ROOT, Local

UNREACHED = "Failed to load resource"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with Local(tmp_path_factory.mktemp("sign-in")) as running:
        yield running


def command(product, *arguments):
    """The command line beside the running product."""
    environ = {"PATH": "", "PYTHONPATH": str(ROOT), "LEADBRIDGE_HOME": "home", "PORT": str(product.port)}
    ran = [sys.executable, "-m", "bridge", *arguments]
    return subprocess.run(ran, cwd=product.folder, env=environ, capture_output=True, text=True, check=True).stdout


def test_the_printed_link_opens_the_page_and_signing_out_closes_it(product, chromium):
    printed = command(product, "link", "carla").strip()
    assert re.fullmatch(re.escape(product.url) + r"/#link=tk_\S{43}", printed)
    with browser.opened(chromium, printed, forgiven=UNREACHED) as page:
        expect(page.locator("#board")).to_be_visible()
        expect(page.locator("#who")).to_have_text("carla")
        assert "link" not in page.url
        assert page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})") == "{}"
        assert "carla" in command(product, "token", "list")
        page.reload()
        expect(page.locator("#board")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("API token")).to_be_focused()
        expect(page.locator("#main")).to_be_hidden()
        page.goto(product.url)
        expect(page.get_by_label("API token")).to_be_focused()
    with browser.opened(chromium, printed, forgiven=UNREACHED) as page:
        expect(page.get_by_role("alert").first).to_contain_text("used before")


def test_who_may_only_look_sees_the_board_and_why_nothing_can_be_pressed(product, chromium):
    product.api("POST", "/tasks", title="Look at me")
    printed = command(product, "link", "dora", "--scope", "tasks:read").strip()
    with browser.opened(chromium, printed) as page:
        card = page.locator(".card", has_text="Look at me")
        expect(card.locator("select")).to_be_disabled()
        expect(card).to_have_attribute("draggable", "false")
        new = page.get_by_role("button", name="New task")
        expect(new).to_be_disabled()
        expect(new).to_have_attribute("title", re.compile("tasks:write"))
        card.locator(".title").focus()
        page.keyboard.press("ArrowRight")
        card.locator(".title").click()
        expect(page.get_by_role("dialog").get_by_role("button", name="Save")).to_be_disabled()
        expect(page.locator(".column[data-status=TODO] .card", has_text="Look at me")).to_be_visible()


def test_a_session_that_ends_while_the_page_is_open_asks_to_sign_in_again(product, chromium):
    with browser.opened(chromium, f"{product.url}/#token={product.token}", forgiven=UNREACHED) as page:
        expect(page.locator("#board")).to_be_visible()
        page.context.clear_cookies()
        expect(page.locator("#sign-in-problem")).to_contain_text("Your sign-in is over")
        expect(page.locator("#main")).to_be_hidden()
