"""With few descriptors or little memory the bridge answers as well as it can, says so, and neither spins nor fills logs."""

import os
import resource
import socket
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from tests.process.process import Process
from tests.stack import eventually

NOISE = 4000
"""Bytes of the log that a lack may cost within a test."""


class Limited(Process):
    """The bridge with so many descriptors, or so much address space in MB."""

    def __init__(self, folder, descriptors="1024", memory="unlimited"):
        super().__init__(folder)
        self.limits = f"ulimit -n {descriptors}; ulimit -v {memory if memory == 'unlimited' else int(memory) * 1024}"

    def command(self):
        return ["sh", "-c", f'{self.limits}; exec "$@"', "sh", sys.executable, "-m", "bridge", "run"]

    def log(self):
        return (self.folder / "log").read_text()

    def cpu(self):
        """Seconds of work so far."""
        ticks = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def limited(tmp_path):
    with ExitStack() as stack:

        def start(**limits):
            process = Limited(tmp_path, **limits)
            process.errors = stack.enter_context((tmp_path / "log").open("w"))
            return stack.enter_context(process)

        yield start


def idle(process, stack, count=100):
    """Connections that never say a word."""
    for _ in range(count):
        stack.enter_context(socket.create_connection(("127.0.0.1", process.port), timeout=10))


def ready(process):
    with suppress(requests.RequestException):
        return requests.get(f"{process.url}/readyz", timeout=2).status_code == 200


@pytest.mark.parametrize("descriptors", [pytest.param(64, marks=pytest.mark.fast), 128, 256])
def test_a_hundred_idle_connections_hinder_nobody(limited, descriptors):
    process = limited(descriptors=descriptors)
    with ExitStack() as stack:
        idle(process, stack)
        before = process.cpu()
        assert all(ready(process) for _ in range(5))
        assert process.cpu() - before < 2
    assert ("few_descriptors" in process.log()) == (descriptors < 256)
    assert len(process.log()) < NOISE


def test_a_process_without_a_free_descriptor_waits_and_then_goes_on(limited):
    process = limited()
    with ExitStack() as stack:
        idle(process, stack, 5)
        open_ones = Path(f"/proc/{process.process.pid}/fd")
        eventually(lambda: len(list(open_ones.iterdir())) > 15)
        before = resource.prlimit(process.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.process.pid, resource.RLIMIT_NOFILE, (len(list(open_ones.iterdir())), before[1]))
        idle(process, stack, 20)
        began = process.cpu()
        eventually(lambda: "connection_refused" in process.log())
        time.sleep(3)
        assert process.cpu() - began < 1
        assert len(process.log()) < NOISE
        resource.prlimit(process.process.pid, resource.RLIMIT_NOFILE, before)
    assert eventually(lambda: ready(process))


@pytest.mark.parametrize("memory", [300, 500])
def test_with_little_memory_it_serves_with_fewer_threads(limited, memory):
    process = limited(memory=memory)
    with ExitStack() as stack:
        idle(process, stack)
        assert all(ready(process) for _ in range(5))
    assert len(process.log()) < NOISE


def test_too_little_memory_is_told(limited, tmp_path):
    with pytest.raises(AssertionError, match="did not start"):
        limited(memory=180)
    assert "memory" in (tmp_path / "log").read_text()
