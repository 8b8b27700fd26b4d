"""Checks of this machine: the database, the clock, the running bridge, and the way from Google to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bridge.cli.doctor.finding import Finding, ok, problem, warning
from bridge.config.model import Config
from bridge.google.calls import KINDS
from bridge.reports import quota_usage
from bridge.reports.readiness import database_lacks
from bridge.store.models import SheetQueue

TIMEOUT = 10.0
SKEW_SEEN, SKEW_HARMS = 5.0, 60.0
"""Seconds by which the clock may be off before it is told, and before it is a problem: a signature ends after 300."""


def database(_config: Config, engine: Engine) -> Iterator[Finding]:
    """The schema, the right to write, and SQLite's own look at its file."""
    lacking = database_lacks(engine)
    sqlite = engine.dialect.name == "sqlite"
    unwritable = "see the file's owner and its disk" if sqlite else "see whether that server is a standby, or read-only"
    for sentence in lacking:
        yield problem("database", sentence, unwritable if "written" in sentence else sentence)
    if not sqlite:
        if not lacking:
            yield ok("database", "writable, at this version's schema")
        return
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        said = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
    if mode != "wal":
        yield problem("database", f"journal mode is {mode}", "start the bridge once; no network disk")
    if list(said) != ["ok"]:
        yield problem("database", f"SQLite finds faults: {said[0]}", "stop the bridge, leadbridge restore")
    elif not lacking:
        yield ok("database", "whole, writable, at this version's schema")


def running(config: Config, _engine: Engine) -> Iterator[Finding]:
    """Does a bridge answer on this machine, and is it fit for work?"""
    try:
        answer = requests.get(f"{_local(config)}/readyz", timeout=TIMEOUT)
    except requests.RequestException:
        yield problem("running", f"nothing answers on port {config.port}", "start it: make run, or its systemd unit")
        return
    if answer.status_code == 200:
        yield ok("running", f"a bridge is ready on port {config.port}")
    else:
        yield problem("running", f"it answers {answer.status_code}: {_detail(answer)}", "do what it says")


def public(config: Config, _engine: Engine) -> Iterator[Finding]:
    """Does the address that the sheet's script calls lead to this bridge?"""
    if config.local:
        return
    mend = f"check proxy, TLS and DNS of {config.public_url}: Google must reach it"
    if "127.0.0.1" in config.public_url or "localhost" in config.public_url:
        yield warning("public address", f"{config.public_url} is this machine's own", "set public_url in bridge.toml")
        return
    try:
        answer = requests.get(f"{config.public_url}/healthz", timeout=TIMEOUT)
    except requests.RequestException as error:
        yield problem("public address", f"{config.public_url} gives no answer ({type(error).__name__})", mend)
        return
    if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("application/json"):
        yield ok("public address", f"{config.public_url} leads here")
    else:
        yield problem("public address", f"{config.public_url}/healthz answers {answer.status_code}", mend)


def clock(config: Config, _engine: Engine) -> Iterator[Finding]:
    """This machine's clock against Google's: a key and a signature are good for minutes only."""
    try:
        answer = requests.head(config.google_url, timeout=TIMEOUT)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        yield warning("clock", f"{config.google_url} gave no time to compare with", "check this machine's way out")
        return
    off = (datetime.now(UTC) - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()
    said = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} Google's"
    if abs(off) > SKEW_HARMS:
        yield problem("clock", said, "set it by NTP: Google refuses keys, and the bridge deliveries, that are off")
    elif abs(off) > SKEW_SEEN:
        yield warning("clock", said, "set it by NTP before it grows")
    else:
        yield ok("clock", "agrees with Google's")


def quota(config: Config, engine: Engine) -> Iterator[Finding]:
    """How much of Google's budget of calls went away in the last minute, by every process of the bridge."""
    with Session(engine) as session:
        queues = session.scalars(select(SheetQueue).where(SheetQueue.sheet.in_(config.sheets))).all()
    free = quota_usage.left(config, queues, datetime.now(UTC)).values()
    budget = config.calls_per_minute
    left = {kind: min((one[kind] for one in free), default=budget) for kind in KINDS}
    said = ", ".join(f"{left[kind]} of {budget} {kind}s left" for kind in KINDS) + " in this minute"
    if min(left.values()) <= budget / 10:
        yield warning("quota", said, 'let more service accounts share the sheets: credentials = ["…", "…"]')
    else:
        yield ok("quota", said)


def _local(config: Config) -> str:
    return f"http://127.0.0.1:{config.port}"


def _detail(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json())
    except ValueError:
        return answer.text[:200]
