"""The text of the optional column ``sync``: ok, or waiting, refused or conflict with the reason. Changes nothing."""

from collections.abc import Mapping

from bridge.core.outcome import Outcome, RefusedWrite, RowOutcome
from bridge.store.models import Link

LONGEST = 500
OK = "ok"


def link_text(link: Link, *, archived: bool) -> str:
    """The text for a linked row."""
    if archived:
        return archived_text(link.task_id)
    if refused := refusal_text(link):
        return _cut(f"refused: {refused}")
    if link.conflicts:
        return _cut(f"conflict: {conflict_text(link)}")
    return _cut(f"waiting: {link.error}") if link.failed_at else OK


def refusal_text(link: Link) -> str:
    """What could not be read or written, field by field; empty when all could."""
    return _listed(link.unread | {name: RefusedWrite(*said).why for name, said in link.refused.items()})


def conflict_text(link: Link) -> str:
    """What was decided, field by field."""
    return _listed(link.conflicts)


def archived_text(task_id: int) -> str:
    """The text for the row of an archived task."""
    return f"refused: task {task_id} is archived, so the row no longer changes it"


def row_text(outcome: RowOutcome) -> str:
    """The text for a row without a link."""
    return _cut(f"{'refused' if outcome.outcome == Outcome.REFUSED else 'waiting'}: {'; '.join(outcome.reasons)}")


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in reasons.items())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
