"""Sign in to the page: exchange a token, or a link that works once, for a cookie that is valid for twelve hours.

The link's secret stands behind the # of the address, which browsers and previews do not send to a server.
"""

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from task_api import db, tokens
from task_api.errors import Problem
from task_api.operation import Operation
from task_api.tokens import LIFE, caller

session = Blueprint("session", __name__)
INVALID_LINK = "the link was used before or is older than ten minutes; make a new one: leadbridge link NAME"


class _Link(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    link: str = Field(min_length=1, max_length=100)


@session.post("/session")
@Operation(others=(413, 422))
def sign_in() -> Response:
    """Exchange a token, or a link that works once, for the cookie of the page."""
    by = caller() if "Authorization" in request.headers else tokens.verify(db.session(), _link(), "link")
    if by is None or by.kind == "session":
        raise Problem(401, INVALID_LINK)
    name, scopes = by.name, by.scopes.split()
    response = _to_json(name, scopes)
    db.session().begin_write()
    if by.kind == "link" and not tokens.redeem(db.session(), _link()):
        raise Problem(401, INVALID_LINK)
    issued = tokens.issue(db.session(), name, scopes, "session")
    db.session().commit()
    _set_cookie(response, issued, int(LIFE["session"].total_seconds()))
    return response


@session.get("/session")
@Operation()
def get_session() -> Response:
    """Who is signed in and what they may do."""
    by = caller()
    return _to_json(by.name, by.scopes.split())


@session.delete("/session")
@Operation(others=(404,))
def sign_out() -> Response:
    """End the session of the page; every copy of its cookie becomes invalid."""
    if caller().kind != "session":
        raise Problem(404, "a bearer token has no session; to revoke it: leadbridge token revoke NAME")
    db.session().begin_write()
    tokens.end(db.session(), request.cookies[current_app.config["TASK_API_COOKIE"]])
    db.session().commit()
    response = jsonify({"done": "signed out"})
    _set_cookie(response, "", 0)
    return response


def _link() -> str:
    """The link in the body; empty without a body."""
    if not request.is_json:
        return ""
    request.max_content_length = 1000
    try:
        return _Link.model_validate_json(request.get_data()).link
    except ValidationError as error:
        raise Problem(422, 'send {"link": "…"} or a token') from error


def _to_json(name: str, scopes: list[str]) -> Response:
    response = jsonify({"name": name, "scopes": scopes})
    response.headers["Cache-Control"] = "no-store"
    return response


def _set_cookie(response: Response, value: str, seconds: int) -> None:
    """Secure if the browser uses https; behind a proxy with TLS only the Origin tells."""
    https = request.is_secure or request.headers.get("Origin", "").startswith("https://")
    name = current_app.config["TASK_API_COOKIE"]
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Strict", secure=https, path="/")
