"""Google's error answers as exceptions, in the shape of Google's bodies (GOOGLE.md section 1)."""

from typing import Any


class GoogleError(Exception):
    """An answer that is not a success: HTTP ``code``, Google's ``status`` word, a message, optional details."""

    def __init__(self, code: int, status: str, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.message, self.details = code, status, message, details or []
        self.retry_after: int | None = None

    def body(self) -> dict[str, Any]:
        """The JSON that Google's clients expect."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        return {"error": error | ({"details": self.details} if self.details else {})}


class Invalid(GoogleError):
    """400: the request, or what a person or script asks of the book, makes no sense. Nothing was changed."""

    def __init__(self, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(400, "INVALID_ARGUMENT", message, details)


def bad_field(field: str, message: str) -> Invalid:
    """An `Invalid` that names the field at fault the way Google's front end does."""
    violation = {"field": field, "description": message}
    return Invalid(message, [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}])


def not_found() -> GoogleError:
    """404: no spreadsheet has this id, or none that the caller may know of."""
    return GoogleError(404, "NOT_FOUND", "Requested entity was not found.")


def permission_denied() -> GoogleError:
    """403: the spreadsheet exists but is not shared with the caller."""
    return GoogleError(403, "PERMISSION_DENIED", "The caller does not have permission")


def unauthenticated() -> GoogleError:
    """401: no token, or one that has ended."""
    return GoogleError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid "
        "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def unavailable() -> GoogleError:
    """503: try again later; the write may have landed all the same."""
    return GoogleError(503, "UNAVAILABLE", "The service is currently unavailable.")
