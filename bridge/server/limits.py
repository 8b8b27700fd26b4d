"""What the system lets this process open, and what is planned with it. Starts nothing.

Each open file, connection and database handle is a descriptor. With few of them fewer connections are kept, so that
those that are answered find what they need.
"""

import ctypes
import resource
from dataclasses import dataclass

from structlog.stdlib import get_logger

log = get_logger(__name__)
ENOUGH = 4096
"""More than a process uses: a higher limit would serve nothing."""
LEAST = 256
"""With fewer, many open pages or programs wait for each other."""
MEND = f"allow {LEAST} open files: `ulimit -n {LEAST}` before the start, or LimitNOFILE={LEAST} in the systemd unit"
BASE, PER_THREAD = 36, 4
"""Descriptors that a process holds by itself, and that each thread needs for a request: the database's three files, and
one to wait with.
"""
MOST_THREADS, LEAST_THREADS = 12, 2
MOST_CONNECTIONS, LEAST_CONNECTIONS = 1000, 4


@dataclass(frozen=True)
class Plan:
    """How many threads answer requests, and how many connections are open at once."""

    threads: int
    connections: int


def raise_descriptors() -> int:
    """Take as many descriptors as the system allows, up to what is of use; returns the limit. Logs when it is low."""
    soft, hard = (_count(one) for one in resource.getrlimit(resource.RLIMIT_NOFILE))
    wanted = min(hard, ENOUGH)
    if soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError) as error:  # some systems allow less than they say
            log.info("descriptors_not_raised", limit=soft, why=str(error))
    if soft < LEAST:
        log.warning("few_descriptors", limit=soft, needed=LEAST, mend=MEND)
    return soft


def share_arenas() -> None:
    """Let glibc's threads allocate from two areas; each has else one that reserves 64 MB of address space."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 2)


M_ARENA_MAX = -8
"""Of glibc's malloc.h; another C library does not know the number and ignores it."""


def plan(descriptors: int) -> Plan:
    """What so many descriptors suffice for."""
    threads = max(LEAST_THREADS, min(MOST_THREADS, (descriptors - BASE) // (2 * PER_THREAD)))
    rest = descriptors - BASE - threads * PER_THREAD
    return Plan(threads, max(LEAST_CONNECTIONS, min(MOST_CONNECTIONS, rest)))


def _count(limit: int) -> int:
    return ENOUGH if limit == resource.RLIM_INFINITY else limit
