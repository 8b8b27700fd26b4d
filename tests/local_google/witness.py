"""Stands between a server and the local Google, and holds every exchange of the API against Google's description.

An answer must fit always. A request that does not fit must be refused; where the bridge is the client (``strict``),
it must not be made at all. Changes nothing on the way.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from bridge.local_google.api import masks
from bridge.local_google.errors import Invalid
from tests.local_google.discovery import Method, faults, mask_faults, method_of, query_faults

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Any], Iterable[bytes]]
STATUS = {
    400: {"INVALID_ARGUMENT", "FAILED_PRECONDITION"}, 401: {"UNAUTHENTICATED"}, 403: {"PERMISSION_DENIED"},
    404: {"NOT_FOUND"}, 429: {"RESOURCE_EXHAUSTED"}, 500: {"INTERNAL"}, 503: {"UNAVAILABLE"},
}  # fmt: skip
"""google.rpc.Code by HTTP status, as far as the Sheets API is known to use it."""


@dataclass(frozen=True)
class Exchange:
    """What was asked, and what was said."""

    verb: str
    path: str
    query: str
    sent: bytes
    status: int
    kind: str
    answer: bytes

    def faults(self, *, strict: bool) -> list[str]:
        """Where it is not as Google describes it."""
        method = method_of(self.verb, self.path)
        asked = ["no such method"] if method is None else list(_request_faults(method, self.query, self.sent))
        found = asked if strict or self.status < 400 else []
        if self.status >= 400:
            found += error_faults(self.status, self.kind, self.answer)
        elif method is not None:
            found += faults(json.loads(self.answer), {"$ref": method.response}, "answer")
        return [f"{self.verb} {self.path} → {self.status}: {fault}" for fault in found]


class Witness:
    """A WSGI app around another one. It listens now and judges when asked, so that what is timed is not slowed."""

    def __init__(self, app: Wsgi, *, strict: bool) -> None:
        self._app, self._strict = app, strict
        self._heard: list[Exchange] = []

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Pass the request on; keep what the API was asked and what it said."""
        if not environ["PATH_INFO"].startswith("/v4/"):
            return self._app(environ, start_response)
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(sent)
        told: list[Any] = []

        def noted(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told[:] = [int(status[:3]), dict(headers).get("Content-Type", "")]
            return start_response(status, headers, *rest)

        path, query, verb = (
            environ["PATH_INFO"].encode("latin-1").decode(),
            environ["QUERY_STRING"],
            environ["REQUEST_METHOD"],
        )
        if environ.get("HTTP_X_HTTP_METHOD_OVERRIDE") == "GET":  # a query too long for an address is the body
            query, sent, verb = sent.decode("latin-1"), b"", "GET"
        parts = self._app(environ, noted)
        answer = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        self._heard.append(Exchange(verb, path, query, sent, *told, answer))
        return [answer]

    def violations(self) -> list[str]:
        """What was wrong since this was last asked."""
        heard, self._heard = self._heard, []
        return [fault for one in heard for fault in one.faults(strict=self._strict)]

    def testify(self) -> None:
        """Raise AssertionError when an exchange was not as Google describes it."""
        found = self.violations()
        assert not found, "not as Google describes it:\n" + "\n".join(found)


def _request_faults(method: Method, asked: str, sent: bytes) -> Iterator[str]:
    query = parse_qs(asked, keep_blank_values=True)
    yield from query_faults(query, method)
    for mask in query.get("fields", ()):
        yield from _mask_faults(mask, method)
    if method.request is None:
        yield from ["a body where none belongs"] if sent else []
    elif sent:
        yield from _body_faults(sent, method.request)


def _mask_faults(mask: str, method: Method) -> Iterator[str]:
    try:
        yield from mask_faults(masks.parse(mask), {"$ref": method.response})
    except Invalid as error:
        yield error.message


def _body_faults(sent: bytes, schema: str) -> Iterator[str]:
    try:
        yield from faults(_without_null(json.loads(sent)), {"$ref": schema}, "body")
    except (ValueError, RecursionError):
        yield "a body that is not JSON"


def _without_null(given: Any) -> Any:
    """A field that is null counts as left out; a null among values is one of them (protocol buffers in JSON)."""
    if isinstance(given, dict):
        return {name: _without_null(part) for name, part in given.items() if part is not None}
    return [_without_null(part) for part in given] if isinstance(given, list) else given


def error_faults(status: int, kind: str, answer: bytes) -> list[str]:
    """What is wrong with an error: Google's envelope, or a page of HTML from a machine in between."""
    if status == 502 and kind.startswith("text/html"):
        return []
    error = json.loads(answer).get("error", {})
    found = [] if error.get("code") == status else [f"error.code: {error.get('code')!r}"]
    found += [] if error.get("status") in STATUS.get(status, ()) else [f"error.status: {error.get('status')!r}"]
    found += [] if error.get("message") and isinstance(error["message"], str) else ["error.message: missing"]
    found += [f"error: unknown field {name!r}" for name in error.keys() - {"code", "message", "status", "details"}]
    details = error.get("details", [])
    return found + [f"error.details: {one}" for one in details if not str(one.get("@type")).startswith("type.google")]
