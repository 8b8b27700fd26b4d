"""The answers to writes of values, alike for every method that writes some."""

from typing import Any

from bridge.local_google.api import masks, wire
from bridge.local_google.api.call import Answer, local
from bridge.local_google.api.spreadsheet import KNOWN
from bridge.local_google.api.values import Rendering, Written, value_range
from bridge.local_google.sheet.a1 import Dimension
from bridge.local_google.sheet.snapshot import Snapshot

_RANGE = "range,majorDimension,values"
_UPDATE = f"updatedRange,updatedRows,updatedColumns,updatedCells,updatedData({_RANGE})"
_TOTALS = "spreadsheetId,totalUpdatedRows,totalUpdatedColumns,totalUpdatedCells,totalUpdatedSheets"
RANGE = masks.parse(_RANGE)
"""What a mask may name in the answer of values.get; below, in those of the other methods."""

BATCH: masks.Mask = {"spreadsheetId": {}, "replies": {"*": {}}, "updatedSpreadsheet": KNOWN}
RANGES = masks.parse(f"spreadsheetId,valueRanges({_RANGE})")
UPDATE = masks.parse(f"spreadsheetId,{_UPDATE}")
UPDATES = masks.parse(f"{_TOTALS},responses(spreadsheetId,{_UPDATE})")
APPENDED = masks.parse(f"spreadsheetId,tableRange,updates(spreadsheetId,{_UPDATE})")


def update_answer(after: Snapshot, written: Written, asked: wire.Echo, dimension: Dimension) -> Answer:
    """UpdateValuesResponse; the echo shows every cell of the range, skipped ones too unless the switch is off."""
    answer: Answer = {"spreadsheetId": local().book.id, "updatedRange": after.text(written.area)} | written.counts()
    if asked.include_values_in_response:
        look = Rendering(asked.response_value_render_option, asked.response_date_time_render_option, dimension)
        hidden = frozenset[tuple[int, int]]() if local().trouble.echo_skipped else written.skipped
        answer["updatedData"] = value_range(after, written.echo, look, hidden)
    return answer


def batch_answer(after: Snapshot, done: list[tuple[Written, Dimension]], asked: wire.Echo) -> dict[str, Any]:
    """BatchUpdateValuesResponse: one response per range, and totals that count a cell written twice once."""
    tabs = [(written.area.sheet_id, place) for written, _ in done for place in written.cells]
    totals = {
        "totalUpdatedRows": len({(tab, row) for tab, (row, _) in tabs}),
        "totalUpdatedColumns": len({(tab, column) for tab, (_, column) in tabs}),
        "totalUpdatedCells": len(tabs),
        "totalUpdatedSheets": len({tab for tab, _ in tabs}),
    }
    responses = [update_answer(after, written, asked, dimension) for written, dimension in done]
    return {name: part for name, part in (totals | {"responses": responses}).items() if part}
