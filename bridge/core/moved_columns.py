"""Columns that may have moved: which column of one reading is which of another. Pure: headers tell, places do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bridge.core.mapping import header_key
from bridge.core.values import Entered


class Standing(NamedTuple):
    """What stands in one cell of a row: under which header, and what was entered, which a formula may be."""

    header: str
    entered: Entered
    is_formula: bool


def moved(before: Sequence[str], then: Mapping[int, str], columns: Sequence[int]) -> bool:
    """True when one of these columns has another header than before."""
    return any(not same(text_at(before, column), then.get(column, "")) for column in columns)


def text_at(header: Sequence[str], column: int) -> str:
    """The header of a column; rows may reach further than the header does."""
    return header[column] if column < len(header) else ""


def same(one: str, other: str) -> bool:
    """True for headers of one meaning."""
    return one == other or header_key(one) == header_key(other)


def place_then(before: Sequence[str], then: Mapping[int, str], column: int) -> int | None:
    """Where a column stands then; None when it is none of these. A renamed one stands where it stood."""
    if same(text_at(before, column), then.get(column, "")):
        return column
    found = [place for place, text in then.items() if text and same(text, text_at(before, column))]
    if len(found) == 1:
        return found[0]
    renamed = not found and _is_new(before, then.get(column, ""))
    return column if renamed and text_at(before, column) else None


def column_before(before: Sequence[str], header: str) -> int | None:
    """Which column had this header, if it was exactly one."""
    found = [column for column, text in enumerate(before) if header and same(text, header)]
    return found[0] if len(found) == 1 else None


def stood(before: Sequence[Standing], then: Mapping[int, str], column: int) -> list[Standing]:
    """What may have stood then in this column, by the row as it was read; nothing when the column was empty.

    A column with a new header may be the one that was here before, renamed. One without a header may be any of those.
    """
    headers, header = [one.header for one in before], then.get(column, "")
    found = [one for one in before if same(one.header, header)]
    if column < len(before) and _is_new(headers, header):
        here = before[column]
        found += [here] if here.header and not any(same(here.header, text) for text in then.values()) else []
    return [one for one in found if one.entered != ""]


def missing_of(candidates: Sequence[Standing], now: Sequence[Standing], column: int) -> list[Standing]:
    """Those that stand nowhere in the row now, beside this column: of columns with a header, those whose column is
    gone; of others, those whose content is.
    """
    beside = (one for place, one in enumerate(now) if place != column and not one.header)
    bare, gone = Counter((one.entered, one.is_formula) for one in beside), []
    for one in candidates:
        if not one.header and bare[one.entered, one.is_formula]:
            bare[one.entered, one.is_formula] -= 1
        elif not one.header or same(one.header, now[column].header) or not any(same(one.header, x.header) for x in now):
            gone.append(one)
    return gone


def _is_new(before: Sequence[str], header: str) -> bool:
    return not header or not any(same(one, header) for one in before)
