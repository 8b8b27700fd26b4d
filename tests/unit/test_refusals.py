"""What Google refuses is told with its cause and what to do: by status and reason, never by its words."""

from typing import Any

import pytest

from bridge.errors import Permanent, Rejected, Throttled
from bridge.google.refusals import API_LIBRARY, REFUSALS, TOKEN_REFUSALS, of_answer, of_token

BOT = "bot@project.iam.gserviceaccount.com"
ENABLE = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=1"


def body(status: str, reason: str = "", message: str = "Diese Meldung ist übersetzt.", **more: Any) -> dict[str, Any]:
    """The ``error`` of an answer of Google."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}
    return {"message": message, "status": status, "details": [info | more] if reason else []}


OLD = {"message": "x", "errors": [{"domain": "usageLimits", "reason": "accessNotConfigured"}]}
CAUSES = {
    "not shared": (403, body("PERMISSION_DENIED"), f"not shared with {BOT}", "Editor"),
    "without details": (403, {"message": "x", "status": "PERMISSION_DENIED"}, "not shared", "share it"),
    "API off": (403, body("PERMISSION_DENIED", "SERVICE_DISABLED"), "API is not enabled", API_LIBRARY),
    "API off, old shape": (403, OLD, "API is not enabled", API_LIBRARY),
    "project gone": (403, body("PERMISSION_DENIED", "CONSUMER_SUSPENDED"), "project of the key", "another one"),
    "policy": (403, body("PERMISSION_DENIED", "ORG_RESTRICTION_VIOLATION"), "a policy", "administrators"),
    "scope": (403, body("PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "may not use", "new JSON key"),
    "an unknown reason": (403, body("PERMISSION_DENIED", "SOMETHING_NEW"), "not shared", "share it"),
    "Excel": (400, body("FAILED_PRECONDITION"), "Excel", "Save as Google Sheets"),
    "wrong id": (404, body("NOT_FOUND"), "no spreadsheet with this id", "bridge.toml"),
    "token": (401, body("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"), "access token", "key"),
    "a page that is not Google's": (404, {"code": -1, "message": "<html>"}, "no spreadsheet", "bridge.toml"),
}


@pytest.mark.parametrize(("status", "error", "means", "mend"), CAUSES.values(), ids=CAUSES)
def test_each_cause_says_what_it_is_and_what_to_do(status: int, error: dict[str, Any], means: str, mend: str) -> None:
    told = of_answer(status, error, BOT)
    assert isinstance(told, Permanent)
    assert not isinstance(told, Rejected)
    assert means in told.means
    assert mend in told.mend
    assert str(told) == f"{told.means}: {told.mend}"


@pytest.mark.parametrize(
    "error",
    [
        body("PERMISSION_DENIED", "SERVICE_DISABLED", metadata={"activationUrl": ENABLE}),
        body("PERMISSION_DENIED", "SERVICE_DISABLED", links=[{"description": "Console", "url": ENABLE}]),
        body("PERMISSION_DENIED", "SERVICE_DISABLED", f"Enable it by visiting {ENABLE} then retry."),
        OLD | {"message": f"Visiting {ENABLE} then retry."},
    ],
    ids=["metadata", "help", "message", "old shape"],
)
def test_the_link_by_which_the_api_is_enabled_is_told(error: dict[str, Any]) -> None:
    assert f"enable it at {ENABLE}, and wait" in str(of_answer(403, error, BOT))


def test_a_link_that_leads_elsewhere_is_not_told() -> None:
    error = body("PERMISSION_DENIED", "SERVICE_DISABLED", metadata={"activationUrl": "https://evil.example/x"})
    assert API_LIBRARY in str(of_answer(403, error, BOT))


@pytest.mark.parametrize("reason", ["RATE_LIMIT_EXCEEDED", "userRateLimitExceeded"])
def test_a_limit_that_is_told_with_a_403_is_waited_out(reason: str) -> None:
    assert isinstance(of_answer(403, body("PERMISSION_DENIED", reason), BOT), Throttled)
    assert isinstance(of_answer(429, body("RESOURCE_EXHAUSTED", reason), BOT), Throttled)


def test_what_the_table_does_not_know_concerns_this_request_alone() -> None:
    told = of_answer(400, body("INVALID_ARGUMENT", message="Unable to parse range: Leads!A1"), BOT)
    assert isinstance(told, Rejected)
    assert str(told) == "Google refuses the request: Unable to parse range: Leads!A1"


@pytest.mark.parametrize("error", [{"details": "x"}, {"details": [None, 1]}, {"errors": {}}, {}, {"details": [{}]}])
def test_an_answer_of_another_shape_is_told_by_its_status(error: dict[str, Any]) -> None:
    assert "not shared" in str(of_answer(403, error, BOT))
    assert isinstance(of_answer(400, error, BOT), Rejected)


@pytest.mark.parametrize(
    ("answer", "means", "mend"),
    [
        ({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, "revoked", "clock"),
        ({"error": "disabled_client"}, "disabled", "enable the account"),
        ({"error": "invalid_scope", "error_description": "bad scope"}, "may not use", "new JSON key"),
        ("not JSON", "Google refuses the service account's key", "new key"),
        (None, "Google refuses the service account's key", "new key"),
    ],
)
def test_what_the_token_endpoint_refuses_is_told(answer: object, means: str, mend: str) -> None:
    told = of_token(answer, BOT)
    assert means in told.means
    assert mend in told.mend


def test_googles_own_words_are_told_where_they_tell_causes_apart() -> None:
    told = of_token({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, BOT)
    assert "(Google says: Invalid JWT Signature)" in str(told)


def test_every_line_of_the_table_has_both_halves_and_can_be_filled_in() -> None:
    for one in (*REFUSALS.values(), *TOKEN_REFUSALS.values()):
        means, mend = (text.format(email=BOT, link=API_LIBRARY) for text in (one.means, one.mend))
        assert means
        assert mend
