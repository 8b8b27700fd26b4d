"""The Sheets v4 methods that the bridge, gspread and a curious person use, under ``/v4/spreadsheets``.

Any other path is a 404, any other field a 400 that names it.
"""

from flask import Blueprint

from bridge.local_google import answers, batch, masks, wire
from bridge.local_google.answers import batch_answer, update_answer
from bridge.local_google.call import Answer, Call, api, local
from bridge.local_google.errors import Invalid
from bridge.local_google.grid_requests import BatchUpdate
from bridge.local_google.snapshot import Snapshot
from bridge.local_google.spreadsheet import KNOWN, Wanted, spreadsheet
from bridge.local_google.values import (
    Given,
    Rendering,
    append,
    clear,
    rows_of,
    value_range,
    write_range,
)

blueprint = Blueprint("sheets", __name__, url_prefix="/v4/spreadsheets")

_BATCH: masks.Mask = {"spreadsheetId": {}, "replies": {"*": {}}}


@blueprint.get("/<book_id>")
@api("read", "spreadsheets.get", KNOWN)
def get(call: Call) -> Answer:
    """spreadsheets.get."""
    asked, now = call.query(wire.GetSpreadsheet), call.seen
    mask = masks.parse(asked.fields) if asked.fields else None
    wanted = Wanted([now.resolve(text) for text in asked.ranges], asked.include_grid_data, mask)
    return spreadsheet(local().book.id, now, wanted, call.caller.account)


@blueprint.post("/<book_id>:batchUpdate")
@api("write", "spreadsheets.batchUpdate", _BATCH)
def batch_update(call: Call) -> Answer:
    """spreadsheets.batchUpdate."""
    call.query(wire.Query)
    asked, account = call.body(BatchUpdate), call.caller.account
    answer: Answer = {"spreadsheetId": local().book.id}

    def decide(now: Snapshot) -> Snapshot:
        after, answer["replies"] = batch.apply(now, asked, account)
        return after

    call.change(decide)
    return answer


@blueprint.get("/<book_id>/values:batchGet")
@api("read", "values.batchGet", answers.RANGES)
def values_batch_get(call: Call) -> Answer:
    """values.batchGet."""
    asked, now = call.query(wire.GetValues), call.seen
    look = Rendering(asked.value_render_option, asked.date_time_render_option, asked.major_dimension)
    ranges = [value_range(now, now.resolve(text), look) for text in asked.ranges]
    return {"spreadsheetId": local().book.id, "valueRanges": ranges}


@blueprint.get("/<book_id>/values/<path:where>")
@api("read", "values.get", answers.RANGE)
def values_get(call: Call, where: str) -> Answer:
    """values.get."""
    asked, now = call.query(wire.GetValue), call.seen
    look = Rendering(asked.value_render_option, asked.date_time_render_option, asked.major_dimension)
    return value_range(now, now.resolve(where), look)


@blueprint.put("/<book_id>/values/<path:where>")
@api("write", "values.update", answers.UPDATE)
def values_update(call: Call, where: str) -> Answer:
    """values.update."""
    asked, body = call.query(wire.PutValues), call.body(wire.ValueRange)
    given = Given(rows_of(body.values, body.major_dimension), asked.value_input_option, call.caller.account)
    answer: Answer = {}

    def decide(now: Snapshot) -> Snapshot:
        _same_range(now, where, body.range)
        after, written = write_range(now, where, given)
        answer.update(update_answer(after, written, asked, body.major_dimension))
        return after

    call.change(decide)
    return answer


@blueprint.post("/<book_id>/values/<path:where>:append")
@api("write", "values.append", answers.APPENDED)
def values_append(call: Call, where: str) -> Answer:
    """values.append."""
    asked, body = call.query(wire.AppendValues), call.body(wire.ValueRange)
    given = Given(rows_of(body.values, body.major_dimension), asked.value_input_option, call.caller.account)
    answer: Answer = {"spreadsheetId": local().book.id}

    def decide(now: Snapshot) -> Snapshot:
        _same_range(now, where, body.range)
        insert = asked.insert_data_option == "INSERT_ROWS"
        after, written, table = append(now, now.resolve(where), given, insert=insert)
        answer.update({"tableRange": now.text(table)} if table else {})
        answer["updates"] = update_answer(after, written, asked, body.major_dimension)
        return after

    call.change(decide)
    return answer


def _same_range(now: Snapshot, where: str, named: str | None) -> None:
    if named is not None and now.resolve(named) != now.resolve(where):
        raise Invalid(f"Request range[{where}] does not match value's range[{named}]")


@blueprint.post("/<book_id>/values:batchUpdate")
@api("write", "values.batchUpdate", answers.UPDATES)
def values_batch_update(call: Call) -> Answer:
    """values.batchUpdate: atomic; a range written twice keeps the later values."""
    call.query(wire.Query)
    asked = call.body(wire.BatchUpdateValues)
    answer: Answer = {"spreadsheetId": local().book.id}

    def decide(now: Snapshot) -> Snapshot:
        done = []
        for one in asked.data:
            given = Given(rows_of(one.values, one.major_dimension), asked.value_input_option, call.caller.account)
            now, written = write_range(now, one.range or "", given)
            done.append((written, one.major_dimension))
        answer.update(batch_answer(now, done, asked))
        return now

    call.change(decide)
    return answer


@blueprint.post("/<book_id>/values/<path:where>:clear")
@api("write", "values.clear", answers.CLEARED)
def values_clear(call: Call, where: str) -> Answer:
    """values.clear."""
    call.query(wire.Query)
    call.body(wire.Nothing)
    cleared = _clear(call, [where])
    return {"spreadsheetId": local().book.id, "clearedRange": cleared[0]}


@blueprint.post("/<book_id>/values:batchClear")
@api("write", "values.batchClear", answers.ALL_CLEARED)
def values_batch_clear(call: Call) -> Answer:
    """values.batchClear."""
    call.query(wire.Query)
    return {"spreadsheetId": local().book.id, "clearedRanges": _clear(call, call.body(wire.BatchClear).ranges)}


def _clear(call: Call, ranges: list[str]) -> list[str]:
    cleared: list[str] = []

    def decide(now: Snapshot) -> Snapshot:
        for text in ranges:
            area = now.resolve(text)
            cleared.append(now.text(area))
            now = clear(now, area, call.caller.account)
        return now

    call.change(decide)
    return cleared
