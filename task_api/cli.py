"""Tokens from the command line: create, list, revoke. The group's context object is a callable that gives a session."""

from collections.abc import Callable
from datetime import UTC, datetime

import click
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from task_api import tokens
from task_api.db import begin_write
from task_api.models import ApiToken

Sessions = Callable[[], Session]


@click.group()
def token() -> None:
    """Make and revoke the tokens that programs use."""


def named(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """A name that a token may have."""
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise click.BadParameter("a name has 1 to 100 printable characters")
    return name


SCOPE = click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(tokens.SCOPES),
    help="What it may do; repeat for several. Default: read and write tasks.",
)
USUAL = ("tasks:read", "tasks:write")


@token.command()
@click.argument("name", callback=named)
@SCOPE
@click.pass_obj
def create(sessions: Sessions, name: str, scopes: tuple[str, ...]) -> None:
    """Print a new token. It is shown this once; only its hash is kept."""
    with sessions() as session:
        begin_write(session)
        made = tokens.issue(session, name, scopes or USUAL)
        session.commit()
    click.echo(made)


@token.command("list")
@click.pass_obj
def list_(sessions: Sessions) -> None:
    """Show every token and who is signed in to the page: name, scopes, when it was used, whether it is revoked."""
    from rich.console import Console  # noqa: PLC0415 - only a printed table needs it
    from rich.table import Table  # noqa: PLC0415

    signed_in = and_(ApiToken.kind == "session", ApiToken.revoked_at.is_(None), ApiToken.expires_at > datetime.now(UTC))
    shown = select(ApiToken).where(or_(ApiToken.kind == "bearer", signed_in)).order_by(ApiToken.id)
    table = Table("name", "scopes", "kind", "made", "last used", "revoked")
    with sessions() as session:
        for one in session.scalars(shown):
            moments = (one.created_at, one.last_used_at, one.revoked_at)
            table.add_row(one.name, one.scopes, one.kind, *(f"{at:%Y-%m-%d %H:%M}" if at else "" for at in moments))
    Console(markup=False, emoji=False).print(table)


@token.command()
@click.argument("name")
@click.pass_obj
def revoke(sessions: Sessions, name: str) -> None:
    """Revoke every live token of this name, at once and for good; who signed in with it is signed out."""
    with sessions() as session:
        begin_write(session)
        count = tokens.revoke(session, name)
        session.commit()
    if not count:
        raise click.ClickException(f"there is no live token named '{name}'; see: leadbridge token list")
    click.echo(f"revoked {count}")
