"""What Google's refusals mean and what to do about each: one table, by status and reason. Connects nothing.

A refusal has an HTTP status, a status word and, often, an ErrorInfo with a reason (https://google.aip.dev/193);
the token endpoint has a word of its own (RFC 6749, section 5.2). Messages are localised, so none is matched; where
the words leave several causes, Google's own message is told besides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.errors import Permanent, Rejected, Throttled

API_LIBRARY = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"
"""Where the API is enabled, when Google's answer names no address."""
TOO_MANY = frozenset({"RATE_LIMIT_EXCEEDED", "rateLimitExceeded", "userRateLimitExceeded"})
"""Reasons by which Google also says 429's meaning with a 403 (*field*)."""


@dataclass(frozen=True)
class Refusal:
    """``means``: what is wrong; ``mend``: what to do; both may name ``{email}`` and ``{link}``. ``quoted``: Google's
    message is told as well.
    """

    means: str
    mend: str
    quoted: bool = False


_PROJECT_GONE = Refusal(
    "the Google Cloud project of the key is suspended, deleted or without billing",
    "mend the project in the Cloud console, or make a key of a service account in another one",
)
_BARRED = Refusal(
    "a policy of the organisation keeps {email} out of this spreadsheet",
    "ask its administrators to allow it, or use a service account of the organisation's own",
    quoted=True,
)
_KEY_LACKS = Refusal("the key of {email} may not use the Sheets API", "make a new JSON key and put it in its place")
REFUSALS: Mapping[tuple[int, str], Refusal] = {
    (400, "FAILED_PRECONDITION"): Refusal(
        "this is no Google Sheet, but an Excel or other file that is kept in Drive",
        "open it, choose File → Save as Google Sheets, and put the new spreadsheet's address into bridge.toml",
    ),
    (401, ""): Refusal(
        "Google refuses the access token", "check the service account's key, else make a new key", quoted=True
    ),
    (403, "SERVICE_DISABLED"): Refusal(
        "the Google Sheets API is not enabled in the project of the service account",
        "enable it at {link}, and wait a minute or two",
    ),
    (403, "API_KEY_SERVICE_BLOCKED"): _KEY_LACKS,
    (403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"): _KEY_LACKS,
    (403, "CONSUMER_INVALID"): _PROJECT_GONE,
    (403, "CONSUMER_SUSPENDED"): _PROJECT_GONE,
    (403, "BILLING_DISABLED"): _PROJECT_GONE,
    (403, "USER_PROJECT_DENIED"): _PROJECT_GONE,
    (403, "USER_BLOCKED_BY_ADMIN"): _BARRED,
    (403, "SECURITY_POLICY_VIOLATED"): _BARRED,
    (403, "ORG_RESTRICTION_VIOLATION"): _BARRED,
    (403, ""): Refusal("the spreadsheet is not shared with {email}", "share it with that address as an Editor"),
    (404, ""): Refusal(
        "there is no spreadsheet with this id",
        "open the sheet and copy its whole address into bridge.toml; a deleted one must be restored first",
    ),
}
"""(status, reason or status word) → refusal; an empty word stands for all others of the status."""
OLD_WORDS = {"accessNotConfigured": "SERVICE_DISABLED"}
"""Reasons of Google's older error shape → today's."""

TOKEN_REFUSALS: Mapping[str, Refusal] = {
    "invalid_grant": Refusal(
        "Google refuses the service account's key: it was revoked or deleted, or this machine's clock is wrong",
        "check this machine's clock, else make a new key and put it in its place",
        quoted=True,
    ),
    "invalid_scope": _KEY_LACKS,
    "": Refusal(
        "Google refuses the service account's key: its account may be disabled or deleted",
        "enable the account in the Cloud console, or make a new key and put it in its place",
        quoted=True,
    ),
}


def of_answer(status: int, body: Mapping[str, Any], email: str) -> Exception:
    """The bridge's error for a 4xx answer; ``body``: the ``error`` object of its JSON."""
    words = _words(body)
    if status == 429 or (status == 403 and TOO_MANY.intersection(words)):
        return Throttled("Google's limit of calls a minute is reached")
    message = str(body.get("message", ""))
    for word in (*words, ""):
        if (found := REFUSALS.get((status, word))) is not None:
            return _permanent(found, message, email, _link(body))
    return Rejected(f"Google refuses the request: {message or status}")


def of_token(answer: object, email: str) -> Permanent:
    """The error for a refusal of the token endpoint; ``answer``: its JSON, when it sent any."""
    said: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    found = TOKEN_REFUSALS.get(str(said.get("error", "")), TOKEN_REFUSALS[""])
    return _permanent(found, str(said.get("error_description", "")), email, "")


def _permanent(found: Refusal, message: str, email: str, link: str) -> Permanent:
    quoted = f" (Google says: {message.rstrip('.')})" if found.quoted and message else ""
    means, mend = (text.format(email=email, link=link) for text in (found.means, found.mend))
    return Permanent(means + quoted, mend)


def _words(body: Mapping[str, Any]) -> list[str]:
    """The reasons of an answer, then its status word."""
    infos = [one for name in ("details", "errors") for one in _dicts(body.get(name))]
    reasons = [str(one["reason"]) for one in infos if "reason" in one]
    return [OLD_WORDS.get(reason, reason) for reason in reasons] + [str(body.get("status", ""))]


def _link(body: Mapping[str, Any]) -> str:
    """Where Google says that the API is enabled."""
    for detail in _dicts(body.get("details")):
        metadata = detail.get("metadata")
        urls = [metadata.get("activationUrl")] if isinstance(metadata, Mapping) else []
        urls += [one.get("url") for one in _dicts(detail.get("links"))]
        for url in urls:
            if isinstance(url, str) and url.startswith(("https://console.", "https://cloud.google.com/")):
                return url
    return next((word for word in str(body.get("message", "")).split() if word.startswith("https://")), API_LIBRARY)


def _dicts(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
