"""Checks of one sheet as one read shows it: header, ids, status words, protection, formulas. No network."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from bridge.cli.doctor.finding import Finding
from bridge.core.text import likeness
from bridge.core.values import Row
from bridge.google.snapshot import SheetView

PLAIN = "format the column as plain text"
MOST_NAMED = 5
"""How many rows are named; the others are counted."""
EXACT_BELOW = 1e15
"""A sheet's numbers have fifteen digits; longer ids become equal."""


def header(view: SheetView) -> Iterator[Finding]:
    """Every field that is needed has its column, and one only."""
    layout = view.layout
    for name in layout.missing:
        yield Finding("problem", f"no column '{name}'", f"give one cell of the first row the text '{name}'")
    for told in layout.doubled:
        said, _, mend = told.rpartition(". ")
        yield Finding("warning", said, mend)
    if not layout.missing:
        yield Finding("ok", "found " + ", ".join(layout.positions))


def ids(view: SheetView) -> Iterator[Finding]:
    """Ids: present, readable, no formulas, not too long for a number, and unique."""
    rows = _rows(view)
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.lead_id:
            numbers[row.lead_id].append(row.number)
    several = {lead_id: same for lead_id, same in numbers.items() if len(same) > 1}
    for lead_id, same in list(several.items())[:MOST_NAMED]:
        yield Finding("problem", f"id {lead_id} stands in {_named(same)}", "give all but one an id of their own")
    unfit = list(_unfit_ids(rows))
    yield from unfit
    idless = [row for row in rows if row.lead_id is None and "id" not in row.refused]
    if without := [row.number for row in idless if row.values.get("name")]:
        yield Finding("warning", f"no id in {_named(without)}", "give them one, or set assign_ids = true")
    if not (several or unfit):
        yield Finding("ok", f"{len(numbers)} leads, each with an id of its own")


def _unfit_ids(rows: Sequence[Row]) -> Iterator[Finding]:
    shown = {row.number: row.cells["id"] for row in rows if "id" in row.cells}
    if formulas := [number for number, cell in shown.items() if cell.formula]:
        yield Finding("problem", f"formulas in {_named(formulas)}", "paste values: formulas change as rows move")
    if unreadable := {row.number: row.refused["id"] for row in rows if "id" in row.refused}:
        why = next(iter(unreadable.values()))
        yield Finding("problem", f"no id can be read in {_named(list(unreadable))}: {why}", PLAIN)
    if rounded := [
        n for n, cell in shown.items() if isinstance(cell.value, int | float) and abs(cell.value) >= EXACT_BELOW
    ]:
        yield Finding("problem", f"numbers too long to be kept whole in {_named(rounded)}", PLAIN)


def status_words(view: SheetView) -> Iterator[Finding]:
    """The status words in the sheet, and those its dropdown allows, against the configured ones."""
    words = list(view.config.mapping.statuses.to_task)
    rows = [row for row in _rows(view) if "status" in row.cells]
    unknown = Counter(row.cells["status"].shown[:50] for row in rows if "status" in row.refused)
    for word, count in unknown.most_common(MOST_NAMED):
        mend = f"use one of {', '.join(words)}, or configure it"
        yield Finding("problem", f"'{word}' in {count} rows is not known", mend)
    for options in {row.cells["status"].options for row in rows} - {None}:
        offered = {likeness(one) for one in options or ()}
        if missing := [word for word in words if likeness(word) not in offered]:
            yield Finding("warning", f"the dropdown does not offer {', '.join(missing)}", "add them to its list")
    if not unknown:
        yield Finding("ok", "every one is known")


def protection(view: SheetView) -> Iterator[Finding]:
    """Protected cells that the bridge must write."""
    mend = "let the service account edit the protected range"
    yield from _cells(view, "may not be written", mend, lambda row, name: name in row.guarded)


def formulas(view: SheetView) -> Iterator[Finding]:
    """Formulas in cells that the bridge must write."""
    mend = "the bridge never overwrites a formula: paste values where the cell is to be synced"
    yield from _cells(view, "hold formulas", mend, lambda row, name: row.cells[name].formula)


CHECKS = (header, ids, status_words, protection, formulas)


def _cells(view: SheetView, what: str, mend: str, bad: Callable[[Row, str], bool]) -> Iterator[Finding]:
    """Count the bad ones among the cells that the bridge writes, by column."""
    written = [one.field for one in view.config.mapping.columns if one.direction != "to_task" and one.kind != "id"]
    names = [name for name in written if name in view.layout.positions]
    found = Counter(name for row in _rows(view) for name in names if bad(row, name))
    for name, count in found.items():
        yield Finding("warning", f"{count} cells of {name} {what}", mend)
    if not found:
        yield Finding("ok", "nothing in the way")


def _rows(view: SheetView) -> list[Row]:
    return [row for row in map(view.row, view.snapshot.numbers) if not row.blank]


def _named(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:MOST_NAMED]))}{more}"
