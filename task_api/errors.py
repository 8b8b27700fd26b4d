"""RFC 9457 problem documents: every error of the app, in one shape, without internals."""

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


class Problem(Exception):
    """An answer that says what is wrong and what to do. ``errors``: ``{"field", "detail"}`` for each fault."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, list(errors), dict(headers or {})


def init_errors(app: Flask) -> None:
    """Answer every error of the app as a problem document."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    for failure in (*UNUSABLE, StaleDataError):
        app.register_error_handler(failure, _database)
    app.register_error_handler(DataError, _unkeepable)
    app.register_error_handler(ProgrammingError, _forbidden)
    app.register_error_handler(Exception, _unexpected)


def _problem(problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTP_STATUS_CODES.get(problem.status, "Error"),
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    response = jsonify(body)
    response.status_code, response.content_type = problem.status, "application/problem+json"
    response.headers.update(problem.headers)
    return response


def _http(error: HTTPException) -> Response:
    headers = (
        {"Allow": ", ".join(error.valid_methods or ())} if error.code == 405 and hasattr(error, "valid_methods") else {}
    )
    return _problem(Problem(error.code or 500, error.description or "", headers=headers))


def _database(error: SQLAlchemyError) -> Response:
    log.error("database_failed", why=str(getattr(error, "orig", error)))
    if state(error) in READ_ONLY:
        return _problem(Problem(503, "the database can only be read at this moment. Nothing was stored"))
    if state(error) in FULL:
        return _problem(Problem(507, "the disk of the server is full; free some space and repeat. Nothing was stored"))
    return _problem(
        Problem(
            503,
            "the database is busy or away; repeat in a few seconds. Nothing was stored",
            headers={"Retry-After": "2"},
        )
    )


def _unkeepable(error: DataError) -> Response:
    log.warning("value_refused", why=str(error.orig))
    return _problem(Problem(422, "a value is none that the database can keep, such as a NUL character"))


def _forbidden(error: ProgrammingError) -> Response:
    if not forbidden(error):
        return _unexpected(error)
    log.error("database_forbids", why=str(error.orig))
    why = f"the database forbids that to its user; {current_app.config['TASK_API_RIGHTS']}. Nothing was stored"
    return _problem(Problem(503, why))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return _problem(Problem(500, "something unexpected happened; it was logged. Nothing was stored"))
