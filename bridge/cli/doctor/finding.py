"""What a check has found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One line of the report: fine, worth a look, or to be mended. ``mend``: what to do, empty when all is well.

    ``check`` and ``sheet`` are filled in by whoever runs the check.
    """

    level: Literal["ok", "warning", "problem"]
    said: str
    mend: str = ""
    check: str = ""
    sheet: str | None = None
