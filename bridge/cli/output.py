"""What a person reads in the terminal: tables, plans and progress. Decides nothing."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from bridge.core.reconcile import Plan, Step
from bridge.worker.sweep import Progress


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
    arrows = [
        f"{one.field}: {_shown(one.old)} → {_shown(one.new)} ({'the ' + one.to + ' takes it'})" for one in step.changes
    ]
    return {
        "what": step.what.replace("_", " "), "row": step.row, "lead": step.lead_id, "task": step.task_id,
        "changes": "\n".join(arrows), "why": "\n".join(step.reasons),
    }  # fmt: skip


def print_rows(rows: Sequence[dict[str, Any]], names: Iterable[str], as_json: bool) -> None:
    """These fields of the rows as a table; all fields as JSON."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False))
        return
    if not rows:
        click.echo("nothing")
        return
    names = list(names)
    table = Table(*(name.replace("_", " ") for name in names))
    for row in rows:
        table.add_row(*(_moment(row[name]) if name.endswith("at") else _shown(row[name], "") for name in names))
    Console(markup=False, emoji=False, highlight=False).print(table)


def _moment(text: str | None) -> str:
    """An ISO moment in UTC, short enough for a column: the time of today, the day of what is older."""
    if text is None:
        return ""
    today = datetime.now(UTC).date().isoformat()
    return text[11:19] if text.startswith(today) else text[:10]


def _shown(value: object, nothing: str = "(empty)") -> str:
    return nothing if value is None else str(value)


@contextmanager
def progress_bar(key: str, quiet: bool) -> Iterator[Progress]:
    """A bar on the error output while a sweep runs."""
    with Bar(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(f"{key}: {what}", total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield show
