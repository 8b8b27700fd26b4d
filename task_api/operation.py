"""Whom a route serves, what it takes and answers: said once, beside it. Requests are checked by it, and the API's
description tells it.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from task_api.errors import Problem
from task_api.tokens import authorize

Shape = TypeVar("Shape", bound=BaseModel)
JsonObject = dict[str, Any]
LARGEST = 1024 * 1024


@dataclass(frozen=True)
class Operation:
    """A decorator of views, which get ``query`` and ``body`` in these shapes.

    ``scope``: what the caller's token must have; empty: the view itself looks at the caller. ``answer``: the type of
    the JSON; None: there is none. ``sends``, ``tells``: headers of the request and the answer. ``others``: further
    statuses, which do not follow from the rest.
    """

    scope: str = ""
    _: KW_ONLY
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: Any = JsonObject
    status: int = 200
    sends: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    others: tuple[int, ...] = ()

    def __call__(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """The view, called with what the request says; it knows its operation."""

        @wraps(view)
        def checked(**arguments: Any) -> Any:
            if self.scope:
                authorize(self.scope)
            query = {"query": _query(self.query)} if self.query else {}
            body = {"body": _body(self.body)} if self.body else {}
            return view(**arguments, **query, **body)

        vars(checked)["operation"] = self
        return checked


def _body(shape: type[Shape]) -> Shape:
    if (request.content_length or 0) > LARGEST:
        raise Problem(413, "the body may have at most 1 MB")
    request.max_content_length = LARGEST
    if not request.is_json:
        raise Problem(415, "send the body as application/json")
    try:
        return shape.model_validate_json(request.get_data())
    except ValidationError as error:
        raise _invalid(error, "the body") from error


def _query(shape: type[Shape]) -> Shape:
    if doubled := [name for name in request.args if len(request.args.getlist(name)) > 1]:
        faults = [{"field": name, "detail": "give it once"} for name in doubled]
        raise Problem(422, "a parameter is given twice", errors=faults)
    try:
        return shape.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid(error, "the query") from error


def _invalid(error: ValidationError, what: str) -> Problem:
    """A fault names its field and what is allowed there."""
    faults = [{"field": ".".join(map(str, fault["loc"])) or what, "detail": fault["msg"]} for fault in error.errors()]
    malformed = any(fault["type"] == "json_invalid" for fault in error.errors())
    return Problem(400 if malformed else 422, f"{what} is not as the API knows it", errors=faults)
