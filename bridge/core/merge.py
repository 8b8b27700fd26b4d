"""Three-way merge of one lead, field by field. Pure.

==================  =================  ==========================================================================
sheet against base  task against base  result
==================  =================  ==========================================================================
same                same               nothing
changed             same               the task takes it
same                changed            the sheet takes it
changed             changed, equal     nothing to send; only the base moves (this is how an echo ends: by comparison)
changed             changed, differs   a conflict: the field's policy says which side wins; the loser is reported
==================  =================  ==========================================================================

The new base is always what the sheet shows now, so "the sheet owes a write" is one comparison: task against base.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bridge.core.values import Fields, Side, Value

Direction = Literal["both", "to_task", "to_sheet"]
Policy = Literal["sheet", "task", "latest"]


@dataclass(frozen=True)
class FieldRule:
    """How one field travels: its direction, and who wins a conflict."""

    direction: Direction = "both"
    policy: Policy = "sheet"


@dataclass(frozen=True)
class Conflict:
    """Both sides changed one field differently. ``lost`` is kept in the history."""

    field: str
    winner: Side
    kept: Value
    lost: Value


@dataclass(frozen=True)
class Merge:
    """What follows: the new base, what the task takes, what the sheet takes, and the conflicts that were decided."""

    base: dict[str, Value] = field(default_factory=dict)
    task: dict[str, Value] = field(default_factory=dict)
    sheet: dict[str, Value] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


def merge(base: Fields, sheet: Fields, task: Fields, rules: Mapping[str, FieldRule], latest: Side) -> Merge:
    """Merge the fields that the sheet shows; fields of other columns keep their base.

    ``task`` lacks the fields that a task does not show in the sheet, such as the name in its title. ``latest`` names
    the side that changed last, for the policy of that name.
    """
    result, conflicts = Merge(base=dict(base) | dict(sheet)), []
    for name, shown in sheet.items():
        before, rule = base.get(name), rules[name]
        said = task.get(name, before)
        if shown == said:
            continue
        if rule.direction == "to_sheet" or shown == before:
            result.sheet[name] = said
        elif said == before:
            result.task[name] = shown
        else:
            conflict = _decide(name, shown, said, latest if rule.policy == "latest" else rule.policy)
            conflicts.append(conflict)
            (result.task if conflict.winner == "sheet" else result.sheet)[name] = conflict.kept
    return Merge(result.base, result.task, result.sheet, tuple(conflicts))


def _decide(name: str, shown: Value, said: Value, winner: Side) -> Conflict:
    return Conflict(name, winner, shown, said) if winner == "sheet" else Conflict(name, winner, said, shown)


def classify_read(
    base: Fields,
    sheet: Fields,
    in_flight: Mapping[str, Collection[Value]],
    replaced: Mapping[str, Collection[Value]],
    edited: Collection[str],
) -> tuple[dict[str, Value], frozenset[str]]:
    """Distinguish a person's change from our own write and from an old read. Returns (rebased base, fields in doubt).

    Google gives no read-your-write and no version (GOOGLE.md sections 4 and 7), so a value that differs from the
    base may be: a person's edit; a value we wrote and did not yet see confirmed (``in_flight``) — then the base
    becomes it; or a value that was replaced moments ago (``replaced``) — then the read may be old: in doubt, to be
    read again. A field that a person edited in this very event (``edited``) is taken as it is.
    """
    rebased, doubtful = dict(base), set()
    for name, shown in sheet.items():
        if name in edited or shown == base.get(name):
            continue
        if shown in in_flight.get(name, ()):
            rebased[name] = shown
        elif shown in replaced.get(name, ()):
            doubtful.add(name)
    return rebased, frozenset(doubtful)
