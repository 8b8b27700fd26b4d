"""What a person reads in the terminal: tables, plans and progress. Decides nothing."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

import click

from bridge.core.reconcile import Plan, Step
from bridge.worker.sweep.compare import Progress
from task_api.cli import print_rows


def print_plan(plan: Plan, as_json: bool) -> None:
    """The plan's steps and, in one line, how much they are."""
    if as_json:
        click.echo(json.dumps(asdict(plan), ensure_ascii=False))
        return
    rows = [_line(step) for step in plan.steps]
    if rows:
        print_rows(rows, ("what", "row", "lead", "task", "changes", "why"), as_json=False)
    done = ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in sorted(plan.counts.items()))
    click.echo(f"{plan.sheet}: {plan.read} rows, {plan.agreed} agree; {done or 'nothing to do'}")


def _line(step: Step) -> dict[str, object]:
    arrows = [f"{one.field}: {_shown(one.old)} → {_shown(one.new)} (the {one.to} takes it)" for one in step.changes]
    return {
        "what": step.what.replace("_", " "), "row": step.row, "lead": step.lead_id, "task": step.task_id,
        "changes": "\n".join(arrows), "why": "\n".join(step.reasons),
    }  # fmt: skip


def _shown(value: object) -> str:
    return "(empty)" if value is None else str(value)


@contextmanager
def progress_bar(key: str, quiet: bool) -> Iterator[Progress]:
    """A bar for each part of a sweep, on the error output, while it runs."""
    with ExitStack() as stack:
        bars: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in bars:
                bar = click.progressbar(length=total, label=f"{key}: {what}", hidden=quiet, file=sys.stderr)
                bars[what] = stack.enter_context(bar)
            bars[what].update(done - bars[what].pos)

        yield show
