"""Commands that create, list and revoke tokens. The context object of the group is a callable that opens a session."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import and_, or_, select
from tabulate import tabulate

from task_api import tokens
from task_api.db import UnitOfWork
from task_api.models import ApiToken

Sessions = Callable[[], UnitOfWork]
WIDEST = 48  # signs of a column; longer texts go over several lines
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def say(text: str, result: object, as_json: bool) -> None:
    """Print what a command did, as text or as JSON."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


def print_rows(rows: Sequence[Mapping[str, Any]], names: Iterable[str], as_json: bool) -> None:
    """Print all fields of the rows as JSON, or the named ones as a table."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False))
    elif not rows:
        click.echo("nothing")
    else:
        names = list(names)
        table = [[_cell(name, row[name]) for name in names] for row in rows]
        headers = [name.replace("_", " ") for name in names]
        click.echo(tabulate(table, headers, disable_numparse=True, maxcolwidths=WIDEST))


def _cell(name: str, value: object) -> str:
    """Of a moment the time if it was today, else the date."""
    text = "" if value is None else str(value)
    if not name.endswith("at"):
        return text
    return text[11:19] if text.startswith(datetime.now(UTC).date().isoformat()) else text[:10]


@click.group()
def token() -> None:
    """Make and revoke the tokens that programs use."""


def named(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """Check the name of a token."""
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
@AS_JSON
@click.pass_obj
def create(sessions: Sessions, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Print a new token. It is shown only once; only its hash is stored."""
    with sessions() as session:
        session.begin_write()
        issued = tokens.issue(session, name, scopes or USUAL)
        session.commit()
    say(issued, {"name": name, "scopes": list(scopes or USUAL), "token": issued}, as_json)


@token.command("list")
@AS_JSON
@click.pass_obj
def list_(sessions: Sessions, as_json: bool) -> None:
    """List all tokens and all sessions of the page: name, scopes, when it was last used and when revoked."""
    signed_in = and_(ApiToken.kind == "session", ApiToken.revoked_at.is_(None), ApiToken.expires_at > datetime.now(UTC))
    shown = select(ApiToken).where(or_(ApiToken.kind == "bearer", signed_in)).order_by(ApiToken.id)
    with sessions() as session:
        found = [_to_json(one) for one in session.scalars(shown)]
    print_rows(found, ("name", "scopes", "kind", "created_at", "last_used_at", "revoked_at"), as_json)


def _to_json(one: ApiToken) -> dict[str, str | None]:
    moments = {"created_at": one.created_at, "last_used_at": one.last_used_at, "revoked_at": one.revoked_at}
    texts: dict[str, str | None] = {"name": one.name, "scopes": one.scopes, "kind": one.kind}
    return texts | {name: at.isoformat() if at else None for name, at in moments.items()}


@token.command()
@click.argument("name")
@AS_JSON
@click.pass_obj
def revoke(sessions: Sessions, name: str, as_json: bool) -> None:
    """Revoke every valid token and session of this name, at once and for good."""
    with sessions() as session:
        session.begin_write()
        count = tokens.revoke(session, name)
        session.commit()
    if not count:
        group = click.get_current_context().parent
        raise click.ClickException(f"there is no valid token named '{name}'; see: {group and group.command_path} list")
    say(f"revoked {count}", {"name": name, "revoked": count}, as_json)
