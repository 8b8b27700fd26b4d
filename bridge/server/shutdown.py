"""The end of a waitress server: nobody new is let in, whoever has asked is answered. Knows nothing of the bridge."""

import select
import time
from typing import Any

from waitress import wasyncore

LONGEST = 10.0
"""Seconds. Who is cut off then has no answer and asks again; service managers kill after 30 or more."""


def drain(server: Any) -> None:
    """Let in who waits at the door, close it, answer one request of each, end the threads."""
    for _ in range(server.adj.backlog):
        if not _speaks(server):
            break
        server.asyncore.loop(timeout=0, map=server._map, count=1)
    wasyncore.dispatcher.close(server)
    until, answered = time.monotonic() + LONGEST, set[Any]()
    while server.active_channels and time.monotonic() < until:
        for channel in list(server.active_channels.values()):
            _close_if_idle(channel, answered)
        server.asyncore.loop(timeout=0.05, map=server._map, count=1)
    server.task_dispatcher.shutdown()


def _close_if_idle(channel: Any, answered: set[Any]) -> None:
    if channel.requests or channel.request or channel.total_outbufs_len:  # read, worked on, or its answer sent
        answered.add(channel)
    elif channel in answered or not _speaks(channel):
        channel.handle_close()


def _speaks(dispatcher: Any) -> bool:
    """Something waits in the socket to be read."""
    return bool(select.select([dispatcher.socket], [], [], 0)[0])
