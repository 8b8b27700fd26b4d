"""What a route takes and returns, declared once beside it: requests are checked by it, and `task_api.openapi` describes
it.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, request, url_for
from pydantic import BaseModel, ValidationError

from task_api.errors import Problem
from task_api.tokens import authorize

Shape = TypeVar("Shape", bound=BaseModel)
JsonObject = dict[str, Any]
LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Operation:
    """A decorator of views, which get ``query`` and ``body`` as these models.

    ``scope``: what the caller's token must have; empty if the view checks the caller itself. ``answer``: the type of
    the response's JSON; None if it has no body. ``others``: statuses that do not follow from the rest.
    """

    scope: str = ""
    _: KW_ONLY
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: Any = JsonObject
    status: int = 200
    request_headers: tuple[str, ...] = ()
    response_headers: tuple[str, ...] = ()
    others: tuple[int, ...] = ()

    def __call__(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """The view behind these checks; its attribute ``operation`` is this."""

        @wraps(view)
        def checked(**arguments: Any) -> Any:
            if self.scope:
                authorize(self.scope)
            if self.query:
                arguments["query"] = _query(self.query)
            if self.body:
                arguments["body"] = _body(self.body)
            return view(**arguments)

        vars(checked)["operation"] = self
        return checked


def link_next(response: Response, **arguments: str) -> None:
    """Name the next page in the header ``Link``: this request with other arguments."""
    address = url_for(str(request.endpoint), _external=True, **request.args.to_dict() | arguments)
    response.headers["Link"] = f'<{address}>; rel="next"'


def _body(shape: type[Shape]) -> Shape:
    if (request.content_length or 0) > LARGEST:
        raise Problem(413, "the request body may have at most 1 MB")
    request.max_content_length = LARGEST
    if not request.is_json:
        raise Problem(415, "send the request body as application/json")
    try:
        return shape.model_validate_json(request.get_data(), context=current_app.config)
    except ValidationError as error:
        raise _invalid(error, "body") from error


def _query(shape: type[Shape]) -> Shape:
    if repeated := [name for name in request.args if len(request.args.getlist(name)) > 1]:
        faults = [{"field": name, "detail": "give it once"} for name in repeated]
        raise Problem(422, "a query parameter is repeated", errors=faults)
    try:
        return shape.model_validate(request.args.to_dict(), context=current_app.config)
    except ValidationError as error:
        raise _invalid(error, "query") from error


def _invalid(error: ValidationError, part: str) -> Problem:
    """Names each field at fault and what is allowed there."""
    found = error.errors()
    faults = [{"field": ".".join(map(str, one["loc"])) or f"the {part}", "detail": one["msg"]} for one in found]
    malformed = any(one["type"] == "json_invalid" for one in found)
    return Problem(400 if malformed else 422, f"the request {part} is invalid", errors=faults)
