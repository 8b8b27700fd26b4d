"""Bodies and switches that mean nothing are refused by name, and leave the book as it was."""

import json

import pytest
import requests

from bridge.local_google.errors import Invalid
from bridge.local_google.script.dates import formatted
from tests.local_google.conftest import OWNER_TOKEN, Served

HUGE = "1" + "0" * 400
NO_ZONES = ["Mars", "America", "x" * 300, "/etc/localtime", "..", "Europe/Berlin\0"]
HEADERS = {"Authorization": f"Bearer {OWNER_TOKEN}", "Content-Type": "application/json"}


def put(served: Served, where: str, body: str, more: str = "") -> requests.Response:
    url = f"{served.url}/v4/spreadsheets/{served.local.book.id}/values/{where}?valueInputOption=RAW{more}"
    return requests.put(url, data=body.encode(errors="surrogatepass"), headers=HEADERS, timeout=60)


@pytest.mark.parametrize(
    "cell",
    ["1e400", "-1e999", HUGE, '"\\ud800"', '"\ud800"', "[" * 100_000],
    ids=["too large", "too small", "too long", "half a character", "half a character bare", "bottomless"],
)
def test_a_body_that_is_no_json_of_googles_is_refused_and_nothing_is_kept(served: Served, cell: str) -> None:
    before = served.local.book.revision
    api = put(served, "H1", f'{{"values":[[{cell}]]}}')
    typed = f'{{"range":"H1","values":[[{cell}]]}}'.encode(errors="surrogatepass")
    hand = requests.post(f"{served.url}/edit", data=typed, headers=HEADERS, timeout=60)
    assert [answer.status_code for answer in (api, hand)] == [400, 400]
    assert served.local.book.revision == before


def test_a_tab_cannot_have_half_a_character_in_its_name(served: Served) -> None:
    url = f"{served.url}/v4/spreadsheets/{served.local.book.id}:batchUpdate"
    body = '{"requests":[{"updateSheetProperties":{"properties":{"title":"\\ud800"},"fields":"title"}}]}'
    assert requests.post(url, data=body, headers=HEADERS, timeout=60).status_code == 400
    assert requests.get(f"{served.url}/grid", timeout=60).status_code == 200


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_time_zone_is_refused_and_never_opened_as_a_file(served: Served, name: str) -> None:
    with pytest.raises(Invalid, match="Unknown time zone"):
        served.local.book.set_time_zone(name)
    with pytest.raises(Invalid, match="timeZone"):
        formatted(0, name, "yyyy")
    assert served.local.book.now.time_zone == "Etc/GMT"


@pytest.mark.parametrize(
    "body",
    [
        {"latency": -1}, {"latency": None}, {"edit_queue": -1}, {"undo_fires_edit": None}, {"lag": {"seconds": -5, "lasting": 1}},
        {"fail": {"answer": 503, "times": 0}}, {"fail": {"answer": 503, "times": 10**9}}, {"quota": {"per_user": -1}},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_a_switch_that_means_nothing_is_refused_by_its_name(served: Served, body: dict[str, object]) -> None:
    answer = served.post("/trouble", body)
    assert answer.status_code == 400
    assert next(iter(body)) in answer.json()["error"]["message"]
    assert served.local.trouble.latency == 0


def test_a_dragged_series_that_leaves_the_numbers_ends_in_num(served: Served) -> None:
    served.leads.write(5, 8, [[1e308], [1.7e308]])
    assert served.post("/fill", {"range": "Leads!H5:H6", "down_to": 9}).status_code == 200
    grid = requests.get(f"{served.url}/grid", timeout=60)
    assert (grid.status_code, "#NUM!" in grid.text) == (200, True)


def test_the_bodys_range_may_not_contradict_the_address(served: Served) -> None:
    answer = put(served, "H1", '{"range": "H2", "values": [["x"]]}')
    assert (answer.status_code, "does not match" in answer.text) == (400, True)
    assert put(served, "H1", '{"range": "Leads!H1", "values": [["x"]]}').status_code == 200


def test_a_parameter_of_another_method_or_given_twice_is_refused_and_standard_ones_are_not(served: Served) -> None:
    assert put(served, "H1", "{}", "&insertDataOption=INSERT_ROWS").status_code == 400
    assert served.call("GET", "/values/A1", params={"ranges": "B1"}).status_code == 400
    assert served.call("GET", "/values/A1", params={"majorDimension": ["ROWS", "COLUMNS"]}).status_code == 400
    assert served.call("GET", "/values/A1", params={"key": "abc", "quotaUser": "me", "$.xgafv": "2"}).status_code == 200
    mode = {
        "commentsViewMode": "COMMENTS_VIEW_MODE_OMITTED",
        "excludeTablesInBandedRanges": "true",
        "uploadType": "media",
    }
    assert served.call("GET", "", params=mode).status_code == 200


def test_a_writing_gesture_without_the_json_header_says_what_to_send(served: Served) -> None:
    answer = requests.post(f"{served.url}/edit", data="range=A1", timeout=60)
    assert "Content-Type: application/json" in answer.text
