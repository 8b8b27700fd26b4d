"""Which columns are read and written: those that are still where they were agreed to be.

A sweep looks at the whole sheet and decides (`bridge.sync.columns.survey`); deliveries and flushes leave out a column
that no sweep has seen there, and ask for one. A held field is neither read nor written; the rest of its rows goes on.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.deletions import ALLOWED_ROWS
from bridge.core.headers import Place
from bridge.core.mapping import Layout, header_key
from bridge.google.snapshot import SheetView
from bridge.queue.sweep_requests import SWEEP_SOON, ask_for_sweep
from bridge.store.models import SheetHealth
from bridge.store.unit_of_work import lock_queue


def held_columns(health: SheetHealth) -> dict[str, Place]:
    """field → its column, of the fields that are held and await approval."""
    return {name: place for name, place in (health.columns or {}).items() if place.why and not place.approved}


def without(view: SheetView, held: Mapping[str, str]) -> SheetView:
    """The view without the columns of held fields. ``held``: field → why."""
    return replace(holding(view, held), layout=view.layout.without(held)) if held else view


def holding(view: SheetView, held: Mapping[str, str]) -> SheetView:
    """The view with all its columns, and what is held: of a sheet whose ids are, no row is read or written."""
    return replace(view, config=_holding(view.config, held))


def usable(session: Session, view: SheetView, now: datetime) -> SheetView | None:
    """The view without held columns; None when a sweep, which is asked for, has to look at its columns first."""
    health = lock_queue(session, view.config.key).health
    before, unagreed = health.columns, view.layout.unagreed(health.columns, health.header or ())
    held = {name: before[name].why for name in unagreed if _is_held(before.get(name), view.layout.headers[name])}
    if unagreed - held.keys():
        ask_for_sweep(session, view.config.key, now)
        return None
    return None if "id" in held else without(view, held)


def delivered(
    session: Session, sheet: SheetConfig, layout: Layout, edited: Collection[str], rows: int, now: datetime
) -> tuple[SheetConfig, Layout, tuple[str, ...]]:
    """Sheet and columns as a delivery of so many rows may use them, and what to say of ``edited`` fields that are held.

    A column that was only moved keeps its header: a few rows are then taken as edited; the sweep brings the rest. Not
    so when another column has an equal header since: either may be the one that was agreed on.
    Without the id column no row can be taken.
    """
    health = lock_queue(session, sheet.key).health
    before, header = health.columns, health.header or ()
    unagreed, doubled = layout.unagreed(before, header), layout.doubled_since(header)
    held = {name: before[name].why for name in unagreed if _is_held(before.get(name), layout.headers[name])}
    ask_for_sweep(session, sheet.key, now if unagreed - held.keys() else now + SWEEP_SOON)
    moved = {name for name in unagreed - held.keys() - doubled if _is_moved(before.get(name), layout.headers[name])}
    taken = moved & {"id", *(edited if rows <= ALLOWED_ROWS else ())}
    said = tuple(why for name, why in held.items() if name in {"id", *edited})
    return _holding(sheet, held), layout.without(unagreed - taken), said


def approve(session: Session, sheet: str, name: str, now: datetime) -> Place | None:
    """A person agrees that this field's column is the one that fits now. None when nothing of it awaits that."""
    health = lock_queue(session, sheet).health
    held = held_columns(health).get(name)
    if held is not None:
        health.columns = health.columns | {name: held._replace(approved=True)}
        ask_for_sweep(session, sheet, now)
    return held


def _holding(sheet: SheetConfig, held: Mapping[str, str]) -> SheetConfig:
    return replace(sheet, mapping=replace(sheet.mapping, held=dict(held))) if held else sheet


def _is_held(place: Place | None, header: str) -> bool:
    return place is not None and bool(place.why) and header_key(place.other) == header_key(header)


def _is_moved(place: Place | None, header: str) -> bool:
    return place is not None and header_key(place.header) == header_key(header)
