"""The set-up sidebar: the real page in a real browser, the real script behind it, the real bridge beyond."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bridge.local_google.app import SCRIPT_FILES
from bridge.store.models import SheetQueue
from tests.browser import browser
from tests.stack import SECRET, Stack, eventually

OTHER_SECRET = "whsec_" + "B" * 43 + "="


@pytest.fixture
def page(stack: Stack, chromium: Browser) -> Iterator[Page]:
    """The sidebar, as Bridge → Install opens it."""
    stack.google.book.add_tab("Notes").write(1, 1, [["idea", "who"]])
    with opened(stack, chromium) as page:
        yield page


def opened(stack: Stack, chromium: Browser):
    stack.google.scripts.run("bridgeInstall", [])
    return browser.opened(chromium, stack.google_url + "/sidebar", viewport={"width": 300, "height": 700})


def paste(page: Page, connection: str) -> None:
    page.get_by_label("Connection string").fill(connection)


def said(page: Page):
    return page.get_by_role("status")


def install(page: Page):
    return page.get_by_role("button", name="Install")


def triggers(stack: Stack) -> list[str]:
    return [trigger.handler for trigger in stack.google.scripts.project.triggers.all()]


def test_pasting_one_line_and_pressing_install_connects_the_sheet(stack: Stack, page: Page) -> None:
    expect(page.locator("#present")).to_have_text("Not installed yet.")
    expect(install(page)).to_be_disabled()
    paste(page, stack.config.connection("leads"))
    expect(said(page)).to_have_text("The bridge answers.")
    assert triggers(stack) == []  # so far it has only asked
    install(page).click()
    expect(said(page)).to_have_text('Connected: edits of "Leads" reach the bridge from now on.')
    expect(page.locator("#present")).to_have_text('Edits of "Leads" are sent by you@local.invalid.')
    assert len(triggers(stack)) == 3
    stack.edit("A2:C2", ["12", "Vikram", "NEW"])
    eventually(lambda: len(stack.tasks()) == 1)


def test_it_shows_which_headers_the_bridge_knows(stack: Stack, page: Page) -> None:
    stack.edit("E1:F1", ["notes", "mood"])
    paste(page, stack.config.connection("leads"))
    expect(page.locator("li.known")).to_have_text(["id", "name", "status", "task_id", "notes"])
    expect(page.locator("li:not(.known)")).to_have_text(["mood (not synced)"])


def test_it_asks_again_for_another_tab_and_says_which_one_is_synced(stack: Stack, page: Page) -> None:
    paste(page, stack.config.connection("leads"))
    expect(said(page)).to_have_text("The bridge answers.")
    page.get_by_label("Tab", exact=True).select_option("Notes")
    expect(said(page)).to_contain_text("this connection syncs the tab 'Leads'")
    expect(install(page)).to_be_disabled()
    page.get_by_label("Tab", exact=True).select_option("Leads")
    expect(said(page)).to_have_text("The bridge answers.")


def test_it_names_the_columns_that_the_tab_lacks(stack: Stack, page: Page) -> None:
    stack.edit("B1:C1", ["lead text", "stat"])
    paste(page, stack.config.connection("leads"))
    wanted = " and ".join(f'a column "{name}"' for name in ("name", "status"))
    expect(said(page)).to_have_text(f"The bridge answers. The first row needs {wanted}.")


WRONG = {
    "a wrong secret": (lambda s: s.config.connection("leads").replace(SECRET, OTHER_SECRET), "The secret is wrong"),
    "nobody there": (lambda _: f"http://127.0.0.1:9/hooks/sheets/leads#{SECRET}", "cannot be reached"),
    "a wrong path": (lambda s: f"{s.url}/hooks/sheets/nowhere#{SECRET}", "The address is wrong"),
    "half of it": (lambda s: s.config.connection("leads")[:-20], "cut off: copy the whole line"),
    "no connection string": (lambda _: "hello", "The address is not one of the bridge"),
}


@pytest.mark.parametrize(("connection", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_before_anything_is_installed(stack: Stack, page: Page, connection, words: str) -> None:
    paste(page, connection(stack))
    expect(said(page)).to_contain_text(words)
    expect(said(page)).to_have_class("fault")
    expect(install(page)).to_be_disabled()
    assert (triggers(stack), stack.google.store.load("properties:script")) == ([], {})


def test_a_clock_that_is_off_is_told_from_a_wrong_secret(stack: Stack, page: Page) -> None:
    real = stack.runtime.now
    stack.runtime.now = lambda: real().replace(year=2040)
    paste(page, stack.config.connection("leads"))
    expect(said(page)).to_contain_text("The clock of the bridge is wrong")


def test_a_right_that_was_not_granted_is_told(stack: Stack, page: Page) -> None:
    stack.google.scripts.project.rights.withheld.add("script.external_request")
    paste(page, stack.config.connection("leads"))
    expect(said(page)).to_contain_text("tick every box")


def test_a_sheet_that_is_not_shared_with_the_bridge_is_told(stack: Stack, page: Page) -> None:
    stack.settle()
    stack.google.trouble.unshared = True
    stack.deliver(seq=1, type="all", rows=None)
    eventually(lambda: stack.http.get(f"{stack.url}/status", timeout=60).json()[0]["problem"])
    paste(page, stack.config.connection("leads"))
    expect(said(page)).to_contain_text("It cannot work yet: ")
    expect(said(page)).to_contain_text("share")


def test_where_it_is_installed_it_says_by_whom_and_keeps_the_connection(stack: Stack, chromium: Browser) -> None:
    stack.install()
    with opened(stack, chromium) as page:
        expect(page.locator("#present")).to_have_text('Edits of "Leads" are sent by you@local.invalid.')
        expect(said(page)).to_have_text("The bridge answers.")
        install(page).click()
        expect(said(page)).to_contain_text("Connected")
    assert len(triggers(stack)) == 3


def test_trying_a_connection_changes_nothing_at_the_bridge(stack: Stack, chromium: Browser) -> None:
    def known() -> tuple[object, ...]:
        with stack.runtime.session() as session:
            queue = session.get_one(SheetQueue, "leads")
            return queue.health.seq, queue.sweep_at, queue.swept_at

    stack.install()
    stack.settle()
    before = known()
    with opened(stack, chromium) as page:
        expect(said(page)).to_have_text("The bridge answers.")
    assert known() == before


def test_a_second_person_is_told_whose_it_is(stack: Stack, chromium: Browser) -> None:
    stack.install()
    stack.google.scripts.email = "other@local.invalid"
    with opened(stack, chromium) as page:
        expect(install(page)).to_be_enabled()
        install(page).click()
        expect(said(page)).to_contain_text("already installed here, by you@local.invalid")
    assert len(triggers(stack)) == 3


def test_a_header_can_put_nothing_into_the_page(stack: Stack, page: Page) -> None:
    stack.edit("E1", ["<img src=x onerror=alert(1)>"])
    paste(page, stack.config.connection("leads"))
    expect(page.locator("li:not(.known)")).to_have_text(["<img src=x onerror=alert(1)> (not synced)"])


def test_the_sidebar_calls_only_functions_that_the_script_has(stack: Stack) -> None:
    """Google would tell so only when somebody presses the button."""
    for function in ("bridgeSetup", "bridgeTry", "bridgeInstallHere"):
        assert function in (SCRIPT_FILES / "Sidebar.html").read_text(encoding="utf-8")
        stack.google.scripts.run(function, ["", 0])
