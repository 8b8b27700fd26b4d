"""What a sheet's header and status words suggest. Pure: asks nobody and writes nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.config.fields import COLUMNS, shipped
from bridge.core.mapping import SHIPPED, SheetMapping, header_key
from bridge.core.text import as_seen, likeness
from bridge.core.values import Cell, Row
from bridge.sync.sync_cell import is_ours
from task_api.statuses import STATUSES

MOST_WORDS = 30
EXACT = {one.field: one.headers[0] for one in COLUMNS}
"""Field → the header that is its own."""


@dataclass(frozen=True)
class Proposal:
    """``found``: field → its header. ``alike``: field → a header that may be meant, by an alias: only a person can say.
    ``free``: headers that no field claims. ``missing``: fields that are needed.
    """

    found: Mapping[str, str]
    alike: Mapping[str, str]
    free: Sequence[str]
    missing: Sequence[str]


def headers(cells: Sequence[Cell], chosen: Mapping[str, str]) -> Proposal:
    """Match the header with the shipped columns; ``chosen``: field → header, as a person said."""
    texts = [as_seen(cell.shown) for cell in cells]
    fitting = {name: texts[index] for name, index in shipped().locate(cells).positions.items()}
    found = {name: text for name, text in fitting.items() if header_key(text) == header_key(EXACT[name])} | dict(chosen)
    alike = {name: text for name, text in fitting.items() if name not in found and text not in found.values()}
    free = [text for text in texts if text and text not in found.values()]
    return Proposal(found, alike, free, [one.field for one in COLUMNS if one.required and one.field not in found])


def foreign(rows: Iterable[Row], own: SheetMapping) -> dict[str, int]:
    """Field → in how many rows its column, which only the bridge fills, holds something else."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update(name for name in row.refused if own.is_to_sheet(name))
        counted.update(name for name in ("sync",) if row.values.get(name) and not is_ours(row.values[name]))
    return dict(counted)


def mapping(found: Mapping[str, str]) -> SheetMapping:
    """The shipped columns under the headers that were found."""
    return SheetMapping(tuple(replace(one, headers=(found[one.field],)) for one in COLUMNS if one.field in found))


def words(rows: Iterable[Row]) -> dict[str, int]:
    """The status words of the sheet and how many rows have each, the most frequent first; spelt as met first."""
    spelt: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for row in rows:
        if word := as_seen(row.cells["status"].shown) if "status" in row.cells else "":
            counted[spelt.setdefault(likeness(word), word)] += 1
    return dict(counted.most_common(MOST_WORDS))


def unknown(counted: Mapping[str, int], known: Iterable[str]) -> dict[str, int]:
    """The words that are not among the known ones."""
    folded = _folded(known)
    return {word: count for word, count in counted.items() if likeness(word) not in folded}


def meaning(word: str) -> str | None:
    """The task status that a word names itself: "In progress" does; None: only a person can say."""
    return next((status for status in STATUSES if _letters(status) == _letters(word)), None)


def _letters(text: str) -> str:
    return "".join(letter for letter in likeness(text) if letter.isalpha())


def settings(
    spreadsheet: str,
    tab: str,
    found: Mapping[str, str],
    meant: Mapping[str, str],
    counted: Mapping[str, int],
    declined: Iterable[str] = (),
) -> dict[str, object]:
    """The sheet's table for bridge.toml; only what differs from what is shipped. ``declined``: fields whose alias is
    another thing here.
    """
    headed = dict(found) | {name: EXACT[name] for name in declined}
    own = {
        name: {"headers": [text]}
        for name, text in headed.items()
        if name in declined or header_key(text) != header_key(EXACT[name])
    }
    table: dict[str, object] = {"spreadsheet": spreadsheet, "tab": tab}
    if own:
        table["columns"] = own
    if meant:
        own_words = _folded(meant)
        shipped_words = {word: status for word, status in SHIPPED.to_task.items() if likeness(word) not in own_words}
        table["statuses"] = statuses = shipped_words | dict(meant)
        table["back"] = _back(statuses, counted)
    return table


def _back(statuses: Mapping[str, str], counted: Mapping[str, int]) -> dict[str, str]:
    """Task status → the word that the sheet uses most for it, but never a one-way shipped word: no lead becomes LOST
    unless a person says so.
    """
    one_way = _folded(word for word, status in SHIPPED.to_task.items() if SHIPPED.back[status] != word)
    spelt = {likeness(word): word for word in statuses if likeness(word) not in one_way}
    used = [spelt[likeness(word)] for word in counted if likeness(word) in spelt]
    return dict(SHIPPED.back) | {statuses[word]: word for word in reversed(used)}


def _folded(words: Iterable[str]) -> set[str]:
    return {likeness(word) for word in words}
