"""``python -m tests.benchmarks.capacity``: how many sheets, people and edits one service account, one project, one person's
triggers and one database carry, where it breaks first, and what helps.

A simulation, pure and seeded: no call, no clock, no database. The limits are Google's (GOOGLE.md sections 1 and 2), the pace
is the bridge's own `Pace`, the calls of a job are those that the tests check. What is not known is assumed, and
named: `CALL`, `EDIT_RUNS`, `CHANGE_RUNS`, `BEAT_RUNS`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from random import Random

from bridge.store.quota import Pace
from tests.benchmarks import report
from tests.benchmarks.measure import percentile

PER_USER, PER_PROJECT = 60, 300
"""Reads, and as many writes, that Google grants a minute to a service account and to all of a project."""
RUNTIME = {"consumer": 90 * 60.0, "Workspace": 6 * 3600.0}
FETCHES = {"consumer": 20_000, "Workspace": 100_000}
"""Seconds of triggers and URL fetches a day, for all sheets whose script one person installed."""
EDIT_RUNS, CHANGE_RUNS, BEAT_RUNS = 2.0, 0.5, 1.0
"""Assumed seconds of the edit trigger (it reads, signs, posts), of the change trigger beside it, and of the heartbeat."""
BEATS = 24 * 12
CALL = 0.4
"""Assumed seconds until Google answers a call."""
READS_A_JOB, WRITES_A_JOB = 2, 1
"""What the pace must hold before a job begins."""
EVERY = (300.0, 1800.0)
"""Seconds between two sweeps of a sheet: as shipped, and rarely."""
DAY = 8 * 3600.0
"""The hours in which people work."""
SITTING, BETWEEN = 10, 6.0
"""Changes that one person makes in a row, and seconds between two of them."""
BURST, SOON = 2.0, 3.0
"""Deliveries closer than this ask for a sweep, so many seconds after the last."""
GOOD = 10.0
"""Seconds within which 99 of 100 changes are to stand in their cell."""
EVENTS = 100.0
"""Deliveries and PATCHes a second that one database takes: SQLite on two shared cores, `make bench`."""
BUSIEST = 5.0
"""The busiest minute beside the mean one."""


@dataclass(frozen=True)
class Team:
    """What the people of one sheet do a day. ``new``: edits that make a lead, whose task id is written back."""

    name: str
    people: int
    edits: int
    new: int
    patches: int


TEAMS = (
    Team("one person", 1, 40, 5, 20),
    Team("a team", 5, 200, 25, 100),
    Team("a call centre", 25, 2_000, 250, 1_000),
)


@dataclass
class Queue:
    """One sheet's queue: when its sweep is due, and since when changes wait for their write."""

    sweep_at: float
    asked: float = inf
    waiting: list[float] = field(default_factory=list)

    @property
    def due(self) -> float:
        """When its next job is due."""
        return min(self.sweep_at, self.asked, self.waiting[0] if self.waiting else inf)


@dataclass(frozen=True)
class Load:
    """What a day was like for one service account. ``late``: seconds from each change to its write; ``overdue``: from each
    sweep's time to the sweep; ``reads``, ``writes``: the most in any minute; ``busy``: the part of the day that one
    engine, which takes one job after the other, spends waiting for Google.
    """

    late: Sequence[float]
    overdue: Sequence[float]
    reads: int
    writes: int
    busy: float

    def bears(self, every: float) -> bool:
        """True when changes arrive in time, and sweeps before the next one is due."""
        return percentile(self.late, 0.99) <= GOOD and percentile(self.overdue, 0.99) <= every


def day(team: Team, sheets: int, every: float, chance: Random) -> Load:
    """A working day of so many sheets on one service account."""
    queues = [Queue(chance.uniform(0, every)) for _ in range(sheets)]
    events = deque(sorted(event for number in range(sheets) for event in _changes(team, number, chance)))
    due_next = [(one.due, number) for number, one in enumerate(queues)]
    heapify(due_next)
    reads, writes, now = Pace(), Pace(), 0.0
    late: list[float] = []
    overdue: list[float] = []
    made: dict[str, list[float]] = {"read": [], "write": []}
    while due_next[0][0] < DAY or events:
        now = max(now, min(due_next[0][0], events[0][0] if events else DAY))
        now += max(reads.wait(now, READS_A_JOB), writes.wait(now, WRITES_A_JOB))
        while events and events[0][0] <= now:
            at, number, burst, owes = events.popleft()
            _note(queues[number], at, burst=burst, owes=owes)
            heappush(due_next, (queues[number].due, number))
        due, number = heappop(due_next)
        queue = queues[number]
        if due > now:
            heappush(due_next, (due, number))
            continue
        if due != queue.due:  # what it wanted has been done since
            continue
        now += CALL
        reads = reads.taken(now)
        made["read"].append(now)
        if min(queue.sweep_at, queue.asked) <= now:
            overdue.append(max(0.0, now - queue.sweep_at))
            queue.sweep_at, queue.asked = now + every, inf
        if queue.waiting:
            now += CALL
            writes = writes.taken(now)
            made["write"].append(now)
            late += [now - at for at in queue.waiting]
            queue.waiting.clear()
        heappush(due_next, (queue.due, number))
    busy = CALL * sum(map(len, made.values())) / DAY
    return Load(late, overdue, busiest(made["read"]), busiest(made["write"]), busy)


def _note(queue: Queue, at: float, *, burst: bool, owes: bool) -> None:
    if burst:
        queue.asked = at + SOON
    if owes:
        queue.waiting.append(at)


def _changes(team: Team, sheet: int, chance: Random) -> Iterable[tuple[float, int, bool, bool]]:
    """(when, which sheet, does it come close upon another, does the sheet owe a write) for each change of a day."""
    kinds = [*["edit"] * (team.edits - team.new), *["new"] * team.new, *["patch"] * team.patches]
    chance.shuffle(kinds)
    at = 0.0
    for number, kind in enumerate(kinds):
        gap = chance.expovariate(1 / BETWEEN) if number % SITTING else None
        at = chance.uniform(0, DAY) if gap is None else at + gap
        yield at, sheet, kind != "patch" and gap is not None and gap < BURST, kind != "edit"


def busiest(times: Sequence[float]) -> int:
    """The most of these moments, ascending, in any 60 seconds."""
    first = most = 0
    for last, at in enumerate(times):
        while times[first] <= at - 60:
            first += 1
        most = max(most, last - first + 1)
    return most


def most(bears: Callable[[int], bool]) -> int:
    """The largest number that is borne, by doubling and then halving; 0 when not even one is."""
    high = 1
    while bears(high):
        high *= 2
    low = high // 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if bears(middle) else (low, middle)
    return low


@dataclass(frozen=True)
class Carried:
    """What is carried of one kind of team, whose sheet is compared once in ``every`` seconds: sheets that a service account
    bears, and what its day is like with them.
    """

    team: Team
    every: float
    sheets: int
    load: Load

    @property
    def project(self) -> int:
        """Sheets of a project: as many service accounts as its own limit leaves room for."""
        return self.sheets * (PER_PROJECT // PER_USER)

    @property
    def database(self) -> int:
        """Sheets whose busiest minute one database takes."""
        return int(EVENTS / ((self.team.edits + self.team.patches) / DAY * BUSIEST))

    def installed(self, kind: str) -> int:
        """Sheets whose script one person's triggers can serve."""
        runtime = RUNTIME[kind] / (self.team.edits * (EDIT_RUNS + CHANGE_RUNS) + BEATS * BEAT_RUNS)
        return int(min(runtime, FETCHES[kind] / (self.team.edits + BEATS)))


def carried(team: Team, every: float, seed: int = 1) -> Carried:
    """The most sheets of such teams that one service account bears."""
    sheets = most(lambda count: day(team, count, every, Random(seed)).bears(every))
    return Carried(team, every, sheets, day(team, max(1, sheets), every, Random(seed)))


HEAD = ("a sheet's day", "", "one person's triggers", "a service account", "a project", "a database")
LOADS = (
    "a sheet's day",
    "compared",
    "people",
    "edits a day",
    "reads",
    "writes",
    "engine busy",
    "late, p50",
    "late, p99",
)


def shown(team: Team, often: Carried, rarely: Carried) -> tuple[str, ...]:
    """A line of the first table: how many sheets each carries, by the pair that comes with its limit."""
    return (
        team.name, f"{team.edits:,} edits, {team.patches:,} PATCHes",
        f"{often.installed('consumer'):,} / {often.installed('Workspace'):,}", f"{often.sheets:,} / {rarely.sheets:,}",
        f"{often.project:,} / {rarely.project:,}", f"{often.database:,}",
    )  # fmt: skip


def loaded(found: Carried) -> tuple[str, ...]:
    """A line of the second table: the day of a service account that has as many sheets as it bears."""
    team, load, sheets = found.team, found.load, found.sheets
    return (
        team.name, f"every {found.every / 60:.0f} min", f"{sheets * team.people:,}", f"{sheets * team.edits:,}", f"{load.reads}",
        f"{load.writes}", f"{load.busy:.0%}", f"{percentile(load.late, 0.5):.1f} s", f"{percentile(load.late, 0.99):.1f} s",
    )  # fmt: skip


def main() -> None:
    """Print both tables."""
    found = [(team, [carried(team, every) for every in EVERY]) for team in TEAMS]
    report.table(
        "sheets, by what carries them: with 90 min / 6 h of triggers a day, compared every 5 / 30 min",
        HEAD, [shown(team, *both) for team, both in found],
    )  # fmt: skip
    report.table(
        "a service account that bears no more: its busiest minute, and what comes late",
        LOADS,
        [loaded(one) for _, both in found for one in both],
    )


if __name__ == "__main__":
    main()
