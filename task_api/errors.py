"""RFC 9457 problem documents: every error of the app in one shape, without internals."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Flask, Response, current_app, jsonify
from sqlalchemy.exc import DataError, ProgrammingError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from structlog.stdlib import get_logger
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from task_api.db_errors import FULL, READ_ONLY, UNUSABLE, forbidden, state

log = get_logger(__name__)


class Problem(HTTPException):
    """An error that says what is wrong and what to do.

    ``kind``: the member ``code``, for clients that must tell causes of one status apart. ``errors``: ``{"field",
    "detail"}`` of each fault.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.kind, self.errors, self.headers = status, kind, list(errors), dict(headers or {})

    def get_headers(self, *_: Any) -> list[tuple[str, str]]:
        """Headers of the response."""
        return list(self.headers.items())


def init_errors(app: Flask) -> None:
    """Answer every error of the app with a problem document."""
    app.register_error_handler(HTTPException, _problem)
    for failure in (*UNUSABLE, StaleDataError):
        app.register_error_handler(failure, _database)
    app.register_error_handler(DataError, _invalid_value)
    app.register_error_handler(ProgrammingError, _forbidden)
    app.register_error_handler(Exception, _unexpected)


def _problem(error: HTTPException) -> Response:
    status = error.code or 500
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": error.description or "",
    }
    if kind := getattr(error, "kind", ""):
        body["code"] = kind
    if faults := getattr(error, "errors", None):
        body["errors"] = faults
    response = jsonify(body)
    response.headers.update(error.get_headers())
    response.status_code, response.content_type = status, "application/problem+json"
    return response


def _database(error: SQLAlchemyError) -> Response:
    log.error("database_failed", why=str(getattr(error, "orig", error)))
    if state(error) in READ_ONLY:
        return _problem(Problem(503, "the database is read-only at the moment. Nothing was stored"))
    if state(error) in FULL:
        return _problem(Problem(507, "the disk of the server is full; free some space and repeat. Nothing was stored"))
    why = "the database is busy or unreachable; repeat in a few seconds. Nothing was stored"
    return _problem(Problem(503, why, headers={"Retry-After": "2"}))


def _invalid_value(error: DataError) -> Response:
    log.warning("value_refused", why=str(error.orig))
    return _problem(Problem(422, "the database cannot store one of the values, for instance a NUL character"))


def _forbidden(error: ProgrammingError) -> Response:
    if not forbidden(error):
        return _unexpected(error)
    log.error("database_forbids", why=str(error.orig))
    why = f"the database's user lacks a right; {current_app.config['TASK_API_RIGHTS']}. Nothing was stored"
    return _problem(Problem(503, why))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return _problem(Problem(500, "an unexpected error occurred and was logged. Nothing was stored"))
