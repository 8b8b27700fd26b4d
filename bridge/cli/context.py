"""What every command starts from: configuration, a session, the bridge's parts without engine and server."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bridge.app import current_database, make_runtime
from bridge.config.file import read
from bridge.config.model import Config
from bridge.core.text import likeness
from bridge.errors import Permanent
from bridge.runtime import Runtime
from bridge.store.models import SheetQueue
from task_api.db import UnitOfWork

SHEET = click.option("--sheet", metavar="KEY", help="Only this sheet; all of them when left out.")


def configured() -> Config:
    """The configuration, read only; raises `ConfigError` with every fault of it."""
    return read()


@contextmanager
def session_on(config: Config) -> Iterator[UnitOfWork]:
    """A session on the configured database."""
    database = current_database(config)
    try:
        with UnitOfWork(database) as session:
            yield session
    finally:
        database.dispose()


@contextmanager
def working() -> Iterator[Runtime]:
    """The bridge's parts, its engine not started."""
    config = configured()
    database = current_database(config)
    runtime = make_runtime(beside_local_google(config, database), database)
    try:
        yield runtime
    finally:
        runtime.close()


@contextmanager
def writing() -> Iterator[tuple[Runtime, Session]]:
    """The bridge's parts and a transaction that is committed at the end."""
    with working() as runtime, runtime.writing() as session:
        yield runtime, session
        session.commit()


def beside_local_google(config: Config, database: Engine) -> Config:
    """Without a bridge.toml: the local Google of the running bridge. Raises `Permanent` if none has ever run."""
    if not config.local:
        return config
    with Session(database) as session:
        spreadsheets = {one.sheet: one.spreadsheet for one in session.scalars(select(SheetQueue)) if one.spreadsheet}
    if not config.sheets.keys() <= spreadsheets.keys():
        raise Permanent("there is no sheet yet: start the bridge once (make run), or write a bridge.toml")
    return config.at_local_google(spreadsheets)


def sheet_keys(config: Config, sheet: str | None) -> list[str]:
    """The sheet that was named, or all of them."""
    key = None if sheet is None else likeness(sheet)
    if key is not None and key not in config.sheets:
        raise click.ClickException(f"there is no sheet '{sheet}'; there is {', '.join(config.sheets)}")
    return list(config.sheets) if key is None else [key]
