"""Run every check in job: the machine, then each sheet. What one check raises is its own finding."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bridge.cli.doctor import machine, sheet_queue
from bridge.cli.doctor import sheet as contents
from bridge.cli.doctor.finding import Finding, ok, problem
from bridge.config.model import Config, SheetConfig
from bridge.errors import Permanent, Rejected, Transient
from bridge.google.credentials import Google
from bridge.google.sheet import RowWrite, Sheet
from bridge.google.sheet_view import SheetView

MACHINE = (machine.database, machine.running, machine.public, machine.clock, machine.quota)
LANE = (sheet_queue.script, sheet_queue.work)


def examine(config: Config, engine: Engine) -> Iterator[Finding]:
    """Every finding as it is made."""
    for check in MACHINE:
        yield from _alone(check.__name__, partial(check, config, engine))
    for sheet in config.sheets.values():
        for finding in _sheet(config, engine, sheet):
            yield replace(finding, sheet=sheet.key)


def _sheet(config: Config, engine: Engine, sheet: SheetConfig) -> Iterator[Finding]:
    view: list[SheetView] = []
    yield from _alone("sharing", partial(_sharing, config, sheet, view))
    for one in view:
        for check in contents.CHECKS:
            yield from _alone(check.__name__, partial(check, one))
    yield from _alone("signature", partial(sheet_queue.signature, config, sheet))
    with Session(engine) as session:
        for look in LANE:
            yield from _alone(look.__name__, partial(look, session, sheet, datetime.now(UTC)))


def _sharing(config: Config, sheet: SheetConfig, view: list[SheetView]) -> Iterator[Finding]:
    """The key opens the sheet, and may write: an empty cell list over the header's first cell writes nothing."""
    google = Google(config.google_url, config.key_file(sheet.key))
    opened = Sheet(google, sheet)
    try:
        began = datetime.now(UTC)
        snapshot = opened.read()
        layout = sheet.mapping.locate(snapshot.header)
        view.append(SheetView(sheet, snapshot, began, layout))
        yield ok("sharing", f"the sheet can be read as {opened.google.email}")
        column = layout.positions.get("id", 0)
        if not snapshot.guarded(1, column):  # a protected header says nothing about the rows
            yield _written(opened, column)
    finally:
        google.close()


def _written(opened: Sheet, column: int) -> Finding:
    try:
        opened.write([RowWrite(1, column, None, {})])
    except Rejected:
        raise
    except Permanent:
        return problem(
            "sharing", "but not written", f"share it with {opened.google.email} as an Editor, not as a Viewer"
        )
    return ok("sharing", "and written")


def _alone(name: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from check()
    except (Permanent, Rejected) as error:
        yield problem(name, str(error), "do what it says, then run doctor again")
    except Exception as error:  # whatever ails one check, the others are worth having
        said = str(error) if isinstance(error, Transient) else type(error).__name__
        yield problem(name, f"could not be checked: {said}", "try again in a minute")
