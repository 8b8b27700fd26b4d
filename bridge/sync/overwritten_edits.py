"""What a person typed into one cell, as its event tells it, where the cell itself does not show it any more.

Google has no conditional write (GOOGLE.md section 4), and a script runs some time after the edit: our own write may
have covered the word, and the row may have moved meanwhile. It must not be lost.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, or_, select

from bridge.core.values import Cell, Fields, Refusal, Row, Value
from bridge.store.history import LAG, note_covered
from bridge.store.models import Change, ChangeState, Link
from bridge.store.unit_of_work import write_down
from bridge.sync.context import SyncContext

LATEST = 1000
"""So many of the newest changes are looked through."""
MOST = 3
"""Of the leads that could be meant, so many are told: those in the nearest rows."""


def under_our_write(context: SyncContext, values: Fields, sent: Mapping[str, Collection[Value]]) -> dict[str, Value]:
    """field → what was typed into this row's cell in the moment in which we wrote it: the cell shows ours."""
    typed = _typed(context)
    return {
        name: value for name, value in typed.items() if values.get(name) in sent.get(name, ()) and value != values[name]
    }


def note_where_covered(context: SyncContext, rows: Sequence[Row]) -> None:
    """A word that its row does not show may have stood in another, which moved from here: whoever took our write in
    that cell just now is told of it in the history, from where it can be taken.
    """
    for name, value in _typed(context).items() if rows else ():
        if rows[0].values.get(name) == value:
            return
        for link in _just_written(context, rows[0], name)[:MOST]:
            note_covered(context.session, link, name, value, context.by, rows[0].number)


def _typed(context: SyncContext) -> dict[str, Value]:
    if not context.reading.typed:
        return {}
    name, mapping = next(iter(context.reading.edited)), context.sheet.mapping
    if name not in mapping.rules or mapping.by_field[name].kind not in {"text", "status"}:
        return {}
    try:
        return {name: mapping.read(name, Cell(context.reading.typed, context.reading.typed))}
    except Refusal:
        return {}


def _just_written(context: SyncContext, row: Row, name: str) -> Sequence[Link]:
    """Other leads whose cell of this field a change of their task reached within the lag window, or is about to."""
    write_down(context.session)
    newest = select(func.max(Change.id)).scalar_subquery()
    recent = select(Change.link_id).where(
        Change.id > newest - LATEST,
        Change.side == "task",
        Change.field == name,
        or_(Change.state == ChangeState.WAITING, Change.reached_at > context.now - LAG),
    )
    others = select(Link).where(Link.sheet == context.sheet.key, Link.id.in_(recent))
    found = [link for link in context.session.scalars(others) if link.lead_id != row.lead_id]
    return sorted(found, key=lambda link: abs((link.row or 0) - row.number))
