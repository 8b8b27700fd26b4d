"""One API call, from the token to the answer: who calls, is it due for trouble, is there quota left, what came of it.

Everything about a call but its meaning is here; the routes in `rest` know only what their method does.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Response, current_app, request
from pydantic import BaseModel
from waitress.channel import ClientDisconnected

from bridge.local_google import masks, wire
from bridge.local_google.errors import GoogleError, Invalid, not_found, permission_denied, unauthenticated, unavailable
from bridge.local_google.local import LocalGoogle
from bridge.local_google.masks import Mask
from bridge.local_google.oauth import Caller, out_of_scope
from bridge.local_google.quota import Kind, exhausted
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.trouble import Fault, Trouble

LARGEST_BODY = 10 * 1024 * 1024
HTML_502 = """<!DOCTYPE html>
<html lang=en>
<title>Error 502 (Server Error)!!1</title>
<p><b>502.</b> <ins>That’s an error.</ins>
<p>The server encountered a temporary error and could not complete your request.
"""

Answer = dict[str, Any]
Shape = TypeVar("Shape", bound=BaseModel)


class Dropped(ClientDisconnected, ConnectionError):  # type: ignore[misc]  # see the import
    """The connection ends without an answer: waitress knows the one base, werkzeug's server the other."""


class _Html(Exception):
    """An answer from some machine in between, not from the API."""


def local() -> LocalGoogle:
    """The stand-in this app serves."""
    found: LocalGoogle = current_app.extensions["local_google"]
    return found


@dataclass(frozen=True)
class Call:
    """A call that may do its work: the caller is known, the quota taken."""

    caller: Caller
    spared: bool = False

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

    def change(self, decide: Callable[[Snapshot], Snapshot]) -> None:
        """Apply a write: all of it or nothing."""
        before = local().book.now
        local().trouble.strike()
        local().book.change(decide)
        after = local().book.now
        changed = next((new.sheet_id for new in after.grids if all(new is not old for old in before.grids)), None)
        if changed is not None:
            local().person.api_wrote(changed)


def api(kind: Kind, method: str, known: Mask) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
    """Make a function ``(Call, **path) -> answer`` a view; ``known`` is what its field mask may name."""

    def decorate(work: Callable[..., Answer]) -> Callable[..., Response]:
        @functools.wraps(work)
        def view(book_id: str, **path: Any) -> Response:
            status, caller = 500, None
            try:
                caller = local().tokens.caller(request.headers.get("Authorization", ""))
                # The mask comes first: a write whose answer cannot be given must not have happened.
                answer = _answered(
                    caller, kind, method, book_id, lambda call: masks.chosen(_mask(known), work(call, **path))
                )
                status = 200
            except GoogleError as error:
                status = error.code
                raise
            except _Html:
                status = 502
                return Response(HTML_502, 502, content_type="text/html; charset=UTF-8")
            except Dropped:
                status = 0
                return _DropsConnection()
            finally:
                local().calls.add(kind, method, status, owner=caller is not None and caller.owner)
            return json_response(answer)

        return view

    return decorate


def _answered(caller: Caller, kind: Kind, method: str, book_id: str, work: Callable[[Call], Answer]) -> Answer:
    """Strike, count, wait, work. The owner is spared trouble and quota unless a switch says otherwise."""
    trouble = local().trouble
    spared = caller.owner and not trouble.owner_too
    fault = None if spared else trouble.take(kind, method)
    if fault is not None and not fault.landed:
        raise _error(fault, kind)
    if not spared:
        _suffer(trouble, caller, kind)
    if kind == "write" and not caller.may_write:
        raise out_of_scope()
    if book_id != local().book.id:
        raise not_found()
    if (request.content_length or 0) > LARGEST_BODY:
        raise Invalid(f"Request payload size exceeds the limit: {LARGEST_BODY} bytes.")
    answer = work(Call(caller, spared))
    if fault is not None:
        raise _error(fault, kind)
    return answer


def _suffer(trouble: Trouble, caller: Caller, kind: Kind) -> None:
    """The lasting conditions."""
    if trouble.key_revoked:
        raise unauthenticated()
    local().quota.take(caller.email, kind)
    trouble.delay()
    if trouble.unshared:
        raise permission_denied()


def _mask(known: Mask) -> Mask:
    """The mask of the query, empty where none is given; raises `Invalid` when it asks for what does not exist."""
    mask = masks.parse(text) if (text := request.args.get("fields")) else {}
    masks.check(mask, known)
    return mask


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
