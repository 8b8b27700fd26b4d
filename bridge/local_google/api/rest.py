"""The Sheets v4 methods that the bridge, gspread and a curious person use, under ``/v4/spreadsheets``.

Any other path is a 404, any other field a 400 that names it.
"""

from flask import Blueprint

from bridge.local_google.api import answers, wire
from bridge.local_google.api.answers import batch_answer, update_answer
from bridge.local_google.api.call import Answer, Call, Changed, api, local
from bridge.local_google.api.spreadsheet import KNOWN, Wanted, spreadsheet
from bridge.local_google.api.values import Given, Rendering, append, rows_of, value_range, write_range
from bridge.local_google.batch.requests import BatchUpdate, apply
from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.snapshot import Snapshot

blueprint = Blueprint("sheets", __name__, url_prefix="/v4/spreadsheets")


@blueprint.get("/<book_id>")
@api("read", "spreadsheets.get", KNOWN)
def get(call: Call) -> Answer:
    """spreadsheets.get."""
    asked, now = call.query(wire.GetSpreadsheet), call.seen
    wanted = Wanted([now.resolve(text) for text in asked.ranges], asked.include_grid_data, call.mask)
    return spreadsheet(local().book.id, now, wanted, call.caller.account)


@blueprint.post("/<book_id>:batchUpdate")
@api("write", "spreadsheets.batchUpdate", answers.BATCH)
def batch_update(call: Call) -> Answer:
    """spreadsheets.batchUpdate."""
    call.query(wire.Query)
    asked = call.body(BatchUpdate)

    def decide(now: Snapshot) -> Changed:
        after, replies = apply(now, asked, call.caller.account)
        answer: Answer = {"spreadsheetId": local().book.id, "replies": replies}
        if asked.include_spreadsheet_in_response:
            ranges, mask = (
                [after.resolve(text) for text in asked.response_ranges],
                call.mask.get("updatedSpreadsheet", {}),
            )
            wanted = Wanted(ranges, asked.response_include_grid_data, mask)
            answer["updatedSpreadsheet"] = spreadsheet(local().book.id, after, wanted, call.caller.account)
        return after, answer

    return call.change(decide)


@blueprint.get("/<book_id>/values:batchGet")
@api("read", "values.batchGet", answers.RANGES)
def values_batch_get(call: Call) -> Answer:
    """values.batchGet."""
    asked, now = call.query(wire.GetValues), call.seen
    ranges = [value_range(now, now.resolve(text), _look(asked)) for text in asked.ranges]
    return {"spreadsheetId": local().book.id} | ({"valueRanges": ranges} if ranges else {})


@blueprint.get("/<book_id>/values/<path:where>")
@api("read", "values.get", answers.RANGE)
def values_get(call: Call, where: str) -> Answer:
    """values.get."""
    asked, now = call.query(wire.GetValue), call.seen
    return value_range(now, now.resolve(where), _look(asked))


@blueprint.put("/<book_id>/values/<path:where>")
@api("write", "values.update", answers.UPDATE)
def values_update(call: Call, where: str) -> Answer:
    """values.update."""
    asked, body = call.query(wire.PutValues), call.body(wire.ValueRange)

    def decide(now: Snapshot) -> Changed:
        _same_range(now, where, body.range)
        after, written = write_range(now, where, _given(call, body, asked))
        return after, update_answer(after, written, asked, body.major_dimension)

    return call.change(decide)


@blueprint.post("/<book_id>/values/<path:where>:append")
@api("write", "values.append", answers.APPENDED)
def values_append(call: Call, where: str) -> Answer:
    """values.append."""
    asked, body = call.query(wire.AppendValues), call.body(wire.ValueRange)

    def decide(now: Snapshot) -> Changed:
        _same_range(now, where, body.range)
        insert = asked.insert_data_option == "INSERT_ROWS"
        after, written, table = append(now, now.resolve(where), _given(call, body, asked), insert=insert)
        updates = update_answer(after, written, asked, body.major_dimension)
        found = {"tableRange": now.text(table)} if table else {}
        return after, {"spreadsheetId": local().book.id, "updates": updates} | found

    return call.change(decide)


@blueprint.post("/<book_id>/values:batchUpdate")
@api("write", "values.batchUpdate", answers.UPDATES)
def values_batch_update(call: Call) -> Answer:
    """values.batchUpdate: atomic; a range written twice keeps the later values."""
    call.query(wire.Query)
    asked = call.body(wire.BatchUpdateValues)

    def decide(now: Snapshot) -> Changed:
        done = []
        for one in asked.data:
            now, written = write_range(now, one.range or "", _given(call, one, asked))
            done.append((written, one.major_dimension))
        return now, {"spreadsheetId": local().book.id} | batch_answer(now, done, asked)

    return call.change(decide)


def _look(asked: wire.GetValue) -> Rendering:
    return Rendering(asked.value_render_option, asked.date_time_render_option, asked.major_dimension)


def _given(call: Call, one: wire.ValueRange, asked: wire.Echo) -> Given:
    return Given(rows_of(one.values, one.major_dimension), asked.value_input_option, call.caller.account)


def _same_range(now: Snapshot, where: str, named: str | None) -> None:
    if named is not None and now.resolve(named) != now.resolve(where):
        raise Invalid(f"Request range[{where}] does not match value's range[{named}]")
