"""The command as a process: completion in shells, and work beside a running bridge."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.process import ROOT, Process
from tests.stack import SECRET, eventually


def completed(words, tmp_path):
    """What bash offers for the last of these words, by the script that it was told to read."""
    binary = Path(sys.executable).with_name("leadbridge")
    environ = os.environ | {"PATH": f"{binary.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    said = (
        f'eval "$(_LEADBRIDGE_COMPLETE=bash_source leadbridge)"; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; '
        '_leadbridge_completion leadbridge; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "-c", said], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        pytest.param(("leadbridge", "st"), {"status"}, marks=pytest.mark.fast),
        (("leadbridge", "token", "re"), {"revoke"}),
        (("leadbridge", "sweep", "--d"), {"--dry-run"}),
    ],
    ids=["a command", "a command of a group", "an option"],
)
def test_the_shell_completes(words, offered, tmp_path):
    found = completed(words, tmp_path)
    assert offered <= found
    assert "approve" not in found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_for_every_shell_there_is_a_script_to_read(shell, tmp_path):
    binary = Path(sys.executable).with_name("leadbridge")
    environ = os.environ | {"_LEADBRIDGE_COMPLETE": f"{shell}_source", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([binary], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "leadbridge" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_from_another_process_is_noticed_by_the_running_bridge(tmp_path):
    with Process(tmp_path) as bridge:
        eventually(lambda: bridge.api("GET", "/status").json()[0]["swept_at"])
        bridge.google.person.edit("A2:C2", [[1, "Ann", "NEW"]])
        environ = os.environ | {"LEADBRIDGE_HOME": "home", "PYTHONPATH": str(ROOT), "LEADBRIDGE_SECRET_LEADS": SECRET}
        command = [sys.executable, "-m", "bridge", "sweep"]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, "1 task created" in done.stdout) == (0, True), done.stderr
        assert bridge.api("GET", "/tasks/1").json()["title"] == "Follow up: Ann"
