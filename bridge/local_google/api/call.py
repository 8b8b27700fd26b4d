"""One API call from the token to the answer: the caller, faults that are due, the quota, and the count of results.

What all methods share is here; the routes in `rest` hold only what each method does.
"""

import errno
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Response, current_app, request
from pydantic import BaseModel

from bridge.local_google.api import masks, wire
from bridge.local_google.api.masks import Mask
from bridge.local_google.api.oauth import Caller
from bridge.local_google.api.quota import Kind, exhausted
from bridge.local_google.api.trouble import Fault, Trouble
from bridge.local_google.errors import GoogleError, Invalid, not_found, permission_denied, unauthenticated, unavailable
from bridge.local_google.local import LocalGoogle
from bridge.local_google.sheet.snapshot import Snapshot

LARGEST_BODY = 10 * 1024 * 1024
HTML_502 = """<!DOCTYPE html>
<html lang=en>
<title>Error 502 (Server Error)!!1</title>
<p><b>502.</b> <ins>That’s an error.</ins>
<p>The server encountered a temporary error and could not complete your request.
"""

Answer = dict[str, Any]
Changed = tuple[Snapshot, Answer]
"""The book after a write, and what is answered."""
Shape = TypeVar("Shape", bound=BaseModel)


class Dropped(ConnectionResetError):
    """The connection ends without an answer: servers take it for the client's doing."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "dropped")

    code = 0


class _Html(Exception):
    """An answer from some machine in between, not from the API."""

    code = 502


def local() -> LocalGoogle:
    """The stand-in this app serves."""
    found: LocalGoogle = current_app.extensions["local_google"]
    return found


@dataclass(frozen=True)
class Call:
    """A call that may do its work: the caller is known, the quota taken. ``mask``: what of the answer is wanted."""

    caller: Caller
    mask: Mask
    spared: bool

    @property
    def seen(self) -> Snapshot:
        """The book as this caller's reads see it now."""
        return local().book.now if self.spared else local().trouble.seen()

    def query(self, shape: type[Shape]) -> Shape:
        """The query parameters."""
        return wire.query(shape, request.args.to_dict(flat=False))

    def body(self, shape: type[Shape]) -> Shape:
        """The JSON body."""
        return wire.read(shape, wire.parsed(request.get_data()))

    def change(self, decide: Callable[[Snapshot], Changed]) -> Answer:
        """Apply a write, all of it or nothing; returns the answer decided on."""
        before, answer = local().book.now, {}

        def decided(now: Snapshot) -> Snapshot:
            after, told = decide(now)
            answer.update(told)
            return after

        local().trouble.strike()
        local().book.change(decided)
        after = local().book.now
        changed = next((new.sheet_id for new in after.grids if all(new is not old for old in before.grids)), None)
        if changed is not None:
            local().person.api_wrote(changed)
        return answer


def api(kind: Kind, method: str, known: Mask) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
    """Make a function ``(Call, **path) -> answer`` a view; ``known`` is what its field mask may name."""

    def decorate(work: Callable[..., Answer]) -> Callable[..., Response]:
        @functools.wraps(work)
        def view(book_id: str, **path: Any) -> Response:
            try:
                with _counted(kind, method) as caller:
                    return _answered(caller, kind, method, book_id, known, lambda call: work(call, **path))
            except _Html:
                return Response(HTML_502, 502, content_type="text/html; charset=UTF-8")
            except Dropped:
                return _DropsConnection()

        return view

    return decorate


@contextmanager
def _counted(kind: Kind, method: str) -> Iterator[Caller]:
    """Who calls; the call is counted by what came of it."""
    status, caller = 500, None
    try:
        caller = local().tokens.caller(request.headers.get("Authorization", ""))
        yield caller
        status = 200
    except (GoogleError, _Html, Dropped) as error:
        status = error.code
        raise
    finally:
        local().calls.add(kind, method, status, owner=caller is not None and caller.owner)


def _answered(
    caller: Caller, kind: Kind, method: str, book_id: str, known: Mask, work: Callable[[Call], Answer]
) -> Response:
    """Strike, count, wait, work. The owner is spared trouble and quota unless a switch says otherwise."""
    trouble = local().trouble
    spared = caller.owner and not trouble.owner_too
    fault = None if spared else trouble.take(kind, method)
    if fault is not None and not fault.landed:
        raise _error(fault, kind)
    if not spared:
        _suffer(trouble, caller, kind)
    _check(book_id)
    # The mask comes first: a write whose answer cannot be given must not have happened.
    mask = masks.parse(text, known) if (text := request.args.get("fields")) else {}
    answer = masks.chosen(mask, work(Call(caller, mask, spared)))
    if fault is not None:
        raise _error(fault, kind)
    return json_response(answer)


def _check(book_id: str) -> None:
    if book_id != local().book.id:
        raise not_found()
    if (request.content_length or 0) > LARGEST_BODY:
        raise Invalid(f"Request payload size exceeds the limit: {LARGEST_BODY} bytes.")


def _suffer(trouble: Trouble, caller: Caller, kind: Kind) -> None:
    """The lasting conditions."""
    if trouble.key_revoked:
        raise unauthenticated()
    local().quota.take(caller.email, kind)
    trouble.delay()
    if trouble.unshared:
        raise permission_denied()


def _error(fault: Fault, kind: Kind) -> Exception:
    errors: dict[int | str, Callable[[], Exception]] = {
        400: lambda: Invalid("The request cannot be processed."),
        401: unauthenticated,
        403: permission_denied,
        404: not_found,
        429: lambda: exhausted(kind),
        500: lambda: GoogleError(500, "INTERNAL", "Internal error encountered."),
        502: _Html,
        503: unavailable,
        "drop": Dropped,
    }
    error = errors[fault.answer]()
    if isinstance(error, GoogleError):
        error.retry_after = fault.retry_after
    return error


def json_response(answer: Any, status: int = 200) -> Response:
    """Any JSON, as Google sends it."""
    return Response(msgspec.json.encode(answer), status, content_type="application/json; charset=UTF-8")


class _DropsConnection(Response):
    """Flask would turn an exception of a view into a 500; an exception of the response reaches the server."""

    def __call__(self, *_: object) -> Any:
        raise Dropped
