"""Commands that look into the bridge's work or act on it, beside a running bridge or without one: status, needs,
changes, sweep, approve, retry, undo, take. Parse, call, print; what they commit, a running bridge notices by itself.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

import click
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from bridge import lane, signals, spent, status, sweep, tombstones
from bridge import undo as back
from bridge.changes import Query, selected, told
from bridge.config import Config, ConfigError, load
from bridge.core.plan import Plan
from bridge.engine import made
from bridge.flush import flush
from bridge.models import Lane
from bridge.needs import needs
from bridge.outbox import Lease
from bridge.runtime import Runtime
from bridge.tables import print_plan, print_rows, progress_bar
from bridge.turn import Turn
from task_api import schema
from task_api.cli import AS_JSON, say
from task_api.db import engine_options, prepare_engine

SHEET = click.option("--sheet", metavar="KEY", help="Only this sheet; all of them when left out.")


@click.command("status")
@AS_JSON
def status_(as_json: bool) -> None:
    """Show every sheet: what is pending, what went wrong, when it was last heard of."""
    with _working() as runtime, runtime.session() as session:
        lanes = status.report(session, runtime)
    names = ("sheet", "pending", "buried", "conflicts", "refused", "held", "heard_at", "swept_at")
    print_rows(lanes, names, as_json)
    for one in lanes if not as_json else ():
        for said in filter(None, (_pulse(one), one["problem"], one["held_why"], one["silence"])):
            click.echo(f"{one['sheet']}: {said}")


@click.command("needs")
@AS_JSON
def needs_(as_json: bool) -> None:
    """List what waits for a person. Exit code 2 when there is anything."""
    with _working() as runtime, runtime.session() as session:
        found = [asdict(need) for need in needs(session, list(runtime.config.sheets), runtime.now())]
    print_rows(found, ("kind", "id", "sheet", "row", "lead_id", "field", "value", "why"), as_json)
    if found and not as_json:
        click.echo(
            "conflict: leadbridge take ID · dead_letter, refused: leadbridge retry ID · deletions: leadbridge approve"
        )
    raise SystemExit(2 if found else 0)


@click.command("changes")
@click.option("--lead", "lead_id", help="Only of this lead.")
@click.option("--task", "task_id", type=click.IntRange(1, 2**63 - 1), help="Only of this task.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@AS_JSON
def changes_(lead_id: str | None, task_id: int | None, limit: int, as_json: bool) -> None:
    """Show the history, newest first: when, who, old, new, by which rule, what became of it."""
    found = selected(Query(lead_id=lead_id, task_id=task_id)).limit(limit)
    with _working() as runtime, runtime.session() as session:
        rows = [told(change, link) for change, link in session.execute(found)]
    print_rows(rows, ("id", "at", "actor", "lead_id", "field", "old", "new", "rule", "state", "reason"), as_json)


@click.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only print what would be done.")
@SHEET
@AS_JSON
def sweep_(dry_run: bool, sheet: str | None, as_json: bool) -> None:
    """Compare every row with its task now and put right what differs. Exit code 2 when there is something to do:
    with --dry-run anything at all, else what only a person can do.
    """
    left = False
    with _working() as runtime:
        for key in _keys(runtime, sheet):
            plan = _preview(runtime, key, as_json) if dry_run else _sweep(runtime, key, as_json)
            print_plan(plan, as_json)
            left |= bool(plan.steps) if dry_run else any(step.what in {"refused", "held"} for step in plan.steps)
    raise SystemExit(2 if left else 0)


@click.command("approve")
@SHEET
@AS_JSON
def approve_(sheet: str | None, as_json: bool) -> None:
    """Let the tasks of vanished rows be archived, although many vanished at once."""
    with _writing() as (runtime, session):
        counts = {key: tombstones.approve(session, key, runtime.now()) for key in _keys(runtime, sheet)}
    words = {key: f"{n} rows may take their tasks along" if n else "nothing was held" for key, n in counts.items()}
    rows = [{"sheet": key, "approved": count} for key, count in counts.items()]
    say("\n".join(f"{key}: {done}" for key, done in words.items()), rows, as_json)


@click.command("retry")
@click.argument("dead_letter", type=int, required=False)
@click.option("--all", "every", is_flag=True, help="All dead letters.")
@AS_JSON
def retry_(dead_letter: int | None, every: bool, as_json: bool) -> None:
    """Put a dead letter back into the outbox; `leadbridge needs` lists them."""
    if (dead_letter is None) == (not every):
        raise click.UsageError("name one dead letter, or give --all")
    with _writing() as (runtime, session):
        count = len(status.put_back(session, runtime, dead_letter))
    if not count and dead_letter is not None:
        raise click.ClickException(f"there is no dead letter {dead_letter}; see: leadbridge needs")
    say(f"{count} tried again", {"retried": count}, as_json)


@click.command("undo")
@click.argument("change", type=int)
@click.option("--force", is_flag=True, help="Also when the field has changed since.")
@AS_JSON
def undo_(change: int, force: bool, as_json: bool) -> None:
    """Set a field back to what it was before CHANGE; `leadbridge changes` lists them."""
    with _writing() as (runtime, session):
        done = _done(lambda: back.undo(session, runtime, change, "command line", force=force))
    say(done, {"change": change, "done": done}, as_json)


@click.command("take")
@click.argument("change", type=int)
@AS_JSON
def take_(change: int, as_json: bool) -> None:
    """Take the value that a conflict lost; CHANGE as `leadbridge needs` lists it."""
    with _writing() as (runtime, session):
        done = _done(lambda: back.take(session, runtime, change, "command line"))
    say(done, {"change": change, "done": done}, as_json)


COMMANDS = (status_, needs_, changes_, sweep_, approve_, retry_, undo_, take_)


def configured() -> Config:
    """The configuration, or every fault of it in one message."""
    try:
        return load()
    except ConfigError as error:
        raise click.ClickException(f"the configuration has faults:\n{error}") from error


@contextmanager
def session_on(config: Config) -> Iterator[Session]:
    """A session on the configured database, migrated if it was behind."""
    config.home.mkdir(parents=True, exist_ok=True)
    engine = create_engine(config.database, **engine_options(config.database))
    prepare_engine(engine)
    if schema.current(engine) != schema.head():
        schema.upgrade(config.database)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


@contextmanager
def _working() -> Iterator[Runtime]:
    """The bridge's parts without its engine and server."""
    config = configured()
    with session_on(config) as session:
        if config.local:
            config = beside_local_google(config, session)
            session.rollback()
        runtime = Runtime(config, session.get_bind().engine)
        lane.prepare(runtime)
        signals.attach(runtime)
        runtime.defer = made(runtime).defer
        try:
            yield runtime
        finally:
            runtime.close()


@contextmanager
def _writing() -> Iterator[tuple[Runtime, Session]]:
    with _working() as runtime, runtime.writing() as session:
        yield runtime, session
        session.commit()


def beside_local_google(config: Config, session: Session) -> Config:
    """The running bridge's own local Google; where none has ever run there is no sheet yet."""
    spreadsheets = {one.sheet: one.spreadsheet for one in session.scalars(select(Lane))}
    sheets = {key: replace(sheet, spreadsheet=spreadsheets.get(key, "")) for key, sheet in config.sheets.items()}
    if not all(sheet.spreadsheet for sheet in sheets.values()):
        raise click.ClickException("there is no sheet yet: start the bridge once (make run), or write a bridge.toml")
    key_file = config.home / "local_google" / "service_account.json"
    return replace(config, sheets=sheets, google_url=f"http://127.0.0.1:{config.port}/local", credentials=key_file)


def _pulse(one: dict[str, Any]) -> str:
    """How fast a sheet is followed, and at what cost."""
    lag, calls = one["lag"], one["calls"]
    waits = "nothing waits" if lag["now"] is None else f"a change waits for {lag['now']:.1f} s"
    took = f"95 of 100 changes took {lag['p95']:.2f} s at most" if lag["of"] else "no change yet"
    used = f"{calls['read']} reads and {calls['write']} writes in the last minute, of {calls['budget']} each"
    return f"{waits}, {took}; {used}"


def _keys(runtime: Runtime, sheet: str | None) -> list[str]:
    if sheet is not None and sheet not in runtime.config.sheets:
        raise click.ClickException(f"there is no sheet '{sheet}'; there is {', '.join(runtime.config.sheets)}")
    return list(runtime.config.sheets) if sheet is None else [sheet]


def _preview(runtime: Runtime, key: str, quiet: bool) -> Plan:
    with progress_bar(key, quiet) as progress:
        plan = sweep.preview(Turn(runtime, Lease(key, 0)), progress)
    with runtime.writing() as session:
        spent.tell(runtime, session, key)
        session.commit()
    return plan


def _sweep(runtime: Runtime, key: str, quiet: bool) -> Plan:
    """Take the lane, sweep, and write what the rows are owed; waits while a running bridge works on the lane."""
    until = time.monotonic() + runtime.config.lease.total_seconds() + 10
    with progress_bar(key, quiet) as progress:
        while (turn := lane.begin(runtime, key)) is None:
            if time.monotonic() > until:
                raise click.ClickException(f"sheet '{key}' is being worked on by another bridge; try again in a minute")
            time.sleep(0.2)
        try:
            plan = sweep.sweep(turn, progress)
            for _ in range(10):  # Google takes ten writes at once; the running bridge brings the rest, paced
                if not flush(turn):
                    break
        finally:
            lane.end(turn)
    return plan


def _done(act: Any) -> str:
    try:
        return str(act())
    except back.CannotUndo as error:
        raise click.ClickException(str(error)) from error
