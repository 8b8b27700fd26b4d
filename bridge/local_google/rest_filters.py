"""The Sheets v4 methods that say where by data filter, and those that find developer metadata."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint

from bridge.local_google import answers, filters, masks, wire
from bridge.local_google.a1 import Dimension
from bridge.local_google.answers import batch_answer
from bridge.local_google.call import Answer, Call, api, local
from bridge.local_google.errors import not_found
from bridge.local_google.filters import DataFilter
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.spreadsheet import KNOWN, Wanted, spreadsheet
from bridge.local_google.values import Given, Rendering, clear, rows_of, value_range, write_area

blueprint = Blueprint("filtered", __name__, url_prefix="/v4/spreadsheets")
_METADATA = "metadataId,metadataKey,metadataValue,location,visibility"
_ENTRY = masks.parse(_METADATA)
_ENTRIES = masks.parse(f"matchedDeveloperMetadata(developerMetadata({_METADATA}),dataFilters)")


class FilteredValues(wire.Wire):
    """Values and where they go, by filter."""

    data_filter: DataFilter
    major_dimension: Dimension = "ROWS"
    values: Sequence[Sequence[Any] | None] = ()


class UpdateFiltered(wire.BatchWrite):
    """values.batchUpdateByDataFilter."""

    data: Sequence[FilteredValues] = ()


class Filtered(wire.Wire):
    """values.batchClearByDataFilter and developerMetadata.search."""

    data_filters: Sequence[DataFilter] = ()


class GetFiltered(Filtered):
    """spreadsheets.getByDataFilter."""

    include_grid_data: bool = False


class GetValuesFiltered(Filtered):
    """values.batchGetByDataFilter."""

    major_dimension: Dimension = "ROWS"
    value_render_option: wire.Render = "FORMATTED_VALUE"
    date_time_render_option: wire.DateRender = "SERIAL_NUMBER"


@blueprint.post("/<book_id>:getByDataFilter")
@api("read", "spreadsheets.getByDataFilter", KNOWN)
def get_filtered(call: Call) -> Answer:
    """spreadsheets.getByDataFilter."""
    query, asked, now = call.query(wire.Query), call.body(GetFiltered), call.seen
    ranges = [area for one in asked.data_filters for area in filters.areas(now, one)]
    mask = masks.parse(query.fields) if query.fields else None
    return spreadsheet(local().book.id, now, Wanted(ranges, asked.include_grid_data, mask), call.caller.account)


@blueprint.post("/<book_id>/values:batchGetByDataFilter")
@api("read", "values.batchGetByDataFilter", answers.RANGES_FOUND)
def values_batch_get_filtered(call: Call) -> Answer:
    """values.batchGetByDataFilter."""
    call.query(wire.Query)
    asked, now = call.body(GetValuesFiltered), call.seen
    look = Rendering(asked.value_render_option, asked.date_time_render_option, asked.major_dimension)
    matched = [
        {"valueRange": value_range(now, area, look), "dataFilters": [one.as_json()]}
        for one in asked.data_filters
        for area in filters.areas(now, one)
    ]
    return {"spreadsheetId": local().book.id, "valueRanges": matched}


@blueprint.post("/<book_id>/values:batchUpdateByDataFilter")
@api("write", "values.batchUpdateByDataFilter", answers.UPDATES_FOUND)
def values_batch_update_filtered(call: Call) -> Answer:
    """values.batchUpdateByDataFilter: a filter that finds several areas writes to each, one that finds none to none."""
    call.query(wire.Query)
    asked = call.body(UpdateFiltered)
    answer: Answer = {"spreadsheetId": local().book.id}

    def decide(now: Snapshot) -> Snapshot:
        done, found = [], []
        for one in asked.data:
            given = Given(rows_of(one.values, one.major_dimension), asked.value_input_option, call.caller.account)
            for area in filters.areas(now, one.data_filter):
                now, written = write_area(now, area, given)
                done.append((written, one.major_dimension))
                found.append(one.data_filter.as_json())
        answer.update(batch_answer(now, done, asked))
        for response, where in zip(answer["responses"], found, strict=True):
            response["dataFilter"] = where
            del response["spreadsheetId"]
        return now

    call.change(decide)
    return answer


@blueprint.post("/<book_id>/values:batchClearByDataFilter")
@api("write", "values.batchClearByDataFilter", answers.ALL_CLEARED)
def values_batch_clear_filtered(call: Call) -> Answer:
    """values.batchClearByDataFilter."""
    call.query(wire.Query)
    asked = call.body(Filtered)
    answer: Answer = {"spreadsheetId": local().book.id}

    def decide(now: Snapshot) -> Snapshot:
        cleared = [area for one in asked.data_filters for area in filters.areas(now, one)]
        answer["clearedRanges"] = [now.text(area) for area in cleared]
        for area in cleared:
            now = clear(now, area, call.caller.account)
        return now

    call.change(decide)
    return answer


@blueprint.get("/<book_id>/developerMetadata/<int:metadata_id>")
@api("read", "developerMetadata.get", _ENTRY)
def metadata_get(call: Call, metadata_id: int) -> Answer:
    """developerMetadata.get."""
    call.query(wire.Query)
    for one in call.seen.all_metadata:
        if one.id == metadata_id:
            return one.as_json()
    raise not_found()


@blueprint.post("/<book_id>/developerMetadata:search")
@api("read", "developerMetadata.search", _ENTRIES)
def metadata_search(call: Call) -> Answer:
    """developerMetadata.search: each entry once, with every filter that found it."""
    call.query(wire.Query)
    asked, now = call.body(Filtered), call.seen
    hits = {one: [where.as_json() for where in asked.data_filters if one in filters.found(now, where)]
            for one in now.all_metadata}  # fmt: skip
    matched = [{"developerMetadata": one.as_json(), "dataFilters": by} for one, by in hits.items() if by]
    return {"matchedDeveloperMetadata": matched} if matched else {}
