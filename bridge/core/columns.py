"""Decides whether the column that fits a field is still the one that held it. Pure.

A column has no identity that survives what people do with it (GOOGLE.md section 4), so header, place and values decide.
A column that was only moved keeps its header and its values. One that would change many rows at once, and is headed
otherwise, or stands elsewhere while the old values are still in the sheet, waits for a person, as vanished rows do.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bridge.core.deletions import allowed
from bridge.core.headers import Place, named_column
from bridge.core.mapping import Layout, header_key


@dataclass
class Evidence:
    """What the linked rows say of one field's column. ``kept``: rows that agree with it, ``changed``: rows that would
    change by it, ``emptied``: those that would lose their value. Of the changed rows that have a value, ``filled``,
    ``elsewhere``: position of another column → how many show it there. Of a column that only the bridge fills:
    ``foreign``: cells with other things than ours; ``known``: rows in which it has been agreed on before.
    """

    kept: int = 0
    changed: int = 0
    emptied: int = 0
    filled: int = 0
    foreign: int = 0
    known: int = 0
    elsewhere: Counter[int] = field(default_factory=Counter)

    @property
    def former(self) -> int | None:
        """The column that still shows most of the old values; None: there is none."""
        best = self.elsewhere.most_common(1)
        return best[0][0] if best and 2 * best[0][1] > self.filled else None


@dataclass(frozen=True)
class Headers:
    """The headers that the sheet shows, and those of the sweep before (none: not known), or of when a field came into
    doubt whose column stands where it stood.
    """

    shown: list[str]
    before: list[str]

    def is_new(self, position: int) -> bool:
        """True for a header that stands more often in the row than before."""
        key = header_key(self.shown[position])
        return [*map(header_key, self.shown)].count(key) > [*map(header_key, self.before)].count(key)

    @property
    def lost_one(self) -> bool:
        """True when a header of before stands nowhere now, and its column has not just been renamed."""
        return any(text and not self.stands(text) and not self.renamed(text, at) for at, text in enumerate(self.before))

    def stands(self, header: str) -> bool:
        """True for a header that stands somewhere now."""
        return header_key(header) in map(header_key, self.shown)

    def renamed(self, header: str, position: int) -> str:
        """How the column is headed now that had this header in this place; empty when it may be any or gone."""
        if not 0 <= position < min(len(self.before), len(self.shown)) or self.stands(header):
            return ""
        now = self.shown[position]
        same = header_key(self.before[position]) == header_key(header)
        return now if same and header_key(now) not in map(header_key, self.before) else ""


def located(layout: Layout) -> dict[str, Place]:
    """Where each field's column stands, as it would be agreed on."""
    return {name: Place(layout.headers[name], at) for name, at in layout.positions.items()}


def is_approved(now: Place, before: Place | None) -> bool:
    """True when a person has approved this column."""
    return before is not None and before.approved and header_key(before.other) == header_key(now.header)


def agree(
    name: str, now: Place, before: Place | None, seen: Evidence, headers: Headers, *, doubled: bool = False
) -> Place:
    """The column of a field that a person fills: the new one, or the old one with what is held. ``doubled``: another
    column has an equal header since, so that either may be meant, in few rows as in many.
    """
    most = 0 if doubled else allowed(seen.kept + seen.changed)
    if seen.changed <= most or not _is_another(name, now, before, seen, headers):
        return now
    was = f" instead of {named_column(before.header, before.position)}" if before and before.header else ""
    was = ", and seems to be another one than before" if stays(now, before) else was
    there = seen.former
    still = f" (what they had is in {named_column(headers.shown[there], there)})" if there is not None else ""
    stay = "no row of the sheet is read or written" if name == "id" else "they stay as they are"
    itself = there is None and _keeps_header(now, before)
    back = "puts the old values back" if itself else "the old column has its header back"
    why = (
        f"{name}: {seen.changed} rows would change at once, since {named_column(now.header, now.position)} is its "
        f"column now{was}{still}: {stay} until a person approves (leadbridge approve --column {name}), or {back}"
    )
    return (before or Place("", -1))._replace(rows=seen.changed, why=why, other=now.header, approved=False)


def _is_another(name: str, now: Place, before: Place | None, seen: Evidence, headers: Headers) -> bool:
    if before is None or not before.header:
        return seen.former is not None
    if _is_named_back(now, before, headers):
        return seen.former is not None or seen.emptied > allowed(seen.kept + seen.changed)
    if header_key(now.header) != header_key(before.header):
        return True
    most = seen.changed > seen.kept
    if now.position != before.position:
        return seen.former is not None or most or seen.emptied > allowed(seen.kept + seen.changed)
    beside = seen.former is not None and headers.is_new(seen.former)
    return beside or (name != "id" and most and headers.lost_one)


def _is_named_back(now: Place, before: Place, headers: Headers) -> bool:
    """True for the column that had another header for a while, and has its own again."""
    meanwhile = "" if before.why or before.position >= 0 else before.other
    back = headers.renamed(meanwhile, now.position) if meanwhile else ""
    return header_key(back or "-") == header_key(before.header) == header_key(now.header)


def stays(now: Place, before: Place | None) -> bool:
    """True for a column under the same header in the same place: only the other headers tell whether it is another."""
    return before is not None and before.position == now.position and _keeps_header(now, before)


def _keeps_header(now: Place, before: Place | None) -> bool:
    return before is not None and header_key(before.header) == header_key(now.header)


def agree_to_sheet(name: str, now: Place, before: Place | None, seen: Evidence) -> Place:
    """The column of a field that the bridge fills: left alone while it holds other things than ours."""
    usual = seen.known or (before is not None and before.header)
    if not seen.foreign or (usual and seen.foreign <= seen.kept):
        return now
    perhaps = "; a second bridge may sync this tab" if seen.known else ""
    why = (
        f"{name}: {named_column(now.header, now.position)} holds other things than the bridge writes there, in "
        f"{seen.foreign} row{'s' if seen.foreign > 1 else ''}{perhaps}: it is left alone until a person approves that "
        f"they are replaced (leadbridge approve --column {name}), or heads it otherwise"
    )
    return (before or Place("", -1))._replace(rows=seen.foreign, why=why, other=now.header, approved=False)


def absent(places: Mapping[str, Place], found: Collection[str], headers: Headers) -> dict[str, Place]:
    """The fields without a column now: what is headed like theirs later has to show their values, or to be the column
    that was renamed; ``other``: how that one is headed meanwhile.
    """
    gone = {name: place for name, place in places.items() if name not in found and place.header}
    return {name: Place(place.header, -1, other=_meanwhile(place, headers)) for name, place in gone.items()}


def _meanwhile(place: Place, headers: Headers) -> str:
    if place.why:
        return ""
    if place.position >= 0:
        return headers.renamed(place.header, place.position)
    keys = [*map(header_key, headers.before)]
    key = header_key(place.other)
    if not place.other or headers.stands(place.other) or key not in keys:
        return place.other if headers.stands(place.other) else ""
    return headers.renamed(place.other, keys.index(key))
