"""Many things some at a time: a statement takes a limited number of values, and a transaction should be short."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
CHUNK = 500


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in their order, at most `CHUNK` at a time."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))
