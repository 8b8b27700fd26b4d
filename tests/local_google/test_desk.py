"""The person's desk and the token endpoint over HTTP."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import google.auth.crypt
import google.auth.jwt
import pytest
import requests

from bridge.local_google.api.oauth import GOOGLES_AUDIENCE, GRANT, service_account
from bridge.local_google.app import create_local_google
from bridge.local_google.person.events import Event
from bridge.local_google.sheet.cells import Validation
from tests.local_google.conftest import SCOPE, Served


def grid(served: Served, **query: Any) -> requests.Response:
    return requests.get(served.url + "/grid", params=query, timeout=60)


def test_an_edit_shows_in_the_grid_with_a_new_revision(served: Served) -> None:
    before = grid(served).json()
    revision = served.post("/edit", {"range": "Leads!A2:C2", "values": [["12", "Vikram", "=A2"]]}).json()["revision"]
    after = grid(served, tab="Leads", since=before["revision"]).json()
    assert revision == after["revision"] > before["revision"]
    assert after["rows"][1] == [{"shown": "12"}, {"shown": "Vikram"}, {"shown": "#N/A", "formula": "=A2"}]
    assert (after["title"], after["tabs"]) == ("Leads", [{"title": "Leads", "sheet_id": 0}])
    assert after["spreadsheet"] == served.local.book.id


def test_a_grid_that_has_not_changed_is_not_sent_again(served: Served) -> None:
    revision = grid(served).json()["revision"]
    assert grid(served, since=revision).status_code == 304
    served.leads.write(2, 1, [["the api writes"]])
    assert grid(served, since=revision).status_code == 200


def test_only_rows_that_changed_travel_to_a_page_that_knows_the_rest(served: Served) -> None:
    served.post("/edit", {"range": "A2:B4", "values": [["1", "a"], ["2", "b"], ["3", "c"]]})
    since = grid(served).json()["revision"]
    served.post("/edit", {"range": "B3", "values": [["new"]]})
    told = grid(served, changes="", since=since).json()
    assert "rows" not in told
    assert told["changes"] == [[2, [{"shown": "2"}, {"shown": "new"}]]]
    served.post("/lines", {"action": "delete", "tab": "Leads", "first": 3})
    told = grid(served, changes="", since=told["revision"]).json()
    assert (told["height"], [index for index, _ in told["changes"]]) == (3, [2])
    assert "rows" in grid(served, changes="", since=1).json()


def test_toasts_come_once(served: Served) -> None:
    revision = grid(served).json()["revision"]
    served.local.book.toast("Saved", "Bridge")
    news = grid(served, since=revision).json()
    assert [(toast["title"], toast["text"]) for toast in news["toasts"]] == [("Bridge", "Saved")]
    assert grid(served, since=news["revision"]).status_code == 304


def test_rows_sort_undo_and_redo_over_http(served: Served) -> None:
    served.post("/edit", {"range": "A2", "values": [["2"], ["1"]]})
    served.post("/lines", {"action": "insert", "tab": "Leads", "first": 2})
    served.post("/sort", {"range": "Leads!A2:D4", "column": 1, "ascending": True})
    assert served.leads.values(2, 1, 3, 1) == [[1], [2], [None]]
    served.post("/undo", {})
    assert served.leads.values(2, 1, 3, 1) == [[None], [2], [1]]
    served.post("/redo", {})
    served.post("/lines", {"action": "delete", "tab": "Leads", "first": 2})
    assert served.leads.values(2, 1, 2, 1) == [[2], [None]]


def test_lines_cells_and_tabs_change_over_http(served: Served) -> None:
    served.post("/edit", {"range": "A2", "values": [["1", "Lead 1"], ["2", "Lead 2"]]})
    served.post("/fill", {"range": "A2:B3", "down_to": 4})
    assert served.leads.values(4, 1, 1, 2) == [[3, "Lead 2"]]
    served.post("/replace", {"range": "B2:B4", "find": "lead", "by": "Kunde"})
    served.post("/lines", {"action": "move", "tab": "Leads", "first": 4, "before": 2})
    served.post("/cut", {"range": "A2:B2", "to": "A6"})
    served.post("/clear", {"range": "B6"})
    assert served.leads.values(2, 1, 5, 2) == [[None, None], [1, "Kunde 1"], [2, "Kunde 2"], [None, None], [3, None]]
    served.post("/lines", {"action": "insert", "tab": "Leads", "dimension": "COLUMNS", "first": 1})
    served.post("/lines", {"action": "delete", "tab": "Leads", "dimension": "COLUMNS", "first": 2})
    assert served.leads.values(1, 1, 1, 2) == [[None, "name"]]
    served.leads.set_validation("D2:D2", Validation("BOOLEAN"))
    served.post("/tick", {"range": "D2"})
    served.post("/rename", {"tab": "Leads", "title": "Kunden"})
    tab = served.local.book.tabs()[0]
    assert (tab.title, tab.values(2, 4)) == ("Kunden", [[True]])


def test_what_a_person_does_is_told_to_the_scripts(served: Served) -> None:
    events: list[Event] = []
    served.local.person.on_event.append(events.append)
    served.post("/edit", {"range": "B2", "values": [["x"]]})
    served.call("PUT", "/values/B3?valueInputOption=RAW", json={"values": [["by api"]]})
    assert [event.kind for event in events] == ["edit", "change"]


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/edit", {"range": "Nix!A1", "values": [["x"]]}, "Unable to parse range: Nix!A1"),
        ("/edit", {"range": "A1", "values": []}, "no values"),
        ("/edit", {"range": "A1", "values": "x"}, "Invalid value at 'values'"),
        ("/edit", {"range": "A1", "value": [["x"]]}, "values"),
        ("/edit", {"range": "A1", "values": [["x"]], "by": "me"}, 'Unknown name "by"'),
        ("/lines", {"action": "swap", "tab": "Leads", "first": 2}, "Invalid value at 'action'"),
        ("/lines", {"action": "delete", "tab": "Nix", "first": 2}, "no tab 'Nix'"),
        ("/lines", {"action": "delete", "tab": "Leads", "first": 5000}, "cannot be deleted"),
        ("/sort", {"range": "A2:B9", "column": 3}, "Column 3 is not in A2:B9"),
        ("/undo", {}, "nothing to undo"),
        ("/lines", {"action": "move", "tab": "Leads", "first": 2, "before": 3}, "cannot be moved before 3"),
        ("/lines", {"action": "insert", "tab": "Leads", "dimension": "CELLS", "first": 2}, "'dimension'"),
        ("/tick", {"range": "A2"}, "no checkbox in A2"),
        ("/fill", {"range": "A2", "down_to": 1}, "cannot be dragged down to row 1"),
        ("/cut", {"range": "A2", "to": "Nix!A2"}, "Unable to parse range: Nix!A2"),
        ("/replace", {"range": "A2", "find": "", "by": "x"}, "nothing to look for"),
        ("/rename", {"tab": "Leads", "title": ""}, "A sheet needs a name"),
        ("/menu", {"item": "install"}, "Script function not found: install"),
    ],
)
def test_what_a_person_cannot_do_is_said_in_words(served: Served, path: str, body: Any, message: str) -> None:
    answer = served.post(path, body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:5001", "127.0.0.1.evil.example"])
def test_a_page_elsewhere_cannot_reach_the_desk_under_another_name(served: Served, host: str) -> None:
    assert requests.get(served.url + "/grid", headers={"Host": host}, timeout=60).status_code == 403


@pytest.mark.parametrize("host", ["localhost:5001", "127.0.0.1", "[::1]:5001", "localhost"])
def test_loopback_names_are_served(served: Served, host: str) -> None:
    assert requests.get(served.url + "/grid", headers={"Host": host}, timeout=60).status_code == 200


def test_a_form_of_another_site_cannot_edit(served: Served) -> None:
    body = json.dumps({"range": "A2", "values": [["x"]]})
    answer = requests.post(served.url + "/edit", data=body, headers={"Content-Type": "text/plain"}, timeout=60)
    assert (answer.status_code, served.leads.last_row) == (400, 1)


def test_without_scripts_there_are_no_executions(served: Served) -> None:
    assert requests.get(served.url + "/executions", timeout=60).json() == {"executions": []}


def assertion(served: Served, **claims: Any) -> str:
    account = json.loads((served.folder / "service_account.json").read_text())
    signer = google.auth.crypt.RSASigner.from_service_account_info(account)
    now = int(time.time())
    usual = {"iss": account["client_email"], "scope": SCOPE, "aud": GOOGLES_AUDIENCE, "iat": now, "exp": now + 3600}
    return str(google.auth.jwt.encode(signer, usual | claims), "ascii")


def exchange(served: Served, **form: str) -> requests.Response:
    return requests.post(served.url + "/oauth2/token", data={"grant_type": GRANT} | form, timeout=60)


def test_a_signed_assertion_becomes_a_token(served: Served) -> None:
    answer = exchange(served, assertion=assertion(served)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)


def test_our_own_token_address_is_a_good_audience_too(served: Served) -> None:
    assert "access_token" in exchange(served, assertion=assertion(served, aud=served.url + "/oauth2/token")).json()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "someone@else"}, "account not found"),
        ({"aud": "https://example.com"}, "wrong audience"),
        ({"iat": 1, "exp": 3601}, "expired"),
        ({"scope": "https://www.googleapis.com/auth/gmail"}, "Invalid OAuth scope"),
        ({"iat": "today"}, "Invalid JWT"),
        ({"exp": None}, "Invalid JWT"),
    ],
)
def test_one_wrong_claim_gets_no_token(served: Served, claims: dict[str, Any], reason: str) -> None:
    answer = exchange(served, assertion=assertion(served, **claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert reason in answer.json()["error_description"]


def test_another_key_gets_no_token(served: Served, tmp_path: Path) -> None:
    other = service_account(tmp_path / "other.json", "http://127.0.0.1/oauth2/token")
    mine = json.loads((served.folder / "service_account.json").read_text())
    (served.folder / "service_account.json").write_text(json.dumps(mine | {"private_key": other["private_key"]}))
    answer = exchange(served, assertion=assertion(served))
    assert "Could not verify token signature" in answer.json()["error_description"]


BOTTOMLESS = ".".join([base64.urlsafe_b64encode(b"[" * 9000).decode()] * 3)


@pytest.mark.parametrize(
    "form",
    [{"assertion": "x"}, {"assertion": "a.b.c"}, {"assertion": BOTTOMLESS}, {}, {"grant_type": "password"}],
)
def test_what_is_no_assertion_gets_no_token(served: Served, form: dict[str, str]) -> None:
    assert exchange(served, **form).json()["error"] == "invalid_grant"


def test_the_key_stays_and_its_address_follows_the_port(tmp_path: Path) -> None:
    keys = []
    for port in (5001, 5002):
        app = create_local_google(tmp_path, public_url=f"http://127.0.0.1:{port}/local")
        app.extensions["local_google"].stop()
        keys.append(json.loads((tmp_path / "service_account.json").read_text()))
    assert keys[1] == keys[0] | {"token_uri": "http://127.0.0.1:5002/local/oauth2/token"}
    assert (tmp_path / "service_account.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_opens_the_same_book(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        local = create_local_google(tmp_path, public_url="http://127.0.0.1/local").extensions["local_google"]
        ids.append(local.book.id)
        local.stop()
    assert ids[0] == ids[1]
    assert len(ids[0]) == 44
