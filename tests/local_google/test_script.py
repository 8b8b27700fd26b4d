"""The runtime that the sheet's script runs in: it behaves as Google does, above all where Google is unpleasant."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bridge.local_google.api.trouble import Trouble
from bridge.local_google.desk.panels import Panel
from bridge.local_google.errors import Invalid
from bridge.local_google.person.person import Person
from bridge.local_google.script import engine, execution
from bridge.local_google.script.host import Scripts
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell, DateValue, NumberFormat
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot
from bridge.local_google.sheet.store import Store
from tests.stack import eventually


class Server(ThreadingHTTPServer):
    """Says nothing when a client has not waited for the answer."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


class Project:
    """A sheet with a script that a test writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "script"
        self.folder.mkdir()
        self.store = Store(folder / "google.db")
        grid = Grid(0, "Leads", rows=(tuple(Cell(text) for text in ("id", "name")),))
        self.book = Book("book", Snapshot("Leads", (grid,), time_zone="Europe/Berlin"))
        self.trouble = Trouble(self.book)
        self.person = Person(self.book, self.trouble)
        self.start()

    def start(self, minute: float = 60.0, chance: Callable[[], float] = float) -> None:
        """Start the scripts on what is on disk."""
        self.scripts = Scripts(self.book, self.store, self.trouble, self.folder, minute=minute, chance=chance)
        self.person.on_event[:] = [self.scripts.handle]

    def write(self, source: str) -> None:
        """Push a source."""
        (self.folder / "Code.js").write_text(source, encoding="utf-8")

    def value(self, expression: str, *args: Any) -> Any:
        """What an expression gives."""
        self.write(f"function run(...args) {{ return {expression}; }}")
        return self.scripts.run("run", args)["result"]

    def refused(self, expression: str) -> str:
        """What an expression throws."""
        with pytest.raises(Invalid) as thrown:
            self.value(expression)
        return str(thrown.value)

    def trigger(self, *kinds: str) -> None:
        """Install triggers for the functions ``edited`` and ``changed``."""
        made = {
            "edit": "ScriptApp.newTrigger('edited').forSpreadsheet(SpreadsheetApp.getActive()).onEdit().create()",
            "change": "ScriptApp.newTrigger('changed').forSpreadsheet(SpreadsheetApp.getActive()).onChange().create()",
        }
        for kind in kinds:
            self.value(f"{made[kind]} && 1")

    def logged(self) -> list[str]:
        """What trigger runs have logged, oldest first."""
        assert self.scripts.wait_idle(60)
        runs = [run for run in reversed(self.scripts.executions()) if run["mode"] == "trigger"]
        assert [run["error"] for run in runs if "error" in run] == []
        return [text for run in runs for _, text in run["log"]]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    project.scripts.stop()
    project.store.close()


@pytest.fixture
def web() -> Iterator[Callable[[Callable[[str], tuple[int, bytes]]], str]]:
    """Serves pages: give it a function from path to status and body, get an address."""
    servers = []

    def serve(page: Callable[[str], tuple[int, bytes]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = page(self.path)
                self.send_response(status)
                if status == 302:
                    self.send_header("location", "http://example.org/")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = Server(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("SpreadsheetApp.openById('x')", "SpreadsheetApp.openById"),
        ("SpreadsheetApp.getActive().getActiveSheet().getRange(1, 1).setBackground('red')", "Range.setBackground"),
        ("Utilities.zip([])", "Utilities.zip"),
        ("UrlFetchApp.fetchAll([])", "UrlFetchApp.fetchAll"),
    ],
)
def test_what_is_not_there_says_so_by_its_name(project: Project, expression: str, name: str) -> None:
    assert project.refused(expression) == f"{name} is not available in the local stand-in"


def test_services_that_are_not_there_at_all_are_unknown_names(project: Project) -> None:
    assert "DriveApp" in project.refused("DriveApp.getFiles()")
    assert project.value("[typeof fetch, typeof setTimeout, typeof Intl, typeof require].join()") == ",".join(
        ["undefined"] * 4
    )


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("Utilities.computeHmacSha256Signature([1], 'key')", "number[],String"),
        ("Utilities.computeHmacSha256Signature('text')", "String"),
        ("Utilities.formatDate('2026-11-22', 'GMT', 'yyyy')", "String,String,String"),
        ("LockService.getDocumentLock().tryLock('5000')", "String"),
        ("SpreadsheetApp.getActiveSheet().getRange('1', 2)", "String,number"),
        ("SpreadsheetApp.getActiveSheet().getRange(1, 2, 3, 4, 5)", "number,number,number,number,number"),
        ("SpreadsheetApp.getActiveSheet().getRange(1, 1).setValues(['x'])", "number[]"),
        ("PropertiesService.getScriptProperties().getProperty(null)", "null"),
        ("UrlFetchApp.fetch('http://127.0.0.1/', undefined)", "String,undefined"),
        ("ScriptApp.newTrigger('x').forSpreadsheet(1)", "number"),
    ],
)
def test_wrong_parameters_are_refused_as_google_does(project: Project, expression: str, kinds: str) -> None:
    assert project.refused(expression).startswith(f"The parameters ({kinds}) don't match the method signature for ")


def test_texts_are_signed_as_ascii_unless_a_charset_is_given(project: Project) -> None:
    def signature(text: bytes) -> list[int]:
        return [byte - 256 if byte > 127 else byte for byte in hmac.new(b"key", text, hashlib.sha256).digest()]

    assert project.value("Utilities.computeHmacSha256Signature('caf\\u00e9', 'key')") == signature(b"caf?")
    in_utf8 = "Utilities.computeHmacSha256Signature('caf\\u00e9', 'key', Utilities.Charset.UTF_8)"
    assert project.value(in_utf8) == signature("café".encode())


def test_bytes_are_signed_numbers_and_survive_base64(project: Project) -> None:
    assert project.value("Utilities.newBlob('é🙂').getBytes()") == [-61, -87, -16, -97, -103, -126]
    text = base64.b64encode("é🙂".encode()).decode()
    assert project.value("Utilities.base64Encode(Utilities.newBlob('é🙂').getBytes())") == text
    assert project.value(f"Utilities.base64Decode('{text}')") == [-61, -87, -16, -97, -103, -126]
    assert project.refused("Utilities.base64Decode('*')") == "Could not decode string."


def test_dates_are_moments_in_the_spreadsheets_zone(project: Project) -> None:
    project.book.tab("Leads").set_format("A2:A3", NumberFormat("DATE", "yyyy-mm-dd"))
    project.person.edit("A2", [["2026-07-04"]])
    assert (
        project.value("SpreadsheetApp.getActiveSheet().getRange(2, 1).getValue().toISOString()")
        == "2026-07-03T22:00:00.000Z"
    )
    project.value(
        "SpreadsheetApp.getActiveSheet().getRange(3, 1).setValue(new Date(Date.UTC(2026, 10, 22, 12, 30))) && 1"
    )
    (value,) = project.book.tab("Leads").values(3, 1)[0]
    assert isinstance(value, DateValue)
    assert value.wall.isoformat() == "2026-11-22T13:30:00"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy-MM-dd'T'HH:mm:ss", "2026-07-04T01:02:03"),
        ("dd.MM.yyyy HH''mm", "04.07.2026 01'02"),
    ],
)
def test_dates_are_formatted_as_google_formats_them(project: Project, pattern: str, text: str) -> None:
    moment = "new Date(Date.UTC(2026, 6, 3, 23, 2, 3, 4))"
    assert project.value(f"Utilities.formatDate({moment}, 'Europe/Berlin', args[0])", pattern) == text


def test_an_unknown_zone_or_pattern_letter_is_refused(project: Project) -> None:
    assert "Mars/Olympus" in project.refused("Utilities.formatDate(new Date(), 'Mars/Olympus', 'yyyy')")
    assert "ww is not available" in project.refused("Utilities.formatDate(new Date(), 'GMT', 'ww')")


def test_cells_are_read_typed_and_shown_and_written_as_typed(project: Project) -> None:
    project.person.edit("A2:D2", [["12", "007", True, ""]])
    block = "SpreadsheetApp.getActiveSheet().getRange(2, 1, 1, 4)"
    assert project.value(f"{block}.getValues()") == [[12, 7, True, ""]]
    assert project.value(f"{block}.getDisplayValues()") == [["12", "7", "TRUE", ""]]
    project.value(f"{block}.setValues([['x', 5, false, null]]) && 1")
    assert project.book.tab("Leads").values(2, 1, 1, 4) == [["x", 5, False, None]]
    project.value("SpreadsheetApp.getActiveSheet().getRange(3, 1, 2, 2).setValue('y') && 1")
    assert project.book.tab("Leads").values(3, 1, 2, 2) == [["y", "y"], ["y", "y"]]


def test_a_block_of_another_size_than_its_range_is_refused(project: Project) -> None:
    said = project.refused("SpreadsheetApp.getActiveSheet().getRange(2, 1, 2, 1).setValues([['x']])")
    assert said.endswith("The data has 1 but the range has 2.")
    assert "outside the dimensions" in project.refused("SpreadsheetApp.getActiveSheet().getRange(1001, 1)")


def test_properties_outlive_the_process_and_are_shared_by_all_users(project: Project) -> None:
    project.value("PropertiesService.getScriptProperties().setProperty('shared', 1) && 1")
    project.scripts.stop()
    project.start()
    project.scripts.email = "other@local.invalid"
    assert project.value("PropertiesService.getScriptProperties().getProperty('shared')") == "1"
    project.value("PropertiesService.getScriptProperties().setProperties({mine: 'yes', too: 'x'}, true) && 1")
    assert project.value("PropertiesService.getScriptProperties().getKeys().sort()") == ["mine", "too"]


def test_a_property_holds_nine_kilobytes_and_no_byte_more(project: Project) -> None:
    project.value("PropertiesService.getScriptProperties().setProperty('k', 'é'.repeat(4608)) && 1")
    too_much = "PropertiesService.getScriptProperties().setProperty('k', 'é'.repeat(4608) + 'x')"
    assert project.refused(too_much) == "Argument too large: value"
    store = "Array.from({length: 60}, (_, i) => PropertiesService.getScriptProperties().setProperty('k' + i, 'x'.repeat(9000)))"
    assert "property storage quota" in project.refused(store)


def test_a_lock_has_one_holder_and_ends_with_its_execution(project: Project) -> None:
    assert project.scripts.project.lock.take(0)
    assert project.value("LockService.getDocumentLock().tryLock(10)") is False
    project.scripts.project.lock.release()
    both = "((one, other) => [one.tryLock(1), other.tryLock(1)])"
    assert project.value(f"{both}(LockService.getDocumentLock(), LockService.getDocumentLock())") == [True, True]
    assert project.value("LockService.getDocumentLock().tryLock(10)") is True


def test_an_edit_event_carries_its_range_and_for_one_typed_cell_its_values(project: Project) -> None:
    project.trigger("edit")
    project.write(
        "function edited(e) { console.log([e.range.getA1Notation(), e.value, e.oldValue, 'value' in e, e.range.getSheet().getName(),"
        "e.source.getId(), e.user.getEmail(), e.authMode].join()) }"
    )
    project.person.edit("A2", [["12"]])
    project.person.edit("A2", [["13"]])
    project.person.edit("A2", [[""]])
    project.person.edit("A3:B4", [["1", "2"], ["3", "4"]])
    common = "Leads,book,you@local.invalid,FULL"
    assert sorted(project.logged()) == sorted(
        [f"A2,12,,true,{common}", f"A2,13,12,true,{common}", f"A2,,13,false,{common}", f"A3:B4,,,false,{common}"]
    )


def test_a_change_event_says_what_kind_of_change_it_was(project: Project) -> None:
    project.trigger("change")
    project.write("function changed(e) { console.log(e.changeType) }")
    project.person.edit("A2:A3", [["2"], ["1"]])
    project.person.insert_rows("Leads", 2)
    project.person.delete_rows("Leads", 2)
    project.person.sort("A2:B3", 1)
    assert sorted(project.logged()) == ["EDIT", "INSERT_ROW", "OTHER", "REMOVE_ROW"]


def test_scripts_and_api_writes_fire_nothing(project: Project) -> None:
    project.trigger("edit", "change")
    project.value("SpreadsheetApp.getActiveSheet().getRange(2, 1).setValue('x') && 1")
    project.book.tab("Leads").write(3, 1, [["y"]])
    assert project.logged() == []


def test_an_event_names_the_colleague_who_did_it(project: Project) -> None:
    project.trigger("edit")
    project.write("function edited(e) { console.log(e.user.getEmail()) }")
    project.person.colleague("bob@example.com").edit("A2", [["1"]])
    project.person.edit("A3", [["2"]])
    assert sorted(project.logged()) == ["bob@example.com", "you@local.invalid"]


def test_lost_triggers_fire_no_more(project: Project) -> None:
    project.trigger("edit", "change")
    project.scripts.lose_triggers()
    project.person.edit("A2", [["1"]])
    assert (project.logged(), project.scripts.project.triggers.all()) == ([], ())


def test_handlers_overlap(project: Project, web: Callable[..., str]) -> None:
    both = threading.Barrier(2)
    address = web(lambda _: (200, str(both.wait(5)).encode()))
    project.trigger("edit")
    project.write(f"function edited(e) {{ console.log(UrlFetchApp.fetch('{address}').getContentText()) }}")
    project.person.edit("A2", [["1"]])
    project.person.edit("A3", [["2"]])
    assert sorted(project.logged()) == ["0", "1"]


def test_edits_beyond_a_queue_of_two_are_dropped_when_trouble_says_so(
    project: Project, web: Callable[..., str]
) -> None:
    free = threading.Event()
    arrived: list[str] = []

    def hold(path: str) -> tuple[int, bytes]:
        arrived.append(path)
        assert free.wait(5)
        return 200, b""

    address = web(hold)
    project.trigger("edit")
    project.write(f"function edited(e) {{ UrlFetchApp.fetch('{address}'); console.log(e.range.getRow()) }}")
    project.trouble.edit_queue = 2
    running = 4
    for row in range(2, 2 + running):
        project.person.edit(f"A{row}", [["x"]])
        eventually(lambda row=row: len(arrived) == row - 1)
    for row in range(2 + running, 12):
        project.person.edit(f"A{row}", [["x"]])
    free.set()
    assert sorted(map(int, project.logged())) == list(range(2, 2 + running + 2))


def test_a_handler_that_begins_late_is_overtaken_by_the_next(project: Project) -> None:
    project.scripts.stop()
    late = iter([1.0, 0.0])
    drawn: list[float] = []
    project.start(chance=lambda: drawn.append(next(late)) or drawn[-1])
    project.trigger("edit")
    project.write("function edited(e) { console.log(e.range.getRow()) }")
    project.trouble.script_delay = 0.5
    project.person.edit("A2", [["x"]])
    eventually(lambda: drawn)
    project.person.edit("A3", [["x"]])
    assert project.logged() == ["3", "2"]


def test_triggers_outlive_the_process_and_run_as_the_account_that_made_them(project: Project) -> None:
    project.trigger("edit")
    project.scripts.stop()
    project.start()
    project.scripts.email = "other@local.invalid"
    assert project.value("ScriptApp.getProjectTriggers().length") == 0
    project.write("function edited(e) { console.log(Session.getEffectiveUser().getEmail() + ' ' + e.user.getEmail()) }")
    project.person.edit("A2", [["1"]])
    assert project.logged() == ["you@local.invalid other@local.invalid"]


def test_the_clock_really_fires_every_so_many_minutes(project: Project) -> None:
    project.value("ScriptApp.newTrigger('tick').timeBased().everyMinutes(5).create() && 1")
    project.scripts.stop()
    project.write("function tick(e) { console.log('tick ' + typeof e.triggerUid) }")
    project.start(minute=0.002)
    eventually(lambda: len(project.scripts.executions()) >= 3)
    project.scripts.stop()
    assert set(project.logged()) == {"tick string"}


def test_minutes_that_google_does_not_offer_are_refused(project: Project) -> None:
    assert "must be one of 1, 5, 10, 15, 30" in project.refused("ScriptApp.newTrigger('x').timeBased().everyMinutes(2)")


def test_only_this_machine_is_reached(project: Project) -> None:
    assert "this machine only" in project.refused("UrlFetchApp.fetch('https://example.org/')")
    assert "this machine only" in project.refused("UrlFetchApp.fetch('http://127.0.0.1@example.org/')")


def test_a_redirect_is_not_followed_to_elsewhere(project: Project, web: Callable[..., str]) -> None:
    address = web(lambda _: (302, b""))
    assert "following redirects" in project.refused(f"UrlFetchApp.fetch('{address}')")
    code = f"UrlFetchApp.fetch('{address}', {{followRedirects: false}}).getResponseCode()"
    assert project.value(code) == 302


def test_statuses_can_be_muted_and_failed_connections_cannot(project: Project, web: Callable[..., str]) -> None:
    address = web(lambda _: (404, "naïve".encode()))
    assert "returned code 404" in project.refused(f"UrlFetchApp.fetch('{address}')")
    answer = f"((one) => [one.getResponseCode(), one.getContentText()])(UrlFetchApp.fetch('{address}', {{muteHttpExceptions: true}}))"
    assert project.value(answer) == [404, "naïve"]
    assert "Address unavailable" in project.refused(
        "UrlFetchApp.fetch('http://127.0.0.1:1/', {muteHttpExceptions: true})"
    )


def test_a_slow_answer_ends_with_the_time_given(project: Project, web: Callable[..., str]) -> None:
    free = threading.Event()
    address = web(lambda _: (200, str(free.wait(5)).encode()))
    assert "Timeout" in project.refused(f"UrlFetchApp.fetch('{address}', {{timeoutSeconds: 0.05}})")
    free.set()


def test_an_option_google_does_not_know_is_refused(project: Project) -> None:
    said = project.refused("UrlFetchApp.fetch('http://127.0.0.1:1/', {methd: 'post'})")
    assert said == "Attribute provided with no value: methd"


def test_a_trigger_cannot_open_a_dialog(project: Project) -> None:
    project.trigger("edit")
    project.write("function edited(e) { try { SpreadsheetApp.getUi() } catch (error) { console.log(error.message) } }")
    project.person.edit("A2", [["1"]])
    assert project.logged() == ["Cannot call SpreadsheetApp.getUi() from this context."]


def test_on_open_draws_menus_and_may_ask_for_nothing_else(project: Project) -> None:
    project.write("function onOpen() { SpreadsheetApp.getUi().createMenu('M').addItem('One', 'one').addToUi() }")
    items = [{"caption": "One", "handler": "one"}]
    assert project.scripts.run("onOpen", [])["menus"] == [{"title": "M", "items": items}]
    project.write("function onOpen() { UrlFetchApp.fetch('http://127.0.0.1/') }")
    with pytest.raises(Invalid, match="do not have permission"):
        project.scripts.run("onOpen", [])


def test_dialogs_are_recorded_and_answered(project: Project) -> None:
    project.write(
        "function ask() { const ui = SpreadsheetApp.getUi(); const one = ui.prompt('T', 'Name?', ui.ButtonSet.OK_CANCEL);"
        "return [one.getSelectedButton() === ui.Button.OK, one.getResponseText(), ui.alert('T', 'Sure?', ui.ButtonSet.YES_NO)] }"
    )
    answered = project.scripts.run("ask", [], answers=["Ada", "YES"])
    assert answered["result"] == [True, "Ada", "YES"]
    assert [(one["kind"], one["title"], one["text"]) for one in answered["dialogs"]] == [
        ("prompt", "T", "Name?"),
        ("alert", "T", "Sure?"),
    ]
    assert project.scripts.run("ask", [])["result"] == [False, "", "CLOSE"]


def test_what_the_person_has_chosen_is_the_active_range(project: Project) -> None:
    project.book.add_tab("Other")
    project.write("function chosen() { return SpreadsheetApp.getActiveSheet().getActiveRange().getA1Notation(); }")
    choices = ("Other!B3:C4", "Leads!D9", "")
    assert [project.scripts.run("chosen", [], at=at)["result"] for at in choices] == ["B3:C4", "D9", "A1"]


def test_a_page_is_shown_as_sidebar_or_dialog(project: Project) -> None:
    (project.folder / "Page.html").write_text("<p>from a file", encoding="utf-8")
    project.write(
        "function show() { const ui = SpreadsheetApp.getUi();"
        "ui.showSidebar(HtmlService.createHtmlOutputFromFile('Page').setTitle('S'));"
        "ui.showModalDialog(HtmlService.createHtmlOutput('<p>from text').setWidth(300), 'D'); }"
    )
    shown = project.scripts.run("show", [])["dialogs"]
    assert shown == [{"kind": "sidebar", "title": "S"}, {"kind": "dialog", "title": "D"}]
    assert project.scripts.panel("sidebar") == Panel("S", "<p>from a file")
    assert project.scripts.panel("dialog") == Panel("D", "<p>from text")


def test_a_page_that_is_not_there_or_is_no_page_is_refused(project: Project) -> None:
    assert "No HTML file named ../x" in project.refused("HtmlService.createHtmlOutputFromFile('../x')")
    assert "(String) don't match" in project.refused("SpreadsheetApp.getUi().showSidebar('<p>')")


def test_a_script_has_no_right_that_its_manifest_does_not_ask_for(project: Project) -> None:
    fetch = "UrlFetchApp.fetch('http://127.0.0.1:9/')"
    assert "Address unavailable" in project.refused(fetch)
    (project.folder / "appsscript.json").write_text('{"oauthScopes": []}')
    assert "auth/script.external_request" in project.refused(fetch)
    assert "auth/spreadsheets.currentonly" in project.refused("SpreadsheetApp.getActiveSheet().getLastRow()")


def test_a_right_that_the_person_withholds_is_missing(project: Project) -> None:
    status = "ScriptApp.getAuthorizationInfo(ScriptApp.AuthMode.FULL).getAuthorizationStatus()"
    assert project.value(status) == "NOT_REQUIRED"
    project.scripts.project.rights.withheld.add("script.scriptapp")
    assert project.value(status) == "REQUIRED"
    assert "script.scriptapp" in project.refused("ScriptApp.getProjectTriggers()")
    assert "Authorization is required" in project.refused("ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL)")


@pytest.mark.parametrize("name", ["hidden_", "missing", "run()", "globalThis.run", "", "__run"])
def test_only_functions_of_the_script_can_be_run(project: Project, name: str) -> None:
    project.write("function hidden_() {}\nfunction run() {}")
    with pytest.raises(Invalid, match="Script function not found"):
        project.scripts.run(name, [])


def test_what_was_pushed_takes_effect_with_the_next_execution(project: Project) -> None:
    assert project.value("'old'") == "old"
    assert project.value("'new one'") == "new one"


def test_nothing_is_left_of_an_execution_but_what_it_kept(project: Project) -> None:
    project.write("var count = 0; function run() { count += 1; return count }")
    assert [project.scripts.run("run", [])["result"] for _ in range(3)] == [1, 1, 1]


def test_an_execution_that_throws_is_logged_with_its_error(project: Project) -> None:
    project.trigger("edit")
    project.write("function edited(e) { Logger.log('so far'); throw new Error('no further') }")
    project.person.edit("A2", [["1"]])
    assert project.scripts.wait_idle(60)
    run = project.scripts.executions()[0]
    assert (run["function"], run["error"], run["log"]) == ("edited", "no further", [["INFO", "so far"]])


def test_a_file_that_does_not_parse_is_an_error_and_not_a_crash(project: Project) -> None:
    project.write("function (")
    with pytest.raises(Invalid, match="SyntaxError"):
        project.scripts.run("run", [])


def test_an_execution_ends_when_its_time_is_up(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "LONGEST", 0.05)
    assert project.refused("(() => { for (;;) Utilities.getUuid(); })()") == "Exceeded maximum execution time"


def test_an_execution_that_wants_too_much_memory_ends(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MEMORY", 8 * 1024 * 1024)
    assert "out of memory" in project.refused(
        "(() => { const all = []; for (;;) all.push('x'.repeat(100000) + all.length); })()"
    )


def test_the_last_200_executions_are_remembered(project: Project) -> None:
    project.write("function run(n) { return n }")
    for number in range(203):
        project.scripts.run("run", [number])
    runs = project.scripts.executions()
    assert (len(runs), runs[0]["result"], runs[-1]["result"]) == (200, 202, 3)


def test_after_a_stop_nothing_runs_any_more(project: Project) -> None:
    project.trigger("edit")
    project.write("function edited(e) { console.log('ran') }")
    project.scripts.stop()
    project.person.edit("A2", [["1"]])
    assert project.logged() == []
