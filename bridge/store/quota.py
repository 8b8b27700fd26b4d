"""Rate limit of each Google account, kept in the database and shared by all processes.

Google counts reads and writes of a service account, all its sheets and all processes together (GOOGLE.md section 1).
A job reserves what it will probably need when it begins, and corrects that when it ends. Each call is a row, so that
every process reports the same usage. The calls of a killed process's last job are not recorded.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from bridge.google.calls import Call, Calls
from bridge.store import counters
from bridge.store.models import Account, ApiCall
from bridge.store.unit_of_work import effects
from task_api.db import exclusive

READS_A_JOB, WRITES_A_JOB = 2, 1
MINUTE = timedelta(minutes=1)
_INSERT = insert(ApiCall)
SKEW = 5.0
"""Seconds by which the clocks of machines that share a quota may differ."""
Used = tuple[int, int]
"""Reads and writes."""


@dataclass(frozen=True)
class Pace:
    """A token bucket: ``burst`` calls at once, then ``per_second``; in any 60 s at most burst + 60 · per_second
    calls.
    """

    burst: float = 10.0
    per_second: float = 50 / 60
    tokens: float = 10.0
    at: float = 0.0

    @classmethod
    def of(cls, per_minute: int) -> "Pace":
        """Never more than so many in any minute, a sixth of them at once."""
        return cls(per_minute / 6, per_minute / 72, per_minute / 6)

    def refilled(self, now: float) -> "Pace":
        """The bucket at ``now`` (seconds). If the clock was set back, no tokens are added and time continues from
        there; differences up to `SKEW` are between machines and are ignored.
        """
        gained = max(0.0, now - self.at) * self.per_second
        at = now if now < self.at - SKEW else max(now, self.at)
        return replace(self, tokens=min(self.burst, self.tokens + gained), at=at)

    def taken(self, now: float, calls: int = 1) -> "Pace":
        """The bucket after ``calls`` calls; it may become negative, and the next job waits for that."""
        full = self.refilled(now)
        return replace(full, tokens=full.tokens - calls)

    def wait(self, now: float, calls: int = 1) -> float:
        """Seconds until ``calls`` calls are free; 0 when they are."""
        return max(0.0, (calls - self.refilled(now).tokens) / self.per_second)


def take(session: Session, name: str, pace: Pace, now: datetime) -> bool:
    """Take what a job probably needs; False, and nothing is taken, while that much is not free."""
    account = _locked(session, name, pace)
    if wait(account, pace, now) > 0:
        return False
    at = now.timestamp()
    reads = _bucket(pace, account.reads, account.at).taken(at, READS_A_JOB)
    writes = _bucket(pace, account.writes, account.at).taken(at, WRITES_A_JOB)
    account.reads, account.writes, account.at = reads.tokens, writes.tokens, reads.at
    return True


def settle(session: Session, name: str, used: Used) -> None:
    """When a job has ended, charge or return the difference between the calls it reserved and those it made."""
    more = {"reads": Account.reads - (used[0] - READS_A_JOB), "writes": Account.writes - (used[1] - WRITES_A_JOB)}
    if used != (READS_A_JOB, WRITES_A_JOB):
        session.execute(update(Account).where(Account.name == name).values(**more))


def _locked(session: Session, name: str, pace: Pace) -> Account:
    account = session.get(Account, name, with_for_update=True)
    if account is None:
        exclusive(session, "account", name)
        account = session.get(Account, name, with_for_update=True)  # another may have just made it
    if account is None:
        account = Account(name=name, reads=pace.tokens, writes=pace.tokens, at=0.0)
        session.add(account)
        session.flush()
    return account


def wait(account: Account | None, pace: Pace, now: datetime) -> float:
    """Seconds until the account has enough for a job; one that was never used (None) has."""
    if account is None:
        return 0.0
    at = now.timestamp()
    reads, writes = _bucket(pace, account.reads, account.at), _bucket(pace, account.writes, account.at)
    return max(reads.wait(at, READS_A_JOB), writes.wait(at, WRITES_A_JOB))


def _bucket(pace: Pace, tokens: float, at: float) -> Pace:
    return replace(pace, tokens=tokens, at=at)


def record(session: Session, sheet: str, calls: Calls | None, now: datetime) -> int:
    """Record the calls that this process made for a sheet and has not recorded yet; how many."""
    if calls is None or not (unrecorded := list(calls.unrecorded)):
        return 0
    clock = calls.clock()
    effects(session).count(sheet, counters.CALLS, Counter(f"{call.kind} {call.result}" for call in unrecorded))
    session.connection().execute(_INSERT, [_row(sheet, call, now, clock) for call in unrecorded])
    return len(unrecorded)


def recorded(calls: Calls | None, count: int) -> None:
    """Forget calls that `record` has stored, after its commit."""
    if calls is not None and count:
        del calls.unrecorded[:count]


def _row(sheet: str, call: Call, now: datetime, clock: float) -> dict[str, Any]:
    at = now - timedelta(seconds=clock - call.began)
    return {"sheet": sheet, "at": at, "kind": call.kind, "purpose": call.purpose}


def of_last_minute(session: Session, sheets: Iterable[str], now: datetime) -> dict[str, list[ApiCall]]:
    """sheet key → its calls to Google of the last minute, for each of these sheets."""
    found: dict[str, list[ApiCall]] = {sheet: [] for sheet in sheets}
    for call in session.scalars(
        select(ApiCall).where(ApiCall.at > now - MINUTE, ApiCall.at <= now + MINUTE, ApiCall.sheet.in_(found))
    ):
        found[call.sheet].append(call)
    return found


def forget_calls(session: Session, now: datetime) -> None:
    """Drop the calls that no quota counts any more."""
    session.execute(delete(ApiCall).where((ApiCall.at <= now - MINUTE) | (ApiCall.at > now + MINUTE)))
