"""What is shown of the rounds: medians and ranges in a table, everything in a JSON file."""

import json
import os
import platform
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

from tests.benchmarks.measure import Round


@dataclass(frozen=True)
class Figure:
    """One line of the table. ``floors``: also shown as a ratio to these lines."""

    key: str
    what: str
    unit: str
    places: int = 0
    floors: tuple[str, ...] = ()


FIGURES: tuple[Figure | str, ...] = (
    "what the machine can",
    Figure("disk", "disk: commits of one small row by the driver alone", "rows/s"),
    Figure("floor", "floor: all that a delivery of one row writes, by the driver alone", "rows/s"),
    Figure("floor_many", "  of 50 rows", "rows/s"),
    Figure("empty", "empty: a Flask route that does nothing, one kept-alive connection", "requests/s"),
    Figure("empty_p50", "  p50", "ms", 2),
    "edit → task committed, over HTTP",
    Figure("edit_rate", "one row a delivery", "rows/s", floors=("disk", "floor", "empty")),
    Figure("edit_p50", "  p50", "ms", 2),
    Figure("edit_p99", "  p99 (of a round's 100)", "ms", 2),
    Figure("steady_p50", "one row a delivery, at half that rate: p50", "ms", 2),
    Figure("steady_p99", "  p99 (of a round's 300)", "ms", 2),
    Figure("many_rows", "50 rows a delivery", "rows/s", floors=("disk", "floor_many", "empty")),
    Figure("many_p50", "  p50 of a delivery", "ms", 1),
    "PATCH → cell written, not waiting for the pace",
    Figure("patch_p50", "p50", "ms", 1),
    Figure("patch_p99", "p99 (the slowest of a round's 10)", "ms", 1),
    "memory, resident",
    Figure("rss_start", "bridge without local Google, after start", "MB", 1),
    Figure("rss_deliveries", "  after the deliveries", "MB", 1),
    Figure("rss_local", "leadbridge run with local Google, after start", "MB", 1),
    "start → ready line, installed",
    Figure("start_first", "leadbridge run, the first time in an empty folder", "s", 2),
    Figure("start_again", "leadbridge run, again", "s", 2),
    Figure("start_bridge", "bridge without local Google, again", "s", 2),
)


def facts() -> dict[str, Any]:
    """What of the machine matters to the figures."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def summary(rounds: Sequence[Round], key: str) -> dict[str, Any]:
    """Median, range and every round's value."""
    values = [found[key] for found in rounds]
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "rounds": values}


def collect(rounds: Sequence[Round], starts: Sequence[Round] = ()) -> dict[str, Any]:
    """The figures of one database as JSON; a ratio is taken within its round."""
    figures: dict[str, Any] = {}
    for figure in FIGURES:
        if isinstance(figure, str):
            continue
        source = rounds if figure.key in rounds[0] else starts
        if not source:
            continue
        figures[figure.key] = {"unit": figure.unit} | summary(source, figure.key)
        for floor in figure.floors:
            ratio = [found[figure.key] / found[floor] for found in rounds]
            figures[figure.key][f"of_{floor}"] = statistics.median(ratio)
    return figures


def show(figures: dict[str, Any], database: str) -> None:
    """Print the table of one database."""
    machine = facts()
    lines = []
    for figure in FIGURES:
        if isinstance(figure, str):
            lines += [(), (figure,)]
        elif figure.key in figures:
            one, places = figures[figure.key], figure.places
            ratios = [f"{one[f'of_{floor}']:.2f}" for floor in figure.floors]
            spread = f"{one['min']:,.{places}f} – {one['max']:,.{places}f}"
            lines.append((f"  {figure.what}", f"{one['median']:,.{places}f} {figure.unit}".rstrip(), spread, *ratios))
    title = f"{database} · {machine['cores']} cores · {machine['system']} · Python {machine['python']}"
    table(title, ("", "median", "range", "of disk", "of floor", "of empty"), lines, left=1)


def table(title: str, head: Sequence[str], lines: Sequence[Sequence[str]], left: int = 2) -> None:
    """Print a table; all but the ``left`` first columns are figures."""
    aligned = ["left" if number < left else "right" for number in range(len(head))]
    print(f"\n{title}\n")
    print(tabulate(lines, head, disable_numparse=True, colalign=aligned, preserve_whitespace=True))


def write(collected: dict[str, Any], path: Path) -> None:
    """Keep the figures for a program to read."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(collected, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
