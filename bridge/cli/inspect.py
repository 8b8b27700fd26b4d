"""Commands that look: status, needs, changes, explain. They change nothing."""

import json
from dataclasses import asdict
from typing import Any

import click

from bridge.cli.context import working
from bridge.reports import sheet_status
from bridge.reports.action_items import action_items
from bridge.reports.change_list import ChangeQuery, selected, to_json
from bridge.reports.explain import explain
from task_api.cli import AS_JSON, print_rows


@click.command("status")
@AS_JSON
def status_(as_json: bool) -> None:
    """Show every sheet: what is pending, what went wrong, when its script last sent something."""
    with working() as runtime, runtime.session() as session:
        queues = sheet_status.report(session, runtime)
    renamed = [one | {"failed": one["buried"], "awaiting_approval": one["held"]} for one in queues]
    names = ("sheet", "pending", "failed", "conflicts", "refused", "awaiting_approval", "heard_at", "swept_at")
    print_rows(queues if as_json else renamed, names, as_json)
    for one in queues if not as_json else ():
        for said in filter(None, (_latency_text(one), one["problem"], one["held_why"], one["silence"])):
            click.echo(f"{one['sheet']}: {said}")


@click.command("needs")
@AS_JSON
def needs_(as_json: bool) -> None:
    """List what waits for a person. Exit code 2 when there is anything."""
    with working() as runtime, runtime.session() as session:
        found = [asdict(item) for item in action_items(session, list(runtime.config.sheets), runtime.now())]
    print_rows(found, ("kind", "id", "sheet", "row", "lead_id", "field", "value", "why"), as_json)
    if found and not as_json:
        click.echo(
            "conflict: leadbridge take ID · dead_letter, refused: leadbridge retry ID · "
            "deletions: leadbridge approve --rows · column: leadbridge approve --column FIELD"
        )
    raise SystemExit(2 if found else 0)


@click.command("changes")
@click.option("--lead", "lead_id", help="Only of this lead.")
@click.option("--task", "task_id", type=click.IntRange(1, 2**63 - 1), help="Only of this task.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def changes_(lead_id: str | None, task_id: int | None, limit: int, as_json: bool) -> None:
    """Show the history, newest first: when, who, old, new, by which rule, what became of it."""
    found = selected(ChangeQuery(lead_id=lead_id, task_id=task_id)).limit(limit)
    with working() as runtime, runtime.session() as session:
        rows = [to_json(change, link) for change, link in session.execute(found)]
    print_rows(rows, ("id", "at", "actor", "lead_id", "field", "old", "new", "rule", "state", "reason"), as_json)


@click.command("explain")
@click.argument("lead")
@AS_JSON
def explain_(lead: str, as_json: bool) -> None:
    """Say why the cells of LEAD do not say what its task says. Exit code 2 when something differs or waits."""
    with working() as runtime, runtime.session() as session:
        found = explain(session, runtime, lead)
    if not found:
        raise click.ClickException(f"no sheet knows a lead '{lead}': leadbridge changes lists those that were synced")
    for one in found if not as_json else ():
        click.echo(f"{one.sheet}, lead {one.lead_id}, row {one.row or '?'}, task {one.task_id or 'none'}")
        for line in one.fields + one.reasons:
            click.echo(f"  {line}")
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    raise SystemExit(2 if any(one.reasons or one.differs for one in found) else 0)


def _latency_text(one: dict[str, Any]) -> str:
    """Latency and API usage as a sentence."""
    lag, calls = one["lag"], one["calls"]
    waits = "nothing waits" if lag["now"] is None else f"a change waits for {lag['now']:.1f} s"
    took = f"95 of 100 changes took {lag['p95']:.2f} s at most" if lag["of"] else "no change yet"
    used = f"{calls['read']} reads and {calls['write']} writes in the last minute, of {calls['budget']} each"
    return f"{waits}, {took}; {used}"


INSPECT = (status_, needs_, changes_, explain_)
