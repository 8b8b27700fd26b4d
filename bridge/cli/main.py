"""The ``leadbridge`` command. Parses, calls, prints; decides nothing."""

import os
import uuid
from contextlib import nullcontext
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from bridge.app import open_database
from bridge.cli.admin import ADMIN
from bridge.cli.connect.command import connect
from bridge.cli.context import configured, session_on, sheet_keys
from bridge.cli.doctor.command import doctor
from bridge.cli.inspect import INSPECT
from bridge.cli.repair import REPAIR
from bridge.config import logs
from bridge.config.file import with_secrets
from bridge.config.model import Config
from bridge.errors import Permanent, Transient
from bridge.maintenance.backup import database_file
from bridge.maintenance.serving import alone_serving, unserved
from bridge.server.worker import work
from task_api import schema, tokens
from task_api.cli import AS_JSON, SCOPE, USUAL, named, say, token
from task_api.db_errors import reason
from task_api.schema import SchemaError


class Commands(click.Group):
    """Prints errors that a person can mend as one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except (Permanent, Transient, SchemaError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error
        except DBAPIError as error:
            why = f"the database cannot be used: {reason(error)}. Check DATABASE_URL and the server"
            raise click.ClickException(why) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-v", "--verbose", is_flag=True, help="Log what the bridge does, one event a line.")
@click.option("--log-format", type=click.Choice(logs.FORMATS), default="text", envvar="LOG_FORMAT", show_envvar=True,
              help="How lines look.")  # fmt: skip
@click.pass_context
def cli(context: click.Context, verbose: bool, log_format: str) -> None:
    """Keep leads in a Google Sheet and tasks in a tracker consistent, both ways, change by change."""
    logs.start(log_format, "INFO" if verbose else "WARNING")
    context.with_resource(bound_contextvars(cause=f"cli_{uuid.uuid4()}"))
    context.obj = lambda: session_on(configured())


for command in (token, connect, doctor, *INSPECT, *REPAIR, *ADMIN):
    cli.add_command(command)


@cli.command()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), envvar="WEB_CONCURRENCY",
              show_envvar=True, help="How many processes serve.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Make and print no token: a service manager keeps what is printed.")
def run(workers: int, quiet: bool) -> None:
    """Serve the bridge, the task API and, without a bridge.toml, a local Google. Stop with Ctrl-C."""
    os.environ.pop("WEB_CONCURRENCY", None)  # gunicorn fails at its import when that is no number
    from bridge.server.serve import serve  # noqa: PLC0415

    config = configured()
    with alone_serving(config):
        serve(with_secrets(config), workers, quiet=quiet)


@cli.command()
def worker() -> None:
    """Work on the sheets without serving anything, beside other processes on one PostgreSQL. Stop with Ctrl-C."""
    work(configured())


@cli.command()
@click.argument("sheet", default="leads")
def connection(sheet: str) -> None:
    """Print the connection string to paste into the sheet: Bridge → Install. Treat it like a password."""
    config = configured()
    keys = sheet_keys(config, sheet)
    config = _with_home(config)
    for key in keys:
        click.echo(config.connection(key))


def _with_home(config: Config) -> Config:
    """With the secrets, which are made before the first start, but not in a folder whose name may be mistyped."""
    if "LEADBRIDGE_HOME" in os.environ and not config.home.is_dir():
        raise Permanent(f"there is no folder {config.home}", "set LEADBRIDGE_HOME to the bridge's, or start it once")
    return with_secrets(config)


@cli.command()
@click.argument("name", callback=named)
@SCOPE
@AS_JSON
def link(name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Print a link that signs NAME in to the page. It works once, within ten minutes; only its hash is kept."""
    config = configured()
    with session_on(config) as session:
        session.begin_write()
        issued = tokens.issue(session, name, scopes or USUAL, "link")
        session.commit()
    address = f"{config.public_url}/#link={issued}"
    say(address, {"name": name, "scopes": list(scopes or USUAL), "link": address}, as_json)


@cli.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    config = configured()
    with unserved(database_file(config)) if config.database.startswith("sqlite") else nullcontext():
        open_database(config).dispose()
    click.echo(f"the database has schema {schema.head()}")


def main() -> None:
    """Run the command line."""
    cli()
