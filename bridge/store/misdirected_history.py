"""Lines of the history about writes that went into a wrong place or over a person's word. Decides nothing."""

from typing import Any

from sqlalchemy.orm import Session

from bridge.core.values import Value
from bridge.store.history import By, note
from bridge.store.models import ChangeState, Link, Rule


def note_misdirected(session: Session, link: Link, name: str, value: Value, by: By) -> None:
    """A cell showed what we had written for another lead; its own value is restored. The other is kept, in case a
    person typed it.
    """
    why = "the value was meant for another cell, and this one gets its own back"
    note(session, link, "sheet", name, link.base.get(name), value, by, ChangeState.LOST, Rule.MISDIRECTED, why)


def note_unsynced_hit(
    session: Session, link: Link, header: str, value: Value, lost: Any, by: By, *, known: bool
) -> None:
    """What was written for a field went into a column that is not synced, since columns moved."""
    why = "columns moved while the bridge wrote, and a value for another column went into this one; "
    why += "what stood here is put back" if known else "what stood here is not known: look into the sheet's versions"
    name = header[:64] or "a column without a header"
    note(session, link, "sheet", name, lost, value, by, ChangeState.REFUSED, Rule.MISDIRECTED, why)


def note_new_row_hit(session: Session, link: Link, name: str, value: Value, by: By) -> None:
    """A new lead's cell shows what we had written for another; the value it replaced is not known."""
    if name == "sync":
        return
    why = "a write for another row went into this new one; what stood there before is not known: look at it"
    note(session, link, "sheet", name, None, value, by, ChangeState.REFUSED, Rule.MISDIRECTED, why)


def note_covered(session: Session, link: Link, name: str, value: Value, by: By, row: int) -> None:
    """A person typed this when a write of ours reached this lead's cell; it may have been in that cell."""
    why = f"typed into row {row}, where it is not: rows moved meanwhile, and it may have stood here"
    note(session, link, "sheet", name, link.base.get(name), value, by, ChangeState.LOST, Rule.COVERED, why)


def note_unknown(session: Session, link: Link, name: str, before: Value, by: By, row: int) -> None:
    """A person pasted or cleared cells when a write of ours reached this one; what stood here is not known."""
    why = f"cells were pasted or cleared in row {row} as we wrote; what was put here is not known: look at it"
    note(session, link, "sheet", name, before, None, by, ChangeState.REFUSED, Rule.COVERED, why)


def note_late(session: Session, link: Link, name: str, stays: Value, value: Value, by: By) -> None:
    """A cell shows what we had written without an answer, and gets back what it was changed to since."""
    why = "written by us without an answer, and changed since; if a person typed it again, take it"
    note(session, link, "sheet", name, stays, value, by, ChangeState.LOST, Rule.COVERED, why)
