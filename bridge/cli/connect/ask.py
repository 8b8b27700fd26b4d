"""The questions of the wizard, each with its answer from the command line, and each asked until the answer will do."""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from bridge.cli.connect import propose
from bridge.config.model import GOOGLE, SheetConfig
from bridge.core.statuses import SHIPPED
from bridge.errors import Permanent, Rejected, Transient
from bridge.google.credentials import Google
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


def key_file(asked: Asked) -> Path:
    """A service account's key that can be read; asked for until there is one."""
    path = asked.credentials or Path(os.environ.get("GOOGLE_APPLICATION_CREDENTIALS", "service_account.json"))
    while True:
        why = _not_a_key(path)
        if not why:
            return path
        if asked.yes or asked.credentials:
            raise click.ClickException(why)
        click.echo(why)
        path = click.prompt("The service account's JSON key", type=click.Path(path_type=Path))


def _not_a_key(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    except ValueError:
        return f"{path} is not JSON: download the key again from the Google Cloud console"
    if not isinstance(found, dict) or found.get("type") != "service_account" or "client_email" not in found:
        return f"{path} is not the key of a service account: make one in the Google Cloud console, type JSON"
    return ""


def spreadsheet_id(address: str) -> str:
    """The id in the sheet's address, or the id itself."""
    found = re.search(r"/d/([\w-]+)", address) or re.fullmatch(r"([\w-]{5,200})", address)
    if not found:
        raise click.BadParameter("give the sheet's whole address, or its id", param_hint="ADDRESS")
    return found[1]


def google_of(address: str) -> str:
    """Where this sheet's API is: Google's, or that of a local Google whose sheet has this address."""
    local = re.match(r"(http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:/[\w/-]*?)?)/spreadsheets/d/", address)
    return local[1] if local else GOOGLE


def opened(spreadsheet: str, google_url: str, file: Path, asked: Asked) -> Sheet:
    """The sheet, shared with the service account, at the tab that was chosen."""
    google = Google(google_url, file)
    click.echo(f"The sheet must be shared with {google.email} as an Editor.")
    try:
        tabs = list(_patiently(Sheet(google, SheetConfig("", spreadsheet)).tabs, asked.yes).values())
    except BaseException:
        google.close()
        raise
    return Sheet(google, SheetConfig("", spreadsheet, _tab(tabs, asked)))


def _tab(tabs: list[str], asked: Asked) -> str:
    proposed = "Leads" if "Leads" in tabs else tabs[0]
    if asked.tab is not None and asked.tab not in tabs:
        raise click.BadParameter(f"there is no tab '{asked.tab}'; there is {', '.join(tabs)}", param_hint="--tab")
    if asked.tab or asked.yes or len(tabs) == 1:
        return asked.tab or proposed
    return str(click.prompt("Which tab", type=click.Choice(tabs), default=proposed))


def _patiently(look: Callable[[], T], yes: bool) -> T:
    """Once more after each Enter, until Google lets us; by itself, once."""
    while True:
        try:
            return look()
        except (Permanent, Rejected, Transient) as error:
            if yes:
                raise click.ClickException(str(error)) from error
            click.echo(f"Not yet: {error}.")
            click.prompt("Press Enter to try again", default="", show_default=False)


def looked_at(sheet: Sheet, spreadsheet: str, asked: Asked) -> dict[str, object]:
    """The sheet's table, from what stands in it and what the person says."""
    snapshot = _patiently(sheet.read, asked.yes)
    headed = [text for cell in snapshot.header if (text := cell.shown.strip())]
    if strange := set(asked.columns.values()) - set(headed):
        raise click.BadParameter(
            f"no column is headed '{strange.pop()}', but {', '.join(headed)}", param_hint="--column"
        )
    proposal = propose.headers(snapshot.header, asked.columns)
    chosen = dict(asked.columns)
    for name in proposal.missing:
        if asked.yes or not proposal.free:
            raise click.ClickException(f"no column for {name}: give one cell of the first row the text '{name}'")
        text = click.prompt(f"Which column is the {name}", type=click.Choice(proposal.free))
        chosen[name] = text
        proposal = propose.headers(snapshot.header, chosen)
    for name, text in proposal.found.items():
        click.echo(f"  {name:8} ← {text}")
    mapping = propose.mapping(proposal.found)
    layout = mapping.locate(snapshot.header)
    rows = (mapping.read_row(number, snapshot.cells(number), layout) for number in snapshot.numbers)
    counted = propose.words(rows)
    meant = _words(propose.unknown(counted, [*SHIPPED.to_task, *asked.words]), asked)
    return propose.settings(spreadsheet, sheet.tab, proposal.found, meant, counted)


def _words(unknown: Mapping[str, int], asked: Asked) -> dict[str, str]:
    """word → task status, for words that are not shipped."""
    words = dict(asked.words)
    for word, count in unknown.items():
        said, proposed = f"'{word}' ({count} {'row' if count == 1 else 'rows'})", propose.meaning(word)
        if asked.yes and proposed:
            words[word] = proposed
            continue
        if asked.yes:
            click.echo(f"  {said} is no known status: its rows are refused until --status '{word}=…' says more")
            continue
        meant = click.prompt(f"What does {said} mean", type=click.Choice([*STATUSES, LATER]), default=proposed or LATER)
        words |= {} if meant == LATER else {word: meant}
    return words
