"""What columns of several tables need: the enums, and conditions of indexes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, text


class ActorKind(StrEnum):
    """Who or what makes a change: the kind in `task_api.actor.Actor`."""

    DELIVERY = "delivery"
    SWEEP = "sweep"
    FLUSH = "flush"
    UNDO = "undo"
    TOKEN = "token"  # noqa: S105 - no password
    PAGE = "page"


READS_SHEET = frozenset({ActorKind.DELIVERY, ActorKind.SWEEP, ActorKind.FLUSH})
"""Actors whose changes come from rows; `bridge.sync` records them with the sheet's values."""


class ChangeState(StrEnum):
    """What became of a change of one field."""

    WAITING = "waiting"
    """To be written to the sheet."""
    APPLIED = "applied"
    SUPERSEDED = "superseded"
    """A newer change came first."""
    REFUSED = "refused"
    LOST = "lost"
    """Lost a conflict; ``old`` and ``new`` keep its values."""
    TAKEN = "taken"
    """Lost, and restored since."""


class Rule(StrEnum):
    """Why a change was made, as people read it."""

    SHEET = "the sheet changed"
    TASK = "the task changed"
    UNDO = "undo"
    SHEET_WINS = "conflict, policy 'sheet'"
    TASK_WINS = "conflict, policy 'task'"
    LATEST_WINS = "conflict, policy 'latest'"
    MISDIRECTED = "a misdirected write of ours"
    COVERED = "typed while we wrote"
    ROW_NEW = "a new row"
    ROW_MADE = "a row for a task of the API"
    ROW_FOUND = "a task that waited for its row"
    ROW_DELETED = "the row was deleted"
    ROW_BACK = "the row is back"
    ID_EDITED = "the id was edited"


class WriteState(StrEnum):
    """What is known of one cell that was sent to the sheet."""

    SENT = "sent"
    """Sent; not known whether it arrived."""
    UNSEEN = "unseen"
    """Its row does not show it; it may still arrive there."""
    CONFIRMED = "confirmed"
    """Its row showed it."""
    MISSING = "missing"
    """It may be in another row: a sweep looks for it."""
    MISDIRECTED = "misdirected"
    """It went into this lead's row and was meant for another: the cell's own value is to be restored."""


def word_of(kind: type[StrEnum], length: int) -> Enum:
    """A column that holds the values of this enum as text."""
    return Enum(kind, native_enum=False, length=length, values_callable=list)


def where(condition: str) -> dict[str, Any]:
    """An index over these rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
