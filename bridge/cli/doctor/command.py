"""The ``doctor`` command: parse, examine, print."""

import json
from collections import Counter
from dataclasses import asdict

import click
from rich.console import Console
from rich.markup import escape

from bridge.app import find_database
from bridge.cli.context import beside_local_google, configured
from bridge.cli.doctor.examine import examine
from bridge.cli.doctor.finding import Finding
from task_api.cli import AS_JSON

MARKS = {"ok": "[green]ok[/]", "warning": "[yellow]look[/]", "problem": "[red]mend[/]"}


@click.command()
@AS_JSON
def doctor(as_json: bool) -> None:
    """Check everything the bridge depends on and say what to mend. The exit code counts the problems."""
    config = configured()
    database = find_database(config)
    found = []
    for finding in examine(beside_local_google(config, database), database):
        found.append(finding)
        if not as_json:
            _print(finding)
    counted = Counter(finding.level for finding in found)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in found], ensure_ascii=False))
    else:
        click.echo(f"{counted['ok']} ok, {counted['warning']} to look at, {counted['problem']} to mend")
    raise SystemExit(min(counted["problem"], 100))


def _print(finding: Finding) -> None:
    where = f"{finding.sheet}: " if finding.sheet else ""
    line = f"{MARKS[finding.level]}\t{escape(where + finding.check)}: {escape(finding.said)}"
    mend = f"\n\t→ {escape(finding.mend)}" if finding.mend else ""
    Console(soft_wrap=True, highlight=False).print(line + mend)
