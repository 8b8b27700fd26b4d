"""The requests for developer metadata and named ranges. Pure, like all of a batch."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bridge.local_google import filters, masks
from bridge.local_google import grid_requests as ask
from bridge.local_google.errors import bad_field
from bridge.local_google.metadata import MOST_CHARACTERS, Metadata, Named
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.wire import grid_area

Done = tuple[Snapshot, dict[str, Any]]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,249}")
_LIKE_A_RANGE = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|true|false", re.IGNORECASE)
_METADATA_FIELDS = masks.parse("metadataKey,metadataValue,visibility")
_NAMED_FIELDS = masks.parse("name,range")


def create_metadata(now: Snapshot, asked: ask.CreateMetadata, _caller: str | None) -> Done:
    """One entry more."""
    wanted = asked.developer_metadata
    taken = {one.id for one in now.all_metadata}
    number = secrets.randbelow(2**31 - 1) + 1 if wanted.metadata_id is None else wanted.metadata_id
    if number in taken:
        raise bad_field("developerMetadata.metadataId", f"Developer metadata with id {number} already exists.")
    if not wanted.metadata_key or wanted.location is None or wanted.visibility is None:
        raise bad_field("developerMetadata", "metadataKey, location and visibility must be set.")
    entry = replace(
        filters.placed(now, wanted.location),
        id=number,
        key=wanted.metadata_key,
        value=wanted.metadata_value or "",
        visibility=wanted.visibility,
    )
    after = _with_metadata(now, entry.sheet_id, lambda entries: (*entries, entry))
    return _checked(after, entry), {"developerMetadata": entry.as_json()}


def update_metadata(now: Snapshot, asked: ask.UpdateMetadata, _caller: str | None) -> Done:
    """Other keys, values or visibility for all that the filters find."""
    mask, wanted = masks.parse(asked.fields), asked.developer_metadata
    masks.check(mask, _METADATA_FIELDS)
    given = {"key": wanted.metadata_key, "value": wanted.metadata_value or "", "visibility": wanted.visibility}
    names = {"key": "metadataKey", "value": "metadataValue", "visibility": "visibility"}
    changes: dict[str, Any] = {
        name: part for name, part in given.items() if masks.covers(mask, names[name]) and part is not None
    }
    changed = {one: replace(one, **changes) for one in _found(now, asked.data_filters)}
    for before, entry in changed.items():
        now = _with_metadata(now, entry.sheet_id, _replaced(before, entry))
        _checked(now, entry)
    return now, {"developerMetadata": [entry.as_json() for entry in changed.values()]} if changed else {}


def delete_metadata(now: Snapshot, asked: ask.DeleteMetadata, _caller: str | None) -> Done:
    """All that the filter finds is gone."""
    gone = _found(now, [asked.data_filter])
    for one in gone:
        now = _with_metadata(now, one.sheet_id, _replaced(one))
    return now, {"deletedDeveloperMetadata": [one.as_json() for one in gone]} if gone else {}


def add_named(now: Snapshot, asked: ask.AddNamedRange, _caller: str | None) -> Done:
    """A name for an area."""
    wanted = asked.named_range
    if wanted.name is None or wanted.range is None:
        raise bad_field("namedRange", "name and range must be set.")
    number = wanted.named_range_id or str(secrets.randbelow(2**31))
    if any(one.id == number for one in now.named):
        raise bad_field("namedRange.namedRangeId", f"A named range with id {number} already exists.")
    named = Named(number, _free_name(now, wanted.name), grid_area(now, wanted.range))
    after = now.changed(named.area.sheet_id, lambda grid: replace(grid, named=(*grid.named, named)))
    return after, {"namedRange": named.as_json()}


def update_named(now: Snapshot, asked: ask.UpdateNamedRange, _caller: str | None) -> Done:
    """Another name or area."""
    mask, wanted = masks.parse(asked.fields), asked.named_range
    masks.check(mask, _NAMED_FIELDS)
    named = _named(now, wanted.named_range_id or "")
    now = _without_named(now, named)
    if masks.covers(mask, "name") and wanted.name is not None:
        named = replace(named, name=_free_name(now, wanted.name))
    if masks.covers(mask, "range") and wanted.range is not None:
        named = replace(named, area=grid_area(now, wanted.range))
    return now.changed(named.area.sheet_id, lambda grid: replace(grid, named=(*grid.named, named))), {}


def delete_named(now: Snapshot, asked: ask.DeleteNamedRange, _caller: str | None) -> Done:
    """The name is gone; the cells stay."""
    return _without_named(now, _named(now, asked.named_range_id)), {}


Entries = tuple[Metadata, ...]


def _with_metadata(now: Snapshot, sheet_id: int | None, change: Callable[[Entries], Entries]) -> Snapshot:
    if sheet_id is None:
        return replace(now, metadata=change(now.metadata))
    return now.changed(sheet_id, lambda grid: replace(grid, metadata=change(grid.metadata)))


def _replaced(before: Metadata, *after: Metadata) -> Callable[[Entries], Entries]:
    return lambda entries: (*(one for one in entries if one.id != before.id), *after)


def _found(now: Snapshot, wanted: Any) -> list[Metadata]:
    return list(dict.fromkeys(one for where in wanted for one in filters.found(now, where)))


def _checked(now: Snapshot, entry: Metadata) -> Snapshot:
    """The book, unless this entry is one too many where it is."""
    beside = now.metadata if entry.sheet_id is None else now.grid(entry.sheet_id).metadata
    if sum(one.size for one in beside) > MOST_CHARACTERS:
        raise bad_field("developerMetadata", f"There is room for {MOST_CHARACTERS} characters of developer metadata.")
    return now


def _free_name(now: Snapshot, name: str) -> str:
    if not _NAME.fullmatch(name) or _LIKE_A_RANGE.fullmatch(name):
        raise bad_field("namedRange.name", f"The name of a named range is invalid: {name}")
    if any(one.name.casefold() == name.casefold() for one in now.named):
        raise bad_field("namedRange.name", f"A named range called {name} already exists.")
    return name


def _named(now: Snapshot, number: str) -> Named:
    for one in now.named:
        if one.id == number:
            return one
    raise bad_field("namedRangeId", f"No named range with id: {number}")


def _without_named(now: Snapshot, gone: Named) -> Snapshot:
    kept = tuple(one for one in now.grid(gone.area.sheet_id).named if one.id != gone.id)
    return now.changed(gone.area.sheet_id, lambda grid: replace(grid, named=kept))
