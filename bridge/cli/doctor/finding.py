"""What a check has found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``mend``: what to do, empty when all is well."""

    check: str
    level: Level
    said: str
    mend: str = ""
    sheet: str | None = None


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", said)


def warning(check: str, said: str, mend: str) -> Finding:
    """It works; somebody should know."""
    return Finding(check, "warning", said, mend)


def problem(check: str, said: str, mend: str) -> Finding:
    """It does not work until somebody mends it."""
    return Finding(check, "problem", said, mend)
