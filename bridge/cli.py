"""The ``leadbridge`` command. Parses, calls, prints; decides nothing."""

import logging
import sys

import click

from bridge.config import Config, ConfigError, load
from bridge.errors import Permanent


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Log what the bridge does, one event a line.")
def cli(verbose: bool) -> None:
    """Keep leads in a Google Sheet and tasks in a tracker consistent, both ways, change by change."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)


@cli.command()
def run() -> None:
    """Serve the bridge, the task API and, without a bridge.toml, a local Google. Stop with Ctrl-C."""
    from bridge.serve import serve  # noqa: PLC0415 - the other commands start faster without it

    serve(configured())


@cli.command()
@click.argument("sheet", default="leads")
def connection(sheet: str) -> None:
    """Print the connection string to paste into the sheet: Bridge → Install. Treat it like a password."""
    config = configured()
    if sheet not in config.sheets:
        raise click.ClickException(f"there is no sheet '{sheet}'; bridge.toml has {', '.join(config.sheets)}")
    click.echo(config.connection(sheet))


def configured() -> Config:
    """The configuration, or every fault of it in one message."""
    try:
        return load()
    except ConfigError as error:
        raise click.ClickException(f"the configuration has faults:\n{error}") from error


def main() -> None:
    """Run the command line; what a person must mend is one sentence, not a traceback."""
    try:
        cli()
    except Permanent as error:
        sys.exit(f"Error: {error}")
