"""Three processes that serve and three that work, one PostgreSQL, fifty sheets: whatever dies, both sides end equal."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.process.fleet import LEASE, MEANT, Fleet, Member

SHEETS, LEADS = 50, 3
STATUSES = ("TODO", "IN_PROGRESS", "DONE")


@pytest.fixture
def fleet(tmp_path, postgres):
    with Fleet(tmp_path, postgres, SHEETS, LEADS) as running:
        running.until_equal()
        yield running


def changing(fleet, ends, number):
    """One person and one program that change leads of their own share of the sheets."""
    chance, mine = random.Random(number), fleet.sheets[number::3]
    tasks = {lead_id: one[0]["id"] for lead_id, one in fleet.tasks().items()}
    while time.monotonic() < ends:
        sheet, lead = chance.choice(mine), chance.randrange(LEADS)
        if chance.random() < 0.5:
            fleet.type(sheet, lead + 2, chance.choice(list(MEANT)))
        else:
            fleet.api("PATCH", f"/tasks/{tasks[f'{sheet}-{lead}']}", status=chance.choice(STATUSES))
        time.sleep(chance.uniform(0, 0.1))


def test_a_worker_writes_what_another_process_was_told_also_after_it_was_killed(tmp_path, postgres):
    with Fleet(tmp_path, postgres, sheets=2, leads=2, each=1) as fleet:
        fleet.until_equal()
        fleet.type("l01", 2, "CONTACTED")
        fleet.workers[0].kill()
        tasks = fleet.tasks()
        fleet.api("PATCH", f"/tasks/{tasks['l01-1'][0]['id']}", status="DONE")
        fleet.workers[0].start()
        fleet.until_equal()
        assert tasks["l01-0"][0]["status"] == "IN_PROGRESS"
        assert fleet.google.book.tab("l01").values(3, 3)[0][0] == "QUALIFIED"


@pytest.mark.parametrize("homes", ["one home", "homes of their own"])
def test_servers_that_start_at_once_on_an_empty_database_do_not_collide(tmp_path, postgres, homes):
    fleet = Fleet(tmp_path, postgres, sheets=2, leads=2, each=0)
    with fleet:
        servers = [Member(fleet, "run") for _ in range(3)]
        fleet.workers = [Member(fleet, "worker")]
        if homes != "one home":
            for number, server in enumerate(servers):
                server.home = f"home{number}"
        with ThreadPoolExecutor(4) as starting:
            list(starting.map(lambda member: member.start(), [*servers, *fleet.workers]))
        try:
            fleet.servers = servers
            fleet.until_equal()
            tokens = {(tmp_path / server.home / "token").read_text().strip() for server in servers}
            assert len(tokens) == (1 if homes == "one home" else 3)
            assert "Traceback" not in (tmp_path / "errors").read_text()
        finally:
            for member in [*servers, *fleet.workers]:
                member.kill()


def test_a_second_start_on_a_port_of_one_home_says_where_the_first_runs(tmp_path, postgres):
    with Fleet(tmp_path, postgres, sheets=1, leads=1, each=1) as fleet:
        (first, *_), second = fleet.servers, Member(fleet, "run")
        before = (tmp_path / "home" / "token").read_text()
        second.port = first.port
        with pytest.raises(AssertionError, match="did not start"):
            second.start()
        second.kill()
        assert f"process {first.process.pid}, {first.url}" in (tmp_path / "errors").read_text()
        assert (tmp_path / "home" / "token").read_text() == before
        fleet.until_equal()


@pytest.mark.timeout(400)
def test_whatever_is_killed_paused_or_restarted_both_sides_end_equal(fleet, postgres):
    fleet.google.trouble.latency = 0.03
    ends, chance = time.monotonic() + 30, random.Random(20261123)
    sides = [threading.Thread(target=changing, args=(fleet, ends, number)) for number in range(3)]
    for side in sides:
        side.start()
    fleet.pause(fleet.workers[0], LEASE + 2)
    restarted = False
    while time.monotonic() < ends:
        member = chance.choice(fleet.members)
        member.kill()
        member.start()
        if not restarted and time.monotonic() > ends - 12:
            postgres.restart()
            restarted = True
        time.sleep(chance.uniform(0, 1))
    for side in sides:
        side.join()
    fleet.until_equal(120)
    assert fleet.overlaps == []
    assert {len(mine) for mine in fleet.tasks().values()} == {1}
