"""A delivery's rows as the bridge reads any rows: canonical values, what a person touched, and when. Stores nothing."""

from datetime import UTC, datetime

from bridge.config.model import SheetConfig
from bridge.core.clock import SKEW
from bridge.core.mapping import Layout, SheetMapping
from bridge.inbound.schema import Rows, cells, touched_fields
from bridge.inbound.signed_request import SignedRequest
from bridge.sync.context import Reading
from task_api.errors import Problem


def reading_of(sheet: SheetConfig, request: SignedRequest, message: Rows, layout: Layout, now: datetime) -> Reading:
    """The reading; a header without an id column is a `Problem`."""
    if "id" not in layout.positions:
        raise Problem(422, "the header has no id column: give one column of the first row the text 'id'")
    edited, touched = message.edited, touched_fields(message, layout)
    rows = [sheet.mapping.read_row(row.row, found := cells(row), layout.within(len(found))) for row in message.rows]
    alone = edited is not None and len(rows) == len(touched) == 1
    return Reading(
        rows,
        now,
        is_delivery=True,
        seq=message.seq,
        edited=touched,
        typed=edited.typed if edited and alone and _is_a_persons(sheet.mapping, touched[0]) else None,
        signed=request.at,
        edited_at=_edited_at(message, request, now),
        column=edited.first - 1 if edited and alone else None,
        event_fields={row.number: touched for row in rows},
    )


def _is_a_persons(mapping: SheetMapping, name: str) -> bool:
    """True for a field that a person may fill; ids have rules of their own."""
    return name in mapping.rules and mapping.rules[name].direction != "to_sheet"


def _edited_at(message: Rows, request: SignedRequest, now: datetime) -> datetime:
    """When the edit was, by our clock. The sheet's clock counts as ours unless they are apart: signatures have whole
    seconds, and two edits within one would change places.
    """
    at = message.edited.at if message.edited else None
    if at is None:
        return request.at
    edited, apart = datetime.fromtimestamp(at / 1000, UTC), now - request.at
    return min(edited if abs(apart) <= SKEW else edited + apart, now)
