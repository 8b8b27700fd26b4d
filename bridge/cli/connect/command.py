"""The ``connect`` command: asks, looks, writes, waits. Every question has a flag; `--yes` takes every proposal but
an alias.
"""

import os
import time
from collections.abc import Collection, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bridge.app import find_database
from bridge.cli.connect import ask, toml
from bridge.config.fields import COLUMNS
from bridge.config.model import GOOGLE, Config, SheetConfig
from bridge.config.sheets import spreadsheet_id
from bridge.google.sheet import Sheet
from bridge.store.models import SheetHealth
from task_api.statuses import STATUSES

FIELDS = [column.field for column in COLUMNS]


def _pairs(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, value = (part.strip() for part in one.partition("=")[::2])
        if not (name and value):
            raise click.BadParameter(f"'{one}' is not {parameter.metavar}")
        pairs[name] = value
    return pairs


@click.command()
@click.argument("address")
@click.option("--credentials", type=click.Path(path_type=Path), help="The service account's JSON key.")
@click.option("--key", default="leads", show_default=True, help="The sheet's name in bridge.toml and in addresses.")
@click.option("--tab", help="The tab to sync.")
@click.option("--column", "columns", multiple=True, callback=_pairs, metavar="FIELD=HEADER", help="Which is which.")
@click.option("--status", "words", multiple=True, callback=_pairs, metavar="WORD=STATUS", help="What a word means.")
@click.option("--public-url", help="Where Google reaches this machine, such as https://bridge.example.com.")
@click.option("--yes", is_flag=True, help="Ask nothing, take every proposal but an alias.")
@click.option("--wait", default=600.0, show_default=True, help="Seconds to wait for the sheet's script; 0: do not.")
def connect(address: str, key: str, public_url: str | None, wait: float, **given: Any) -> None:
    """Connect the Google Sheet at ADDRESS: read it, write bridge.toml, and wait for its script's first request."""
    asked, google_url = ask.Asked(**given), ask.google_of(address)
    _known(asked.columns, FIELDS, "--column", "field")
    _known(asked.words.values(), STATUSES, "--status", "task status")
    try:
        spreadsheet = spreadsheet_id(address)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="ADDRESS") from error
    with closing(ask.account(google_url, asked)) as google:
        sheet = Sheet(google, SheetConfig("", spreadsheet, ask.tab(google, spreadsheet, asked)))
        table = ask.table(sheet, spreadsheet, asked)
    head = _head(google.file, google_url, public_url, asked.yes)
    config = toml.add(Path.cwd(), os.environ, head, key, table)
    click.echo(f"\nbridge.toml now has the sheet '{key}'. Paste this into the sheet, Bridge → Install:\n")
    click.echo(f"  {config.connection(key)}\n")
    if wait:
        _wait_for_hello(config, key, wait)


def _known(given: Iterable[str], known: Collection[str], option: str, what: str) -> None:
    for one in given:
        if one not in known:
            raise click.BadParameter(f"'{one}' is no {what}; use one of {', '.join(known)}", param_hint=option)


def _head(file: Path, google_url: str, public_url: str | None, yes: bool) -> dict[str, dict[str, str]]:
    """The tables that a new bridge.toml begins with; one that is there keeps its own beginning."""
    if Path("bridge.toml").is_file():
        if public_url:
            click.echo("bridge.toml is there already: set public_url in its [bridge] table yourself.")
        return {}
    if public_url is None and not yes:
        public_url = click.prompt("Where does Google reach this machine (https://…, empty: say later)", default="")
    if not public_url:
        click.echo("Until public_url is in bridge.toml, Google cannot reach this machine.")
    bridge = {"bridge": {"public_url": public_url}} if public_url else {}
    own_google = {} if google_url == GOOGLE else {"base_url": google_url}
    return bridge | {"google": {"credentials": str(file)} | own_google}


def _wait_for_hello(config: Config, key: str, seconds: float) -> None:
    """Until the script has sent its signed hello to a running bridge."""
    began, until = datetime.now(UTC), time.monotonic() + seconds
    click.echo("Start the bridge (make run) if it does not run. Waiting for the sheet's script; Ctrl-C stops the wait.")
    database = find_database(config)
    while not _heard(database, key, began):
        if time.monotonic() > until:
            raise click.ClickException("the script has not sent anything yet; `leadbridge doctor` says what is missing")
        time.sleep(0.5)
    click.echo("connected: edits of the sheet reach the bridge, and it writes back")


def _heard(database: Engine, key: str, since: datetime) -> bool:
    try:
        with Session(database) as session:
            health = session.get(SheetHealth, key)
            return health is not None and health.heard_at is not None and health.heard_at >= since
    except SQLAlchemyError:  # no bridge has made the database yet
        return False
