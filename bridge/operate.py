"""Commands for whoever runs the machine: unit, backup, restore. Parse, call, print."""

from pathlib import Path

import click

from bridge.commands import configured


@click.command()
def unit() -> None:
    """Print a systemd unit for this installation; save it as /etc/systemd/system/leadbridge.service."""
    from bridge.deploy.unit import unit as written  # noqa: PLC0415 - one command needs it

    click.echo(written(configured(), Path.cwd()), nl=False)


OPERATE = (unit,)
