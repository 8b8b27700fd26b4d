"""What a machine is given to run the bridge: the image's recipe, the systemd unit, and what it believes of a proxy."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from bridge.config.model import Config
from bridge.server.systemd import unit
from tests.process.process import Process
from tests.process.workers import Workers

ROOT = Path(__file__).parents[2]
RECIPE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())


def instructions(name):
    return [line.partition(" ")[2] for line in RECIPE.splitlines() if line.startswith(f"{name} ")]


class Image(Workers):
    """What the image holds, started as the image starts it: only the copied files, its own CMD and environment."""

    def __init__(self, folder):
        super().__init__(folder)
        for copied in instructions("COPY"):
            *sources, target = copied.split()
            for source in sources:
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, folder / target / (Path(source).name if target == "./" else ""))

    def command(self):
        return [sys.executable, *json.loads(instructions("CMD")[-1])[1:]]

    def surroundings(self):
        given = dict(part.split("=", 1) for line in instructions("ENV") for part in shlex.split(line))
        here = {name: value.replace("/home/bridge", str(self.folder)) for name, value in given.items()}
        sheet = {"PORT": str(self.port), "LEADBRIDGE_CONFIG": "bridge.toml"}
        return os.environ | self.environ() | here | sheet


def test_what_the_image_copies_is_enough_to_run_and_its_health_check_tells_ready_from_not(tmp_path):
    health = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    with Image(tmp_path) as image:
        assert image.api("GET", "/tasks").json() == []
        assert requests.get(image.url, timeout=60).status_code == 200
        check = [sys.executable, *health[1:]]
        assert subprocess.run(check, env=image.surroundings(), timeout=60, check=False).returncode == 0
        image.stop()
        assert subprocess.run(check, env=image.surroundings(), capture_output=True, timeout=60, check=False).returncode


def test_the_image_runs_as_nobody_special_and_keeps_its_home_in_a_volume():
    assert instructions("USER") == ["bridge"]
    assert instructions("VOLUME") == ["/home/bridge/data"]
    assert "LEADBRIDGE_HOME=/home/bridge/data" in RECIPE


def test_the_image_is_told_of_every_file_it_copies():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {f"!{copied.split()[0].split('/')[0]}" for copied in instructions("COPY")} <= set(ignored)


def test_the_unit_names_this_python_and_this_folder(tmp_path):
    written = unit(Config(tmp_path / "instance", {}), tmp_path)
    assert f'ExecStart="{sys.executable}" -m bridge --verbose run --quiet' in written
    assert f"WorkingDirectory={tmp_path}\n" in written
    assert f'ReadWritePaths="{tmp_path}/instance"' in written
    assert "ExecReload=/bin/kill -HUP $MAINPID" in written


def test_the_unit_keeps_the_port_and_says_where_the_database_goes(tmp_path):
    environ = os.environ | {
        "LEADBRIDGE_HOME": str(tmp_path),
        "PORT": "6001",
        "DATABASE_URL": "postgresql://bridge:secret@host/leads",
    }
    command = [sys.executable, "-m", "bridge", "unit"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert " PORT=6001 " in done.stdout
    assert "secret" not in done.stdout + done.stderr
    assert f"write it into {tmp_path / '.env'}" in done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
def test_systemd_finds_no_fault_with_the_printed_unit_also_in_a_folder_with_a_blank(tmp_path):
    folder = tmp_path / "a folder 100%"
    folder.mkdir()
    command = [sys.executable, "-m", "bridge", "unit"]
    printed = subprocess.run(
        command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    file = tmp_path / "leadbridge.service"
    file.write_text(printed.stdout)
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert "leadbridge.service" not in done.stderr, done.stderr
    assert done.returncode == 0


def next_page(process, **headers):
    """The address of the second page, as the API tells it."""
    for n in (1, 2):
        process.api("POST", "/tasks", title=f"Task {n}")
    answer = requests.get(
        f"{process.url}/tasks?limit=1", headers={"Authorization": f"Bearer {process.token}"} | headers, timeout=60
    )
    return answer.headers["Link"]


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "bridge.example.com", "X-Forwarded-For": "192.0.2.7"}


@pytest.mark.parametrize("server", [Process, Workers])
@pytest.mark.parametrize(("trusted", "believed"), [(0, False), (1, True)])
def test_a_proxy_is_believed_when_the_configuration_says_so_and_only_then(tmp_path, server, trusted, believed):
    with server(tmp_path, f"trusted_proxies = {trusted}") as process:
        link = next_page(process, **FORWARDED)
    assert link.startswith("<https://bridge.example.com/tasks?" if believed else f"<{process.url}/tasks?")
