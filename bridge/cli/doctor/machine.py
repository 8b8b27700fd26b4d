"""Checks of this machine: the database, the running bridge, the way from Google to it, the clock, the quota."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bridge.cli.doctor.finding import Finding
from bridge.config.model import Config
from bridge.google.calls import KINDS
from bridge.maintenance.serving import ON, is_stopped, serving
from bridge.reports.quota_usage import quota_left
from bridge.reports.readiness import UNWRITABLE, database_lacks
from bridge.store.quota import of_last_minute

TIMEOUT = 10.0
SKEW_SEEN, SKEW_HARMS = 5.0, 60.0
"""Seconds by which the clock may be off before that is a warning, and a problem: a signature is valid for 300."""
MENDS = {"sqlite": "see the file's owner and its disk", "postgresql": "see whether that server is a read-only standby"}
"""What to do about a database that cannot be written."""


def database(_config: Config, engine: Engine) -> Iterator[Finding]:
    """The schema, the right to write, and SQLite's own look at its file."""
    lacking = database_lacks(engine)
    for sentence in lacking:
        yield Finding("problem", sentence, MENDS[engine.dialect.name] if sentence == UNWRITABLE else sentence)
    faults = list(_faults_of_file(engine)) if engine.dialect.name == "sqlite" else []
    yield from faults
    if not lacking and not faults:
        yield Finding("ok", "in order, writable, at this version's schema")


def _faults_of_file(engine: Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        first = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    if mode != "wal":
        yield Finding("problem", f"journal mode is {mode}", "start the bridge once; no network disk")
    if first != "ok":
        yield Finding("problem", f"SQLite finds faults: {first}", "stop the bridge, leadbridge restore")


def running(config: Config, _engine: Engine) -> Iterator[Finding]:
    """Does a bridge answer on this machine, and is it ready?"""
    try:
        answer = requests.get(f"http://127.0.0.1:{config.port}/readyz", timeout=TIMEOUT)
    except requests.RequestException:
        yield _silent(config)
        return
    if answer.status_code == 200:
        yield Finding("ok", f"a bridge is ready on port {config.port}")
    else:
        yield Finding("problem", f"it answers {answer.status_code}: {_detail(answer)}", "do what it says")


def _silent(config: Config) -> Finding:
    held, said = serving(config), f"nothing answers on port {config.port}"
    if held is None:
        return Finding("problem", said, "start it: make run, or its systemd unit")
    pid, url = held
    if is_stopped(pid):
        return Finding("problem", f"process {pid}, {url}, is stopped and does nothing", ON.format(pid=pid))
    return Finding("problem", f"{said}; process {pid} serves at {url}", f"set PORT as it has, or end it: kill {pid}")


def _detail(answer: requests.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json())
    except ValueError:
        return answer.text[:200]


def public_address(config: Config, _engine: Engine) -> Iterator[Finding]:
    """Does the address that the sheet's script calls lead to this bridge?"""
    url, mend = config.public_url, f"check proxy, TLS and DNS of {config.public_url}: Google must reach it"
    if config.local:
        return
    if "127.0.0.1" in url or "localhost" in url:
        yield Finding("warning", f"{url} is this machine's own", "set public_url in bridge.toml")
        return
    try:
        answer = requests.get(f"{url}/healthz", timeout=TIMEOUT)
    except requests.RequestException as error:
        yield Finding("problem", f"{url} gives no answer ({type(error).__name__})", mend)
        return
    if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("application/json"):
        yield Finding("ok", f"{url} leads here")
    else:
        yield Finding("problem", f"{url}/healthz answers {answer.status_code}", mend)


def clock(config: Config, _engine: Engine) -> Iterator[Finding]:
    """This machine's clock against Google's: keys and signatures are valid for minutes only."""
    try:
        answer = requests.head(config.google_url, timeout=TIMEOUT)
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (requests.RequestException, KeyError, ValueError):
        yield Finding(
            "warning", f"{config.google_url} gave no time to compare with", "check outgoing connections of this machine"
        )
        return
    off = (datetime.now(UTC) - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))).total_seconds()
    said = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} Google's"
    if abs(off) > SKEW_HARMS:
        yield Finding("problem", said, "set it by NTP: Google refuses keys, and the bridge deliveries, that are off")
    elif abs(off) > SKEW_SEEN:
        yield Finding("warning", said, "set it by NTP before it grows")
    else:
        yield Finding("ok", "agrees with Google's")


def quota(config: Config, engine: Engine) -> Iterator[Finding]:
    """How much of Google's quota all processes of the bridge have used in the last minute."""
    with Session(engine) as session:
        free = quota_left(config, of_last_minute(session, config.sheets, datetime.now(UTC))).values()
    granted = config.calls_per_minute
    left = {kind: min((one[kind] for one in free), default=granted) for kind in KINDS}
    said = ", ".join(f"{left[kind]} of {granted} {kind}s left" for kind in KINDS) + " in this minute"
    if min(left.values()) <= granted / 10:
        yield Finding("warning", said, 'let more service accounts share the sheets: credentials = ["…", "…"]')
    else:
        yield Finding("ok", said)
