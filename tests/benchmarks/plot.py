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
from matplotlib.ticker import FuncFormatter

from tests.process import ROOT

PICTURE = ROOT / "bridge" / "web" / "pictures" / "bench.png"
INK, QUIET, OURS, OTHER = "#24292f", "#8c959f", "#1f6feb", "#d1862f"
SHADES = ("#0b3d91", "#1f6feb", "#6ea8fe", "#a8cbff")
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
        rates(panels[0], found["figures"])
        calls(panels[1], found["poller"])
        costs(panels[2], found["growth"])
        figure.savefig(path, dpi=150, metadata={"Software": None})
        plt.close(figure)


def rates(axes: Axes, figures: Found) -> None:
    """Bars: what the disk and the server can do, and what the bridge does."""
    bars = {
        "disk: one row a commit": ("disk", QUIET),
        "server: an empty route": ("empty", QUIET),
        "50 rows a delivery": ("many_rows", OURS),
        "one row a delivery": ("edit_rate", OURS),
    }
    values = [figures[key]["median"] for key, _ in bars.values()]
    drawn = axes.barh(list(bars), values, color=[colour for _, colour in bars.values()], height=0.6)
    axes.bar_label(drawn, [f"{value:,.0f}" for value in values], padding=3)
    axes.set_title("Rows a second, edit to task")
    axes.set_xlim(0, max(values) * 1.2)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def calls(axes: Axes, lines: list[Found]) -> None:
    """Two lines: calls to Google for as many changes between two polls."""
    for who, colour, label in (("poller", OTHER, "a script on a timer"), ("bridge", OURS, "leadbridge")):
        mine = sorted((2 * one["changes"], one["calls"]) for one in lines if one["who"] == who and one["rows"] == 1_000)
        axes.plot(*zip(*mine, strict=True), color=colour, marker="o", label=label)
        axes.annotate(f"{mine[-1][1]}", mine[-1], xytext=(4, 4), textcoords="offset points", color=colour)
    axes.set(xscale="log", yscale="log", xlabel="changes, half on each side")
    axes.set_title("Calls to Google")
    _plain(axes)
    axes.legend(frameon=False)


def costs(axes: Axes, lines: list[Found]) -> None:
    """A line for each event: milliseconds over the number of tasks."""
    sized = [one for one in lines if str(one["size"]).endswith(" tasks") and one["database"] == "SQLite"]
    events = list(dict.fromkeys(str(one["event"]) for one in sized))
    for event, shade in zip(events, SHADES, strict=True):
        mine = [(int(one["size"].split()[0].replace(",", "")), one["cost"]) for one in sized if one["event"] == event]
        axes.plot(*zip(*mine, strict=True), color=shade, marker="o", label=event)
    axes.set(xscale="log", ylim=(0, None), xlabel="tasks", ylabel="ms")
    axes.set_title("What one event costs")
    _plain(axes)
    axes.set_yscale("linear")
    axes.legend(frameon=False, fontsize=8)


def _plain(axes: Axes) -> None:
    """Numbers, not powers of ten."""
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


if __name__ == "__main__":
    draw(json.loads((ROOT / "build" / "bench.json").read_text()), PICTURE)
