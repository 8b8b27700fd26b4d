"""Quotas really counted, and trouble on demand: over real HTTP, as the bridge would meet it."""

import time
from dataclasses import fields

import google.auth.exceptions
import gspread
import pytest
import requests

from bridge.local_google.api.quota import Limits, Quota
from bridge.local_google.api.trouble import Fault, Switches, Trouble
from bridge.local_google.errors import GoogleError
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot
from tests.local_google.conftest import Served


class Clock:
    """A clock that a test holds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_sixty_first_read_of_a_minute_is_refused_as_google_does(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.quota.reset()
    for _ in range(60):
        sheet.acell("A1")
    with pytest.raises(gspread.exceptions.APIError) as raised:
        sheet.acell("A1")
    error = raised.value.response.json()["error"]
    assert (error["code"], error["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert error["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    assert "Retry-After" not in raised.value.response.headers
    sheet.update([["writes have their own quota"]], "B2")


def test_a_minute_later_there_is_quota_again() -> None:
    clock = Clock()
    quota = Quota(clock)
    for _ in range(60):
        quota.take("bridge", "write")
    clock.now += 59.9
    with pytest.raises(GoogleError):
        quota.take("bridge", "write")
    clock.now += 0.2
    quota.take("bridge", "write")


def test_refused_calls_do_not_count() -> None:
    clock = Clock()
    quota = Quota(clock)
    for second in range(120):
        clock.now = 1000.0 + second / 2
        if second < 60:
            quota.take("bridge", "read")
        else:
            with pytest.raises(GoogleError):
                quota.take("bridge", "read")
    clock.now = 1060.0
    quota.take("bridge", "read")


def test_a_project_has_its_own_limit() -> None:
    quota = Quota(Clock())
    for user in range(5):
        for _ in range(60):
            quota.take(f"user {user}", "read")
    with pytest.raises(GoogleError, match="limit 'Read requests per minute' of"):
        quota.take("user 6", "read")


def test_the_owner_looking_at_the_sheet_is_not_counted_unless_asked_for(served: Served) -> None:
    served.local.quota.limits = Limits(per_user=1)
    assert [served.call("GET", "/values/A1").status_code for _ in range(3)] == [200, 200, 200]
    served.local.trouble.owner_too = True
    assert [served.call("GET", "/values/A1").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (403, "PERMISSION_DENIED"),
        (404, "NOT_FOUND"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ],
)
def test_the_next_write_fails_and_the_one_after_works(
    sheet: gspread.Worksheet, served: Served, answer: int, status: str
) -> None:
    assert served.post("/trouble", {"fail": {"answer": answer, "kind": "write"}}).json()["faults_due"] == 1
    sheet.acell("A1")
    with pytest.raises(gspread.exceptions.APIError) as raised:
        sheet.update([["lost"]], "A2")
    assert raised.value.response.json()["error"]["status"] == status
    assert served.leads.last_row == 1
    sheet.update([["kept"]], "A2")


def test_a_server_error_may_come_as_html(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.fail(Fault(502))
    with pytest.raises(gspread.exceptions.APIError) as raised:
        sheet.acell("A1")
    assert raised.value.response.status_code == 502
    assert raised.value.response.headers["Content-Type"].startswith("text/html")


def test_a_401_makes_the_client_fetch_a_new_token_and_go_on(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.fail(Fault(401))
    assert sheet.acell("A1").value == "id"


def test_a_503_may_come_after_the_write_landed(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.fail(Fault(503, kind="write", landed=True, retry_after=7))
    with pytest.raises(gspread.exceptions.APIError) as raised:
        sheet.update([["landed"]], "A2")
    assert raised.value.response.headers["Retry-After"] == "7"
    assert served.leads.values(2, 1) == [["landed"]]


@pytest.mark.parametrize("landed", [False, True])
def test_a_connection_may_end_without_an_answer(sheet: gspread.Worksheet, served: Served, landed: bool) -> None:
    served.local.trouble.fail(Fault("drop", method="values.update", landed=landed))
    with pytest.raises(requests.ConnectionError):
        sheet.update([["x"]], "A2")
    assert served.leads.last_row == (2 if landed else 1)
    assert served.local.calls.count("write", "values.update", 0) == 1


def test_an_answer_may_take_longer_than_the_client_waits(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.latency = 0.3
    sheet.client.set_timeout(0.1)
    with pytest.raises(requests.Timeout):
        sheet.acell("A1")


def test_a_row_may_be_inserted_between_a_read_and_a_write(sheet: gspread.Worksheet, served: Served) -> None:
    served.leads.write(2, 1, [[1, "Ada"]])
    served.local.trouble.before_write(lambda: served.local.person.insert_rows("Leads", 2))
    sheet.update([["DONE"]], "C2")
    sheet.update([["later"]], "D2")
    assert served.leads.values(2, 1, 2, 4) == [[None, None, "DONE", "later"], [1, "Ada", None, None]]


def test_reads_lag_behind_for_a_while() -> None:
    clock = Clock()
    book = Book("id", Snapshot("Leads", (Grid(0, "Leads"),)))
    trouble = Trouble(book, clock)
    tab = book.tabs()[0]

    def seen() -> object:
        return trouble.seen().grids[0].cell(0, 0).value

    tab.write(1, 1, [["before"]])
    trouble.lag(3, lasting=10)
    clock.now += 1
    tab.write(1, 1, [["first"]])
    clock.now += 2
    tab.write(1, 1, [["second"]])
    assert seen() == "before"
    clock.now += 1
    assert seen() == "first"
    clock.now += 2
    assert seen() == "second"
    clock.now += 3
    tab.write(1, 1, [["third"]])
    assert seen() == "second"
    clock.now += 1.1
    assert seen() == "third"


def test_a_lagging_read_is_served_over_http(sheet: gspread.Worksheet, served: Served) -> None:
    assert served.post("/trouble", {"lag": {"seconds": 60, "lasting": 60}}).json()["lag_lasts"] > 50
    sheet.update([["new"]], "A1")
    assert sheet.acell("A1").value == "id"
    served.post("/trouble", {"reset": True})
    assert sheet.acell("A1").value == "new"


def test_a_sheet_no_longer_shared_is_forbidden(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.unshared = True
    with pytest.raises(gspread.exceptions.APIError, match="does not have permission"):
        sheet.acell("A1")
    assert served.call("GET", "/values/A1").status_code == 200


def test_a_revoked_key_gets_no_token_and_its_tokens_end(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.key_revoked = True
    with pytest.raises(google.auth.exceptions.RefreshError, match="invalid_grant"):
        sheet.acell("A1")


def test_the_owner_is_spared_trouble_meant_for_the_bridge(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.fail(Fault(503, kind="read"))
    assert served.call("GET", "/values/A1").status_code == 200
    with pytest.raises(gspread.exceptions.APIError):
        sheet.acell("A1")


def test_calls_are_counted_by_kind_method_and_result(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.calls.reset()
    served.local.trouble.fail(Fault(429, kind="write"))
    sheet.acell("A1")
    with pytest.raises(gspread.exceptions.APIError):
        sheet.update([["x"]], "A2")
    sheet.update([["x"]], "A2")
    served.call("GET", "/values/A1")
    assert requests.get(served.url + "/calls", timeout=60).json() == {
        "reads": 1,
        "writes": 2,
        "methods": {"values.get": {"200": 1}, "values.update": {"200": 1, "429": 1}},
        "by_owner": 1,
    }


def test_switches_are_set_told_and_put_back(served: Served) -> None:
    assert served.post("/trouble", {"latency": 0.25, "edit_queue": 2, "echo_skipped": False}).json()["edit_queue"] == 2
    told = requests.get(served.url + "/trouble", timeout=60).json()
    assert (told["latency"], told["echo_skipped"]) == (0.25, False)
    told = served.post("/trouble", {"reset": True}).json()
    assert (told["latency"], told["echo_skipped"], told["edit_queue"]) == (0.0, True, None)


@pytest.mark.parametrize("body", [{"latencie": 1}, {"fail": {"answer": 418}}, {"lag": {"seconds": "3", "lasting": 1}}])
def test_trouble_that_is_not_known_is_refused(served: Served, body: dict[str, object]) -> None:
    assert served.post("/trouble", body).status_code == 400


def test_a_write_after_trouble_is_seen_at_once(sheet: gspread.Worksheet, served: Served) -> None:
    served.local.trouble.latency = 0.05
    started = time.monotonic()
    sheet.update([["x"]], "A2")
    assert time.monotonic() - started >= 0.05
    assert sheet.acell("A2").value == "x"


def test_the_quota_is_set_over_http_told_and_put_back(sheet: gspread.Worksheet, served: Served) -> None:
    told = served.post("/trouble", {"quota": {"per_user": 1}}).json()
    assert told["quota"] == {"per_user": 1, "per_project": 300}
    served.local.quota.reset()
    sheet.acell("A1")
    with pytest.raises(gspread.exceptions.APIError, match="Quota exceeded"):
        sheet.acell("A1")
    sheet.update([["x"]], "A2")
    assert served.post("/trouble", {"reset": True}).json()["quota"]["per_user"] == 60
    sheet.acell("A1")


def test_every_switch_can_be_thrown_over_http(served: Served) -> None:
    thrown = {
        "latency": 0.01, "echo_skipped": False, "undo_fires_edit": False, "sort_fires_edit": True,
        "replace_fires_edit": True, "cut_fires_source": True, "unknown_change": "EDIT", "api_fires_change": True,
        "edit_queue": 2, "key_revoked": True, "unshared": True, "owner_too": True, "script_delay": 0.5,
    }  # fmt: skip
    assert thrown.keys() == {one.name for one in fields(Switches)}
    told = served.post("/trouble", thrown).json()
    assert {name: told[name] for name in thrown} == thrown


@pytest.mark.parametrize("number", [0, 1])
def test_numbers_json_does_not_have_are_refused(served: Served, number: int) -> None:
    text = ('{"values": [[NaN]]}', '{"values": [[Infinity]]}')[number]
    answer = served.call("PUT", "/values/A2?valueInputOption=RAW", data=text)
    assert (answer.status_code, served.leads.last_row) == (400, 1)
