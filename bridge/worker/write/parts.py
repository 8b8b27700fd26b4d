"""One thing that Google rejects holds up no other: a write that is rejected as a whole is halved at once, until what is
at fault stands alone. Knows nothing of rows.
"""

import json
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TypeVar

from bridge.errors import Rejected

MOST_REJECTED = 12
"""Rejections in one job, after which the rest is refused untried: to find one row among 500 takes ten."""
MOST_BYTES = 2_000_000
"""Google recommends at most 2 MB for one call (GOOGLE.md section 1)."""
T = TypeVar("T")
Part = Sequence[T]


def in_parts(parts: list[Part[T]], act: Callable[[Part[T]], object], refused: Callable[[Part[T], str], None]) -> None:
    """Call ``act`` for each part; one that is `Rejected` is halved, and a single thing goes to ``refused`` with
    Google's reason. ``parts`` is used up: when another error ends this, it holds what has not been tried.
    """
    parts.reverse()
    rejected, why = 0, ""
    while parts:
        part = parts.pop()
        if rejected > MOST_REJECTED:  # whatever the reason is, it is not one thing's
            rest = [*part, *chain.from_iterable(reversed(parts))]
            parts.clear()
            refused(rest, why)
            return
        try:
            act(part)
        except Rejected as error:
            rejected, why = rejected + 1, str(error)
            if len(part) == 1:
                refused(part, why)
            else:
                middle = (len(part) + 1) // 2
                parts += [part[middle:], part[:middle]]


def by_size(things: Sequence[T], body: Callable[[T], object]) -> list[Part[T]]:
    """The things in parts of at most `MOST_BYTES`; ``body``: what a call says of one, as JSON. A thing that is larger
    is a part of its own.
    """
    parts: list[list[T]] = []
    room = 0
    for one in things:
        size = len(json.dumps(body(one)))
        if not parts or size > room:
            parts.append([])
            room = MOST_BYTES
        parts[-1].append(one)
        room -= size
    return list(parts)
