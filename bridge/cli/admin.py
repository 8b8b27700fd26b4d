"""Commands for whoever runs the machine: unit, backup, restore, import. Parse, call, print."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bridge.cli.context import configured
from bridge.engine.choose import lock_file
from bridge.maintenance import backup as backups
from bridge.maintenance.import_sqlite import import_database
from bridge.maintenance.restore import restore as restore_backup
from bridge.server.systemd import unit as systemd_unit


@click.command()
def unit() -> None:
    """Print a systemd unit for this installation; save it as /etc/systemd/system/leadbridge.service."""
    config = configured()
    click.echo(systemd_unit(config, Path.cwd()), nl=False)
    if "DATABASE_URL" in os.environ:
        click.echo(
            f"DATABASE_URL holds a password, so it is not printed: write it into {config.home / '.env'}", err=True
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, also while the bridge runs. Keep the home folder's .env with it: it has the secrets
    that the sheets sign with.
    """
    content = backups.backup(backups.database_file(configured()), file)
    click.echo(f"{file} holds {content.tasks} tasks, schema {content.schema}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE in the place of the database; the bridge must be stopped. What it replaces is kept."""
    config = configured()
    content, kept = restore_backup(file, backups.database_file(config), lock_file(config), datetime.now(UTC))
    click.echo(f"restored {content.tasks} tasks, schema {content.schema}")
    if kept:
        click.echo(f"the database that was there is now {kept}")
    click.echo("start the bridge: its first sweep updates the tasks to what the sheet shows now")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Copy the SQLite database FILE into the empty PostgreSQL that DATABASE_URL names; the bridge must be stopped."""
    content = import_database(file, configured().database)
    click.echo(f"copied {content.tasks} tasks with their links and history; {file} was not changed")


ADMIN = (unit, backup, restore, import_)
