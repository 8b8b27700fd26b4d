"""Commands that act on the bridge's work, beside a running bridge or without one: sweep, approve, retry, undo, take.

Parse, call, print; a running bridge notices what they commit.
"""

import time
from datetime import datetime

import click
from sqlalchemy.orm import Session

from bridge.cli.context import SHEET, sheet_keys, working, writing
from bridge.cli.output import print_plan, progress_bar
from bridge.config.model import SheetConfig
from bridge.core.outcome import Outcome
from bridge.core.reconcile import Plan, SweepStep
from bridge.queue import pending
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.sync import approval
from bridge.sync import undo as back
from bridge.worker.flush.flush import flush
from bridge.worker.job import Job, begin, end
from bridge.worker.sweep import sweep
from task_api.cli import AS_JSON, say


@click.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only print what would be done.")
@SHEET
@AS_JSON
def sweep_(dry_run: bool, sheet: str | None, as_json: bool) -> None:
    """Compare every row with its task now and put right what differs. Exit code 2 when there is something to do:
    with --dry-run anything at all, else what only a person can do.
    """
    left = False
    with working() as runtime:
        for key in sheet_keys(runtime.config, sheet):
            plan = _preview(runtime, key, as_json) if dry_run else _sweep(runtime, key, as_json)
            print_plan(plan, as_json)
            left |= any(dry_run or step.what in {Outcome.REFUSED, SweepStep.HELD} for step in plan.steps)
    raise SystemExit(2 if left else 0)


@click.command("approve")
@click.option("--rows", is_flag=True, help="Only the vanished rows.")
@click.option("--column", metavar="FIELD", help="Only the changed column of this field.")
@SHEET
@AS_JSON
def approve_(rows: bool, column: str | None, sheet: str | None, as_json: bool) -> None:
    """Approve what is held: that the tasks of many vanished rows are archived, or that a field's column is another one
    now. `leadbridge needs` lists both.
    """
    if rows and column:
        raise click.UsageError("give --rows or --column, not both")
    with writing() as (runtime, session):
        keys = sheet_keys(runtime.config, sheet)
        if column:
            column, keys = _with_field([runtime.config.sheets[key] for key in keys], column)
        done = {key: _approve(session, key, runtime.now(), rows, column) for key in keys}
    told = [{"sheet": key, "approved": one.rows, "column": one.column or None} for key, one in done.items()]
    say("\n".join(f"{key}: {one.done}" for key, one in done.items()), told, as_json)


def _with_field(sheets: list[SheetConfig], name: str) -> tuple[str, list[str]]:
    try:
        return approval.with_field(sheets, name)
    except approval.NoField as error:
        raise click.UsageError(str(error)) from error


def _approve(session: Session, key: str, now: datetime, rows: bool, column: str | None) -> approval.Approved:
    if column:
        return approval.approve_column(session, key, column, now)
    return approval.approve_rows(session, key, now) if rows else approval.approve(session, key, now)


@click.command("retry")
@click.argument("dead_letter", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="All dead letters.")
@AS_JSON
def retry_(dead_letter: int | None, every: bool, as_json: bool) -> None:
    """Put a dead letter back into the outbox; `leadbridge needs` lists them."""
    if (dead_letter is None) == (not every):
        raise click.UsageError("name one dead letter, or give --all")
    with writing() as (runtime, session):
        count = len(pending.retry_dead_letters(session, runtime, dead_letter))
    if not count and dead_letter is not None:
        raise click.ClickException(f"there is no dead letter {dead_letter}; see: leadbridge needs")
    say(f"{count} writes queued again", {"retried": count}, as_json)


@click.command("undo")
@click.argument("change", type=int)
@click.option("--force", is_flag=True, help="Also when the field has changed since.")
@AS_JSON
def undo_(change: int, force: bool, as_json: bool) -> None:
    """Set a field back to what it was before CHANGE; `leadbridge changes` lists them."""
    with writing() as (runtime, session):
        done = back.undo(session, runtime, change, "command line", force=force)
    say(done, {"change": change, "done": done}, as_json)


@click.command("take")
@click.argument("change", type=int)
@AS_JSON
def take_(change: int, as_json: bool) -> None:
    """Take the value that a conflict lost; CHANGE as `leadbridge needs` lists it."""
    with writing() as (runtime, session):
        done = back.take(session, runtime, change, "command line")
    say(done, {"change": change, "done": done}, as_json)


REPAIR = (sweep_, approve_, retry_, undo_, take_)


def _preview(runtime: Runtime, key: str, quiet: bool) -> Plan:
    with progress_bar(key, quiet) as progress:
        plan = sweep.preview(Job(runtime, key), progress)
    with runtime.writing() as session:
        quota.record(session, key, runtime.calls(key), runtime.now())
        session.commit()
    return plan


def _sweep(runtime: Runtime, key: str, quiet: bool) -> Plan:
    """Take the queue, sweep, and write what is pending; waits while a running bridge works on the queue."""
    until = time.monotonic() + runtime.config.lease.total_seconds() + 10
    with progress_bar(key, quiet) as progress:
        while (job := begin(runtime, key)) is None:
            if time.monotonic() > until:
                raise click.ClickException(f"sheet '{key}' is being worked on by another bridge; try again in a minute")
            time.sleep(0.2)
        try:
            plan = sweep.sweep(job, progress)
            for _ in range(10):  # Google takes ten writes at once; the running bridge brings the rest, paced
                if not flush(job):
                    break
        finally:
            end(job)
    return plan
