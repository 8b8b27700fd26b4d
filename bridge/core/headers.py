"""Columns as they were agreed on, and as a person at the sheet names them. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from bridge.core.text import as_seen


class Place(NamedTuple):
    """The column of a field: where it stood (0-based, -1: nowhere yet) and its header when it was last agreed on.

    ``rows``: how many would change by another column, which is headed ``other``; ``why``: in words, for people.
    ``approved``: a person wants that other column.
    """

    header: str
    position: int
    rows: int = 0
    why: str = ""
    other: str = ""
    approved: bool = False


def named_column(header: str, position: int) -> str:
    """A column's header and its letters; ``position`` counts from 0."""
    letters, rest = "", position + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return f"'{as_seen(header)}' (column {letters})"


def told_twice(name: str, texts: Sequence[str], fitting: Sequence[int]) -> str:
    """Several columns fit this field. ``texts``: of the header row; ``fitting``: their places, the synced one first."""
    synced, *others = [named_column(texts[at], at) for at in fitting]
    more = f"{' and '.join(others)} {'is' if len(others) == 1 else 'are'} not"
    return f"{len(fitting)} columns fit {name}: {synced} is synced, {more}. Rename what is not meant"
