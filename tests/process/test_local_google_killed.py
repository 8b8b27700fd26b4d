"""The local Google as a process that is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.process.process import ROOT, free_port


def serve(folder: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bridge.local_google", "--folder", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready url=")
    return process


def end(process: subprocess.Popen[str], how: int) -> None:
    os.kill(process.pid, how)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()


def test_every_edit_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    process = serve(tmp_path, port)
    url = f"http://127.0.0.1:{port}/local"
    acknowledged = 0
    ends = time.monotonic() + 0.5
    while time.monotonic() < ends:
        body = {"range": f"Leads!A{acknowledged + 2}:B{acknowledged + 2}", "values": [[acknowledged, "x"]]}
        assert requests.post(f"{url}/edit", json=body, timeout=60).status_code == 200
        acknowledged += 1
    end(process, signal.SIGKILL)
    process = serve(tmp_path, port)
    rows = requests.get(f"{url}/grid", timeout=60).json()["rows"]
    end(process, signal.SIGTERM)
    assert [row[0]["shown"] for row in rows[1:]] == [str(number) for number in range(acknowledged)]
    assert (tmp_path / "service_account.json").stat().st_mode & 0o777 == 0o600
