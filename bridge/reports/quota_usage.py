"""Google's quota: the calls of the last minute, by kind and purpose, and how many are left."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bridge.config.model import Config
from bridge.google.calls import KINDS
from bridge.google.credentials import account_of
from bridge.store.models import ApiCall


def by_kind(calls: Sequence[ApiCall]) -> dict[str, int]:
    """kind → how many calls."""
    counted = Counter(call.kind for call in calls)
    return {kind: counted[kind] for kind in KINDS}


def by_purpose(calls: Sequence[ApiCall]) -> dict[str, int]:
    """purpose (`bridge.google.calls.Purpose`) → how many calls."""
    return dict(Counter(call.purpose for call in calls))


def quota_left(config: Config, last_minute: Mapping[str, Sequence[ApiCall]]) -> dict[str, dict[str, int]]:
    """sheet key → kind → calls left now; the sheets of one service account share its quota.

    ``last_minute``: sheet key → its calls (`bridge.store.quota.of_last_minute`).
    """
    account = {sheet: account_of(config.key_file(sheet)) for sheet in last_minute}
    used = Counter((account[call.sheet], call.kind) for calls in last_minute.values() for call in calls)
    granted = config.calls_per_minute
    return {key: {kind: max(0, granted - used[name, kind]) for kind in KINDS} for key, name in account.items()}
