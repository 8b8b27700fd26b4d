"""The options of dropdowns that list a range, on whatever tab it stands: read by a call of their own, and kept for a
while, so that a write costs no call more. Finds the ranges in Google's answer as it came, since rows are parsed later.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from gspread.utils import absolute_range_name

from bridge.errors import Rejected
from bridge.google.calls import Calls

Options = Mapping[str, tuple[str, ...] | None]
"""A range as a dropdown names it → the texts in it; None: they could not be read."""

KEPT = 300.0
"""Seconds for which options are taken as read; a read of the whole tab reads them anew."""
MOST = 40
"""So many ranges are read."""
_SOURCES = re.compile(rb'"userEnteredValue":\s*("=(?:[^"\\]|\\.)*")')
_RANGE = re.compile(r"=(?:(?:'(?:[^']|'')+'|[^'!()#]+)!)?\$?[A-Z]*\$?[0-9]*(?::\$?[A-Z]*\$?[0-9]*)?")


class RangeOptions:
    """Those of one tab's dropdowns. ``ask``: reads ranges, and gives the rows of each; ``calls`` have the clock."""

    def __init__(self, ask: Callable[[Sequence[str]], Sequence[Mapping[str, Any]]], calls: Calls) -> None:
        self._ask, self._calls = ask, calls
        self._known: dict[str, tuple[str, ...] | None] = {}
        self._until: dict[str, float] = {}

    def of(self, answer: bytes, tab: str, *, anew: bool) -> Options:
        """The options of the dropdowns in this answer; one call when some are not known or are to be read ``anew``."""
        now, wanted = self._calls.clock(), sorted(_ranges(answer))[:MOST]
        due = [one for one in wanted if anew or now >= self._until.get(one, now)]
        if due:
            self._known |= self._read(due, tab)
            self._until |= dict.fromkeys(due, now + KEPT)
        return {one: self._known[one] for one in wanted}

    def _read(self, wanted: Sequence[str], tab: str) -> dict[str, tuple[str, ...] | None]:
        places = [one.removeprefix("=") for one in wanted]
        try:
            answers = self._ask([one if "!" in one else absolute_range_name(tab, one) for one in places])
        except Rejected:  # a tab is gone since: until the next reading what names it takes anything, the others not
            half = len(wanted) // 2
            return self._read(wanted[:half], tab) | self._read(wanted[half:], tab) if half else dict.fromkeys(wanted)
        return {one: _texts(found) for one, found in zip(wanted, answers, strict=True)}


def _ranges(answer: bytes) -> set[str]:
    texts = (msgspec.json.decode(one, type=str) for one in set(_SOURCES.findall(answer)))
    return {text for text in texts if len(text) > 1 and _RANGE.fullmatch(text)}


def _texts(found: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(text) for row in found.get("values", []) for text in row if text != "")
