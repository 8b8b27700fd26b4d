"""What a sheet's header and status words suggest. Pure: asks nobody and writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bridge.core.lead import Cell, Row
from bridge.core.mapping import COLUMNS, SheetMapping
from bridge.core.statuses import SHIPPED

MOST_WORDS = 30


@dataclass(frozen=True)
class Proposal:
    """``found``: field → its header. ``free``: headers that no field claims. ``missing``: fields that are needed."""

    found: Mapping[str, str]
    free: Sequence[str]
    missing: Sequence[str]


def headers(cells: Sequence[Cell], chosen: Mapping[str, str]) -> Proposal:
    """Match the header with the shipped columns; ``chosen``: field → header, as a person said."""
    texts = [cell.shown.strip() for cell in cells]
    layout = SheetMapping().locate(cells)
    found = {name: texts[index] for name, index in layout.positions.items()} | dict(chosen)
    free = [text for text in texts if text and text not in found.values()]
    needed = [column.field for column in COLUMNS if column.required]
    return Proposal(found, free, [name for name in needed if name not in found])


def mapping(found: Mapping[str, str]) -> SheetMapping:
    """The shipped columns under the headers that were found."""
    return SheetMapping(tuple(replace(one, headers=(found[one.field],)) for one in COLUMNS if one.field in found))


def unknown_words(rows: Iterable[Row], known: Iterable[str]) -> dict[str, int]:
    """Status words that none of the known ones is, the most frequent first."""
    told = {word.casefold() for word in known}
    counted: dict[str, int] = {}
    for row in rows:
        word = row.cell("status").shown.strip() if "status" in row.positions else ""
        if word and word.casefold() not in told:
            counted[word] = counted.get(word, 0) + 1
    return dict(sorted(counted.items(), key=lambda one: -one[1])[:MOST_WORDS])


def settings(spreadsheet: str, tab: str, found: Mapping[str, str], words: Mapping[str, str]) -> dict[str, object]:
    """The sheet's table for bridge.toml; only what differs from what is shipped."""
    shipped = {column.field: column for column in COLUMNS}
    own = {
        name: {"headers": [text]}
        for name, text in found.items()
        if text.casefold() not in {header.casefold() for header in shipped[name].headers}
    }
    table: dict[str, object] = {"spreadsheet": spreadsheet, "tab": tab}
    if own:
        table["columns"] = own
    if words:
        table["statuses"] = dict(SHIPPED.to_task) | dict(words)
        table["back"] = dict(SHIPPED.back)
    return table
