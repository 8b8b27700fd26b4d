"""The ``doctor`` command: run every check, the machine's and then each sheet's, and print what they find.

An exception of one check is its finding; the others go on.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bridge.app import existing_database
from bridge.cli.context import beside_local_google, configured
from bridge.cli.doctor import machine, sheet_queue
from bridge.cli.doctor import sheet as contents
from bridge.cli.doctor.finding import Finding
from bridge.config.model import Config, SheetConfig
from bridge.errors import Permanent, Rejected, Transient
from bridge.google.client import Google
from bridge.google.sheet import RowWrite, Sheet
from bridge.google.snapshot import SheetView
from task_api.cli import AS_JSON

MARKS = {"ok": ("ok", "green"), "warning": ("look", "yellow"), "problem": ("mend", "red")}
MACHINE = (machine.database, machine.running, machine.public_address, machine.clock, machine.quota)


@click.command()
@AS_JSON
def doctor(as_json: bool) -> None:
    """Check everything the bridge depends on and say what to mend. The exit code counts the problems."""
    config = configured()
    database = existing_database(config)
    found = []
    for finding in _examine(beside_local_google(config, database), database):
        found.append(finding)
        if not as_json:
            _print(finding)
    counted = Counter(finding.level for finding in found)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    else:
        click.echo(f"{counted['ok']} ok, {counted['warning']} to look at, {counted['problem']} to mend")
    raise SystemExit(min(counted["problem"], 100))


def _print(finding: Finding) -> None:
    where = f"{finding.sheet}: " if finding.sheet else ""
    mark, colour = MARKS[finding.level]
    click.echo(f"{click.style(mark, fg=colour)}\t{where}{finding.check}: {finding.said}")
    if finding.mend:
        click.echo(f"\t→ {finding.mend}")


def _examine(config: Config, engine: Engine) -> Iterator[Finding]:
    """Every finding as it is made."""
    for check in MACHINE:
        yield from _run(check, config, engine)
    for sheet in config.sheets.values():
        for finding in _sheet(config, engine, sheet):
            yield replace(finding, sheet=sheet.key)


def _run(check: Callable[..., Iterable[Finding]], *subject: object) -> Iterator[Finding]:
    """What the check finds, under its name."""
    name = check.__name__.replace("_", " ")
    try:
        for finding in check(*subject):
            yield replace(finding, check=name)
    except Permanent as error:
        yield Finding("problem", error.means, error.mend or "do what it says, then run doctor again", name)
    except Exception as error:  # a broken check must not hide what the others find
        said = str(error) if isinstance(error, Transient) else type(error).__name__
        yield Finding("problem", f"could not be checked: {said}", "try again in a minute", name)


def _sheet(config: Config, engine: Engine, sheet: SheetConfig) -> Iterator[Finding]:
    read: list[SheetView] = []
    yield from _run(sharing, config, sheet, read)
    for view in read:
        for check in contents.CHECKS:
            yield from _run(check, view)
    yield from _run(sheet_queue.signature, config, sheet)
    with Session(engine) as session:
        for look in (sheet_queue.script, sheet_queue.work):
            yield from _run(look, session, sheet, datetime.now(UTC))


def sharing(config: Config, sheet: SheetConfig, read: list[SheetView]) -> Iterator[Finding]:
    """The key opens the sheet, and may write; the test write changes no cell.

    What was read is added to ``read``.
    """
    google = Google(config.google_url, config.key_file(sheet.key))
    opened = Sheet(google, sheet)
    try:
        began = datetime.now(UTC)
        snapshot = opened.read()
        layout = sheet.mapping.locate(snapshot.header)
        read.append(SheetView(sheet, snapshot, began, layout))
        yield Finding("ok", f"the sheet can be read as {google.email}")
        column = layout.positions.get("id", 0)
        if not snapshot.guarded(1, column):  # a protected header does not tell about the rows
            yield _written(opened, column)
    finally:
        google.close()


def _written(opened: Sheet, column: int) -> Finding:
    try:
        opened.write([RowWrite(1, column, None, {})])
    except Rejected:
        raise
    except Permanent:
        mend = f"share it with {opened.google.email} as an Editor, not as a Viewer"
        return Finding("problem", "the sheet cannot be written", mend)
    return Finding("ok", "the sheet can be written")
