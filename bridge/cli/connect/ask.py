"""The questions of the wizard: each takes its answer from the command line, or asks until the answer is valid."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from bridge.cli.connect import propose
from bridge.config.fields import shipped
from bridge.config.model import GOOGLE, SheetConfig
from bridge.core.mapping import SHIPPED
from bridge.core.text import as_seen, likeness
from bridge.core.values import Cell
from bridge.errors import Permanent, Transient
from bridge.google.client import Google
from bridge.google.sheet import Sheet
from task_api.statuses import STATUSES

T = TypeVar("T")
LATER = "leave it"


@dataclass(frozen=True)
class Asked:
    """What was given on the command line."""

    yes: bool
    credentials: Path | None
    tab: str | None
    columns: Mapping[str, str]
    words: Mapping[str, str]


def google_of(address: str) -> str:
    """Where this sheet's API is: Google's, or that of a local Google whose sheet has this address."""
    local = re.match(r"(http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/[\w/-]*?)?)/spreadsheets/d/", address)
    return local[1] if local else GOOGLE


def account(google_url: str, asked: Asked) -> Google:
    """The service account, by a key that can be used; asked for until there is one."""
    path = asked.credentials or Path(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service_account.json"))
    while True:
        try:
            return Google(google_url, path)
        except Permanent as error:
            if asked.yes or asked.credentials:
                raise
            click.echo(str(error))
        path = click.prompt("The service account's JSON key", type=click.Path(path_type=Path))


def tab(google: Google, spreadsheet: str, asked: Asked) -> str:
    """The tab to sync, of a sheet that is shared with the service account."""
    click.echo(f"The sheet must be shared with {google.email} as an Editor.")
    tabs = list(_patiently(Sheet(google, SheetConfig("", spreadsheet)).tabs, asked.yes).values())
    named = next((title for title in tabs if likeness(title) == likeness(asked.tab)), None) if asked.tab else None
    if asked.tab is not None and named is None:
        raise click.BadParameter(f"there is no tab '{asked.tab}'; there is {', '.join(tabs)}", param_hint="--tab")
    proposed = "Leads" if "Leads" in tabs else tabs[0]
    if asked.tab or asked.yes or len(tabs) == 1:
        return named or proposed
    return str(click.prompt("Which tab", type=click.Choice(tabs), default=proposed))


def _patiently(look: Callable[[], T], yes: bool) -> T:
    """Try again after each Enter, until Google lets us; with ``--yes``, try once."""
    while True:
        try:
            return look()
        except (Permanent, Transient) as error:
            if yes:
                raise
            click.echo(f"Not yet: {error}.")
            click.prompt("Press Enter to try again", default="", show_default=False)


def table(sheet: Sheet, spreadsheet: str, asked: Asked) -> dict[str, object]:
    """The sheet's table for bridge.toml, from the sheet's content and the person's answers."""
    snapshot = _patiently(sheet.read, asked.yes)
    found, declined = _columns(snapshot.header, asked)
    for name, text in found.items():
        click.echo(f"  {name:8} ← {text}")
    mapping = propose.mapping(found)
    layout = mapping.locate(snapshot.header)
    rows = [mapping.read_row(n, snapshot.cells(n), layout) for n in snapshot.numbers]
    for name, count in propose.foreign(rows, mapping).items():
        rows_of_it = f"{count} row{'s' if count > 1 else ''}"
        click.echo(
            f"  {name}: the column '{found[name]}' holds other things than the bridge writes there, in {rows_of_it}:"
        )
        click.echo(f"    it is left alone until you rename it, or run leadbridge approve --column {name}")
    counted = propose.words(rows)
    return propose.settings(spreadsheet, sheet.tab, found, _words(counted, asked), counted, declined)


def _columns(header: Sequence[Cell], asked: Asked) -> tuple[Mapping[str, str], list[str]]:
    """field → header, and the fields whose alias a person did not take."""
    headed = [text for cell in header if (text := as_seen(cell.shown))]
    spelled = {likeness(text): text for text in reversed(headed)}
    if strange := [text for text in asked.columns.values() if likeness(text) not in spelled]:
        why = f"no column is headed '{strange[0]}', but {', '.join(headed)}"
        raise click.BadParameter(why, param_hint="--column")
    chosen = {name: spelled[likeness(text)] for name, text in asked.columns.items()}
    declined = []
    for name, text in propose.headers(header, chosen).alike.items():
        if _alias_is_meant(name, text, asked):
            chosen[name] = text
        else:
            declined.append(name)
    while (proposal := propose.headers(header, chosen)).missing:
        name = proposal.missing[0]
        if asked.yes or not proposal.free:
            raise click.ClickException(f"no column for {name}: give one cell of the first row the text '{name}'")
        chosen[name] = click.prompt(f"Which column is the {name}", type=click.Choice(proposal.free))
    return proposal.found, [name for name in declined if name not in proposal.found]


def _alias_is_meant(name: str, text: str, asked: Asked) -> bool:
    """A header that only may be meant is never taken without a person's word."""
    required, say_so = shipped().by_field[name].required, f"say so with --column '{name}={text}'"
    if not asked.yes:
        return click.confirm(f"Is '{text}' the {name}", default=required)
    if required:
        raise click.ClickException(f"'{text}' may be the {name}: {say_so}, or head the right column '{name}'")
    click.echo(f"  '{text}' may be the {name}, and is not taken: {say_so}")
    return False


def _words(counted: Mapping[str, int], asked: Asked) -> dict[str, str]:
    """word → task status, for words that are not shipped."""
    words = dict(asked.words)
    for word, count in propose.unknown(counted, [*SHIPPED.to_task, *asked.words]).items():
        said, proposed = f"'{word}' ({count} {'row' if count == 1 else 'rows'})", propose.meaning(word)
        if not asked.yes:
            choice = click.Choice([*STATUSES, LATER])
            proposed = click.prompt(f"What does {said} mean", type=choice, default=proposed or LATER)
        elif not proposed:
            click.echo(f"  {said} is no known status: its rows are refused until --status '{word}=…' says more")
        if proposed and proposed != LATER:
            words[word] = proposed
    return words
