"""The text of the optional column ``sync``: ok, or what waits, is held, was refused or decided. Changes nothing."""

from collections.abc import Mapping

from bridge.core.mapping import SheetMapping
from bridge.core.outcome import Outcome, RefusedWrite, RowOutcome
from bridge.core.values import Value
from bridge.store.models import Link

LONGEST = 500
OK = "ok"
HELD, REFUSED, CONFLICT, WAITING = "held: ", "refused: ", "conflict: ", "waiting: "


def is_ours(text: Value) -> bool:
    """True for a text that the bridge may have written."""
    return text == OK or str(text).startswith((HELD, REFUSED, CONFLICT, WAITING))


def link_text(link: Link, mapping: SheetMapping, *, archived: bool) -> str:
    """The text for a linked row."""
    if archived:
        return archived_text(link.task_id)
    if refused := refusal_text(link):
        return _cut(f"{REFUSED}{refused}")
    if link.conflicts:
        return _cut(f"{CONFLICT}{conflict_text(link)}")
    return _cut(f"{WAITING}{link.error}") if link.failed_at else usual_text(mapping)


def usual_text(mapping: SheetMapping) -> str:
    """The text for a linked row of which there is nothing to say: that of its sheet."""
    held = [why for name, why in mapping.held.items() if not mapping.is_to_sheet(name)]
    return _cut(f"{HELD}{'; '.join(held)}") if held else OK


def refusal_text(link: Link) -> str:
    """What could not be read or written, field by field; empty when all could."""
    return _listed(link.unread | {name: RefusedWrite(*said).why for name, said in link.refused.items()})


def conflict_text(link: Link) -> str:
    """What was decided, field by field."""
    return _listed(link.conflicts)


def archived_text(task_id: int) -> str:
    """The text for the row of an archived task."""
    return f"{REFUSED}task {task_id} is archived, so the row no longer changes it"


def row_text(outcome: RowOutcome) -> str:
    """The text for a row without a link."""
    return _cut(f"{REFUSED if outcome.outcome == Outcome.REFUSED else WAITING}{'; '.join(outcome.reasons)}")


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in reasons.items())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
