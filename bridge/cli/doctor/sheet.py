"""Checks of one sheet as one read shows it: header, ids, status words, protection, formulas. No network."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bridge.cli.doctor.finding import Finding, ok, problem, warning
from bridge.core.values import Raw, Row
from bridge.google.sheet_view import SheetView

PLAIN = "format the column as plain text"
FEW = 5
"""So many rows are named; the others are counted."""


def header(view: SheetView) -> Iterator[Finding]:
    """Every field that is needed has its column, and one only."""
    layout = view.layout
    for name in layout.missing:
        yield problem("header", f"no column '{name}'", f"give one cell of the first row the text '{name}'")
    for name in layout.doubled:
        yield warning("header", f"several columns '{name}'", "the leftmost is synced: rename the others")
    if not layout.missing:
        yield ok("header", "found " + ", ".join(layout.positions))


def ids(view: SheetView) -> Iterator[Finding]:
    """Ids are there, readable, no formulas, not too long for a number, and each in one row."""
    rows = list(_rows(view))
    numbers: dict[str, list[int]] = {}
    for row in rows:
        if row.lead_id:
            numbers.setdefault(row.lead_id, []).append(row.number)
    several = {lead_id: same for lead_id, same in numbers.items() if len(same) > 1}
    for lead_id, same in list(several.items())[:FEW]:
        yield problem("ids", f"id {lead_id} stands in {_named(same)}", "give all but one an id of their own")
    unfit = list(_unfit_ids(rows))
    yield from unfit
    idless = (row for row in rows if row.lead_id is None and "id" not in row.refused)
    if without := [row.number for row in idless if row.values.get("name")]:
        yield warning("ids", f"no id in {_named(without)}", "give them one, or set assign_ids = true")
    if not (several or unfit):
        yield ok("ids", f"{len(numbers)} leads, each with an id of its own")


def _unfit_ids(rows: Sequence[Row]) -> Iterator[Finding]:
    shown = [row for row in rows if "id" in row.positions]
    if formulas := [row.number for row in shown if row.cell("id").formula]:
        yield problem("ids", f"formulas in {_named(formulas)}", "paste them as values: formulas change as rows move")
    if unreadable := [row.number for row in shown if "id" in row.refused]:
        why = next(row.refused["id"] for row in shown if "id" in row.refused)
        yield problem("ids", f"no id can be read in {_named(unreadable)}: {why}", PLAIN)
    if rounded := [row.number for row in shown if _rounded(row.cell("id").value)]:
        yield problem("ids", f"numbers too long to be kept whole in {_named(rounded)}", PLAIN)


def words(view: SheetView) -> Iterator[Finding]:
    """The status words in the sheet, and those its dropdown allows, against the configured ones."""
    statuses, unknown = view.config.mapping.statuses, Counter[str]()
    options: set[tuple[str, ...]] = set()
    for row in _rows(view):
        if "status" in row.positions:
            cell = row.cell("status")
            if "status" in row.refused:
                unknown[cell.shown[:50]] += 1
            if cell.options is not None:
                options.add(cell.options)
    for word, count in unknown.most_common(FEW):
        told = ", ".join(statuses.to_task)
        yield problem("status words", f"'{word}' in {count} rows is not known", f"use one of {told}, or configure it")
    for allowed in options:
        known = {one.casefold() for one in allowed}
        missing = [word for word in statuses.to_task if word.casefold() not in known]
        if missing:
            yield warning("status words", f"the dropdown does not offer {', '.join(missing)}", "add them to its list")
    if not unknown:
        yield ok("status words", "every one is known")


def protection(view: SheetView) -> Iterator[Finding]:
    """Cells that the bridge writes and may not."""
    yield from _told(view, "protection", "may not be written", lambda row, name: name in row.guarded,
                     "let the service account edit the protected range")  # fmt: skip


def formulas(view: SheetView) -> Iterator[Finding]:
    """Cells that the bridge would write and never does."""
    yield from _told(view, "formulas", "hold formulas", lambda row, name: row.cell(name).formula,
                     "the bridge never overwrites a formula: paste values where the cell is to be synced")  # fmt: skip


CHECKS = (header, ids, words, protection, formulas)


def _told(view: SheetView, check: str, what: str, bad: Callable[[Row, str], bool], mend: str) -> Iterator[Finding]:
    written = [one.field for one in view.config.mapping.columns if one.direction != "to_task" and one.kind != "id"]
    names = [name for name in written if name in view.layout.positions]
    found = Counter(name for row in _rows(view) for name in names if bad(row, name))
    for name, count in found.items():
        yield warning(check, f"{count} cells of {name} {what}", mend)
    if not found:
        yield ok(check, "nothing in the way")


def _rows(view: SheetView) -> Iterator[Row]:
    return (row for row in map(view.row, view.snapshot.numbers) if not row.blank)


def _rounded(value: Raw) -> bool:
    """A sheet's numbers keep fifteen digits; longer ids become alike."""
    return isinstance(value, int | float) and abs(value) >= 1e15


def _named(numbers: list[int]) -> str:
    more = f" and {len(numbers) - FEW} more" if len(numbers) > FEW else ""
    return f"row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers[:FEW]))}{more}"
