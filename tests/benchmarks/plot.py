"""``python -m tests.benchmarks.plot``: the README's picture, drawn from ``build/bench.json``.

Three panels: rows a second beside what the machine can; calls of the usual script and of the bridge; what an event costs
as tasks grow. White behind, so that it reads on a dark page too.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # no window

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tests.process.process import ROOT

PICTURE = ROOT / "bridge" / "web" / "pictures" / "bench.png"
INK, QUIET, OURS, OTHER = "#24292f", "#8c959f", "#1f6feb", "#d1862f"
SHADES = ("#0b3d91", "#1f6feb", "#d1862f", "#57606a")
LOOKS = {
    "font.size": 9, "axes.titlesize": 10, "axes.titleweight": "bold", "axes.titlelocation": "left", "text.color": INK,
    "axes.labelcolor": INK, "axes.edgecolor": QUIET, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "svg.hashsalt": "bench",
}  # fmt: skip

Found = Mapping[str, Any]


def draw(found: Found, path: Path) -> None:
    """Write the picture."""
    with plt.rc_context(LOOKS):
        figure, panels = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
        rates(panels[0], found["figures"]["SQLite"])
        calls(panels[1], found["poller"])
        costs(panels[2], found["growth"])
        figure.savefig(path, dpi=150, metadata={"Software": None})
        plt.close(figure)


def rates(axes: Axes, figures: Found) -> None:
    """Bars: what the disk and the server can do, and what the bridge does."""
    bars = {
        "disk: one row a commit": ("disk", QUIET),
        "disk: all that a row's delivery writes": ("floor", QUIET),
        "server: an empty route": ("empty", QUIET),
        "50 rows a delivery": ("many_rows", OURS),
        "one row a delivery": ("edit_rate", OURS),
    }
    values = [figures[key]["median"] for key, _ in bars.values()]
    drawn = axes.barh(list(bars), values, color=[colour for _, colour in bars.values()], height=0.6)
    axes.bar_label(drawn, [f"{value:,.0f}" for value in values], padding=3)
    axes.set_title("Rows a second, edit to task")
    axes.set(xlim=(0, max(values) * 1.2), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    axes.invert_yaxis()


def calls(axes: Axes, lines: list[Found]) -> None:
    """Two lines: calls to Google for as many changes between two polls."""
    for who, colour, label in (("poller", OTHER, "a script on a timer"), ("bridge", OURS, "leadbridge")):
        mine = sorted((2 * one["changes"], one["calls"]) for one in lines if one["who"] == who and one["rows"] == 1_000)
        axes.plot(*zip(*mine, strict=True), color=colour, marker="o", label=label)
        for point in mine:
            axes.annotate(f"{point[1]}", point, xytext=(0, 6), textcoords="offset points", color=colour, ha="center")
    axes.set(xscale="log", yscale="log", ylim=(1, 300), xlabel="changes, half of them on each side")
    axes.set_title("Calls to Google")
    _ticks(axes, [count for count, _ in mine])
    axes.set_yticks([])
    axes.minorticks_off()
    axes.legend(frameon=False, loc="upper left")


def costs(axes: Axes, found: list[Found]) -> None:
    """A line for each event: milliseconds over the number of tasks; its name above it or below, in turns."""
    sized = [one for one in found if str(one["size"]).endswith(" tasks") and one["database"] == "SQLite"]
    sizes = sorted({_number(one) for one in sized})
    events = list(dict.fromkeys(str(one["event"]) for one in sized))
    shades = dict(zip(events, SHADES, strict=True))
    lines = {event: sorted((_number(one), one["cost"]) for one in sized if one["event"] == event) for event in events}
    for rank, (event, mine) in enumerate(sorted(lines.items(), key=lambda line: -line[1][0][1])):
        axes.plot(*zip(*mine, strict=True), color=shades[event], marker="o")
        place = (0, -15 if rank % 2 else 6)
        axes.annotate(event, mine[0], xytext=place, textcoords="offset points", color=shades[event])
    axes.set(xscale="log", ylim=(0, 1.25 * max(one["cost"] for one in sized)), xlabel="tasks", ylabel="ms")
    axes.set_title("What one event costs")
    _ticks(axes, sizes)
    axes.minorticks_off()


def _number(line: Found) -> int:
    return int(str(line["size"]).split()[0].replace(",", ""))


def _ticks(axes: Axes, places: list[int]) -> None:
    """Where something was measured, in plain numbers."""
    axes.set_xticks(places, [f"{place:,}" for place in places])


if __name__ == "__main__":
    draw(json.loads((ROOT / "build" / "bench.json").read_text()), PICTURE)
