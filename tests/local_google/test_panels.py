"""What the script asks and shows, over HTTP: dialogs that a person answers, and pages in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.browser import browser
from tests.local_google.conftest import Door, Served, serve

pytestmark = pytest.mark.full

SOURCE = """
function ask() {
  const ui = SpreadsheetApp.getUi();
  const answer = ui.prompt('T', 'Name?', ui.ButtonSet.OK_CANCEL);
  return [answer.getSelectedButton(), answer.getResponseText(), SpreadsheetApp.getActive().getActiveRange().getA1Notation()];
}
function show() {
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Page').setTitle('A page'));
}
function add(a, b) { return a + b; }
function fail() { throw new Error('it did not work'); }
"""
PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>A page</title><style>p { color: rgb(1, 2, 3); }</style></head>
<body><p></p><script>
  const say = (text) => { document.querySelector('p').textContent += text + '; '; };
  google.script.run.withSuccessHandler(say).withFailureHandler((error) => say(error.message)).add(2, 3);
  google.script.run.withFailureHandler((error) => say(error.message)).fail();
</script></body></html>"""


@pytest.fixture
def scripted(tmp_path: Path, key_file: Path, door: Door) -> Iterator[Served]:
    """A local Google with a script that has a page."""
    folder = tmp_path / "script"
    folder.mkdir()
    (folder / "Code.js").write_text(SOURCE, encoding="utf-8")
    (folder / "Page.html").write_text(PAGE, encoding="utf-8")
    with serve(tmp_path, key_file, door, folder) as served:
        yield served


def chosen(served: Served, item: str, **more: object) -> object:
    answer = served.post("/menu", {"item": item, **more}).json()
    assert "result" in answer, answer
    return answer["result"]


def test_a_person_answers_a_prompt_and_has_chosen_a_cell(scripted: Served) -> None:
    assert chosen(scripted, "ask", answers=["Ada"], at="Leads!B3") == ["OK", "Ada", "B3"]
    assert chosen(scripted, "ask", answers=[None]) == ["CANCEL", "", "A1"]
    assert chosen(scripted, "ask") == ["CANCEL", "", "A1"]


def test_a_choice_that_is_no_range_is_refused(scripted: Served) -> None:
    assert scripted.post("/menu", {"item": "ask", "at": "no such tab!A1"}).status_code == 400


def test_the_sidebar_runs_the_script_and_hears_what_it_says(scripted: Served, chromium: Browser) -> None:
    chosen(scripted, "show")
    with browser.opened(chromium, scripted.url + "/sidebar") as page:
        expect(page.locator("p")).to_contain_text("5; ")
        expect(page.locator("p")).to_contain_text("it did not work; ")
        assert page.locator("p").evaluate("p => getComputedStyle(p).color") == "rgb(1, 2, 3)"


def test_what_was_not_in_the_page_when_it_was_sent_does_not_run(scripted: Served, chromium: Browser) -> None:
    chosen(scripted, "show")
    with browser.opened(
        chromium, scripted.url + "/sidebar", forgiven="violates the following Content Security Policy"
    ) as page:
        page.evaluate("""() => { const script = document.createElement('script'); script.textContent = 'planted = 1';
            document.body.append(script); const image = new Image(); image.src = 'https://example.org/';
            document.body.append(image); }""")
        assert page.evaluate("typeof planted") == "undefined"


def test_before_anything_is_shown_there_is_no_page(scripted: Served) -> None:
    assert requests.get(scripted.url + "/sidebar", timeout=60).status_code == 404


@pytest.mark.parametrize("path", ["/sidebar", "/dialog", "/panel.js"])
def test_pages_are_for_this_machine_only(scripted: Served, path: str) -> None:
    chosen(scripted, "show")
    elsewhere = requests.get(scripted.url + path, headers={"Host": "evil.example"}, timeout=60)
    assert (elsewhere.status_code, "script" in json.dumps(elsewhere.text)) == (403, False)
