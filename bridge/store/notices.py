"""What was noticed of a sheet beside its own deliveries: copies of its tab, and scripts of other places that send.

Each kind has the sentence for a person and the moment; the newest of a kind replaces the one before. Sends nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bridge.store.models import SheetHealth

COPIED_TAB = "copied_tab"
OTHER_TAB = "other_tab"
OTHER_SPREADSHEET = "other_spreadsheet"
OTHER_BRIDGE = "other_bridge"
OLDER_DATABASE = "older_database"
OLDER = (
    "the database is older than what this home has seen: a file beside it was deleted, or an old copy put in its place."
    " Every row is compared, and the tasks take what the sheet says; what only the API knew since is lost"
)
STRANGERS = frozenset({OTHER_TAB, OTHER_SPREADSHEET})
"""Codes of refusals: who sends is not the script of this sheet's tab."""
LASTS = timedelta(minutes=15)
"""A stranger that has not sent for so long is no more: its script would send a heartbeat every five minutes."""
OLDER_LASTS = timedelta(days=1)


def note_older(health: SheetHealth, now: datetime) -> None:
    """The database has lost what was committed last."""
    health.notices = (health.notices or {}) | {OLDER_DATABASE: [OLDER, now.isoformat()]}


def note_stranger(health: SheetHealth, kind: str, why: str, now: datetime) -> None:
    """Somebody else's script sent a delivery for this sheet."""
    health.notices = (health.notices or {}) | {kind: [why, now.isoformat()]}


def note_copies(health: SheetHealth, names: Sequence[str], now: datetime) -> None:
    """These tabs are copies of the synced one; none: not any more."""
    noted = {kind: said for kind, said in (health.notices or {}).items() if kind != COPIED_TAB}
    if names:
        named = " and ".join(f"'{name}'" for name in names)
        why = (
            f"the spreadsheet has a copy of this tab, with the same ids: {named}. Edits there are not synced: "
            "delete it, or give it ids of its own and a sheet in bridge.toml"
        )
        noted[COPIED_TAB] = [why, now.isoformat()]
    if noted.keys() != (health.notices or {}).keys() or noted.get(COPIED_TAB, [""])[0] != _said(health, COPIED_TAB):
        health.notices = noted


def note_other_bridge(health: SheetHealth, address: str | None, now: datetime) -> None:
    """The tab's script sends to this address from now on; None: here again."""
    noted = {kind: said for kind, said in (health.notices or {}).items() if kind != OTHER_BRIDGE}
    if address is not None:
        why = (
            f"the script of this tab sends to {address} now, so another bridge serves it: take the sheet out of one "
            "bridge's bridge.toml, or choose Bridge → Install with this one's connection string"
        )
        noted[OTHER_BRIDGE] = [why, now.isoformat()]
    if noted.keys() != (health.notices or {}).keys() or address is not None:
        health.notices = noted


def notices(health: SheetHealth, now: datetime) -> list[tuple[str, str]]:
    """Kind and sentence of each that still matters."""
    found = sorted((health.notices or {}).items())
    lasts = dict.fromkeys(STRANGERS, LASTS) | {OLDER_DATABASE: OLDER_LASTS}
    return [
        (kind, why) for kind, (why, at) in found if kind not in lasts or now - datetime.fromisoformat(at) <= lasts[kind]
    ]


def _said(health: SheetHealth, kind: str) -> str:
    return (health.notices or {}).get(kind, [""])[0]
