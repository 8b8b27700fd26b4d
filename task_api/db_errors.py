"""What an error of the database means. Decided by type and code; texts depend on the server's language."""

from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

UNUSABLE = (OperationalError, InternalError, PoolTimeout)
"""What SQLAlchemy raises while the database is away, busy, full or read-only."""
READ_ONLY, FULL = {"25006", "READONLY"}, {"53100", "FULL"}
UNFIT = READ_ONLY | FULL | {"42501", "25P03", "BUSY", "LOCKED", "IOERR", "CANTOPEN"}
"""Values of `state`."""


def state(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE, or the kind of SQLite's result code (``FULL``); empty if the driver names none."""
    driver = getattr(error, "orig", None)
    if code := getattr(driver, "sqlite_errorname", ""):
        return str(code).split("_")[1]
    return getattr(driver, "sqlstate", None) or ""


def contended(error: BaseException) -> bool:
    """True if the transaction lost against another one and may be repeated."""
    return isinstance(error, StaleDataError | IntegrityError) or state(error) in {"40001", "40P01"}


def forbidden(error: BaseException) -> bool:
    """True if PostgreSQL's user lacks a right."""
    return state(error) == "42501"


def unusable(error: BaseException) -> bool:
    """True if the database can serve no request now; False if it only rejects this statement."""
    code = state(error)
    if not code:  # no connection
        return isinstance(error, UNUSABLE)
    return code in UNFIT or code.startswith(("08", "53", "57P"))


def reason(error: BaseException) -> str:
    """The first line of the driver's message; it holds neither values nor the password."""
    return (str(getattr(error, "orig", error)).strip().splitlines() or ["no reason is given"])[0].rstrip(".")
