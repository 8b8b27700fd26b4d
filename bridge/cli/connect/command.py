"""The ``connect`` command: asks, looks, writes, waits. Every question has a flag; `--yes` takes every proposal."""

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bridge.app import find_database
from bridge.cli.connect import toml
from bridge.cli.connect.ask import Asked, google_of, key_file, looked_at, opened, spreadsheet_id
from bridge.config.fields import COLUMNS
from bridge.config.model import GOOGLE, Config
from bridge.store.models import SheetQueue
from task_api.statuses import STATUSES

PAIR = re.compile(r"([^=]+)=(.+)")


def _pairs(_context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    for one in given:
        if not PAIR.fullmatch(one):
            raise click.BadParameter(f"'{one}' is not {parameter.metavar}")
    return {match[1].strip(): match[2].strip() for one in given if (match := PAIR.fullmatch(one))}


@click.command()
@click.argument("address")
@click.option("--credentials", type=click.Path(path_type=Path), help="The service account's JSON key.")
@click.option("--key", default="leads", show_default=True, help="The sheet's name in bridge.toml and in addresses.")
@click.option("--tab", help="The tab to sync.")
@click.option("--column", "columns", multiple=True, callback=_pairs, metavar="FIELD=HEADER", help="Which is which.")
@click.option("--status", "words", multiple=True, callback=_pairs, metavar="WORD=STATUS", help="What a word means.")
@click.option("--public-url", help="Where Google reaches this machine, such as https://bridge.example.com.")
@click.option("--yes", is_flag=True, help="Ask nothing, take every proposal.")
@click.option("--wait", default=600.0, show_default=True, help="Seconds to wait for the sheet's script; 0: do not.")
def connect(address: str, key: str, public_url: str | None, wait: float, **given: Any) -> None:
    """Connect the Google Sheet at ADDRESS: look at it, write bridge.toml, and wait for its script's first word."""
    asked = Asked(**given)
    if strange := asked.columns.keys() - (fields := [column.field for column in COLUMNS]):
        raise click.BadParameter(
            f"'{strange.pop()}' is no field; use one of {', '.join(fields)}", param_hint="--column"
        )
    if unknown := set(asked.words.values()) - set(STATUSES):
        raise click.BadParameter(f"'{unknown.pop()}' is no task status; use one of {', '.join(STATUSES)}")
    file, spreadsheet = key_file(asked), spreadsheet_id(address)
    google_url = google_of(address)
    sheet = opened(spreadsheet, google_url, file, asked)
    try:
        table = looked_at(sheet, spreadsheet, asked)
    finally:
        sheet.google.close()
    head = _head(file, google_url, public_url, asked.yes)
    config = toml.add(Path.cwd(), os.environ, head, key, table)
    click.echo(f"\nbridge.toml now has the sheet '{key}'. Paste this into the sheet, Bridge → Install:\n")
    click.echo(f"  {config.connection(key)}\n")
    if wait:
        _wait_for_hello(config, key, wait)


def _head(file: Path, google_url: str, public_url: str | None, yes: bool) -> dict[str, dict[str, str]]:
    """The tables that a new bridge.toml begins with; one that is there keeps its own beginning."""
    if Path("bridge.toml").is_file():
        if public_url:
            click.echo("bridge.toml is there already: set public_url in its [bridge] table yourself.")
        return {}
    if public_url is None and not yes:
        public_url = click.prompt("Where does Google reach this machine (https://…, empty: say later)", default="")
    if not public_url:
        click.echo("Until public_url stands in bridge.toml, Google cannot reach this machine.")
    bridge = {"bridge": {"public_url": public_url}} if public_url else {}
    own_google = {} if google_url == GOOGLE else {"base_url": google_url}
    return bridge | {"google": {"credentials": str(file)} | own_google}


def _wait_for_hello(config: Config, key: str, seconds: float) -> None:
    """Until the script has said its signed hello to a running bridge."""
    began, until = datetime.now(UTC), time.monotonic() + seconds
    click.echo(
        "Start the bridge (make run) if it does not run. Waiting for the sheet's script; Ctrl-C leaves, nothing lost."
    )
    database = find_database(config)
    while time.monotonic() < until:
        if _heard(database, key, began):
            click.echo("connected: edits of the sheet reach the bridge, and it writes back")
            return
        time.sleep(0.5)
    raise click.ClickException("the script has not been heard of yet; `leadbridge doctor` says what is missing")


def _heard(database: Engine, key: str, since: datetime) -> bool:
    try:
        with Session(database) as session:
            queue = session.get(SheetQueue, key)
            return queue is not None and queue.heard_at is not None and queue.heard_at >= since
    except SQLAlchemyError:  # no bridge has made the database yet
        return False
