"""The command line beside a running bridge: JSON for programs, text for people, and errors that say what to do."""

import json

import pytest


@pytest.fixture
def commands(leadbridge):
    """``leadbridge … --json`` beside the running bridge: what it prints, read as JSON."""

    def run(*words, code=0):
        done = leadbridge(*words, "--json")
        assert (done.exit_code, done.stderr) == (code, ""), done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def linked(stack):
    """A stack with one lead linked, whose task was changed once."""
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.patch(1, status="DONE")
    stack.settle()
    return stack


def test_the_listing_commands_print_json(linked, commands):
    (status,) = commands("status")
    assert (status["sheet"], status["pending"], status["calls"]["budget"]) == ("leads", 0, 60)
    assert commands("needs", code=2)[0]["kind"] == "silent"
    assert [one["new"] for one in commands("changes", "--limit", "1")] == ["QUALIFIED"]
    assert (commands("sweep")["steps"], commands("sweep", "--dry-run")["read"]) == ([], 1)


def test_the_status_says_in_words_how_fast_a_sheet_is_followed_and_at_what_cost(linked, leadbridge):
    said = leadbridge("status").stdout
    (lag, calls) = (linked.get("/status")[0][name] for name in ("lag", "calls"))
    spent = f"{calls['read']} reads and {calls['write']} writes in the last minute, of 60 each"
    assert f"leads: nothing waits, 95 of 100 changes took {lag['p95']:.2f} s at most; {spent}" in said
    linked.google.trouble.unshared = True
    linked.patch(1, status="TODO")
    linked.drain()
    assert "leads: a change waits for " in leadbridge("status").stdout


def test_undo_take_retry_and_approve_print_what_they_did_as_json(linked, commands):
    newest = commands("changes", "--limit", "1")[0]["id"]
    done = commands("undo", str(newest))
    assert done == {"change": newest, "done": "status of lead 1 is 'NEW' again"}
    linked.settle()
    assert linked.cell("C2") == "NEW"
    assert commands("retry", "--all") == {"retried": 0}
    assert commands("approve") == [{"sheet": "leads", "approved": 0, "column": None}]


def test_what_a_conflict_lost_is_taken_and_told_as_json(linked, commands):
    linked.patch(1, status="IN_PROGRESS")
    linked.edit("C2", ["LOST"])
    linked.deliver([1, "Ann", "LOST", 1], edited={"first": 3, "last": 3})
    lost = next(one["id"] for one in commands("changes") if one["state"] == "lost")
    assert commands("take", str(lost))["done"] == "status of lead 1 is 'CONTACTED' again"
    assert linked.task(1)["status"] == "IN_PROGRESS"


def test_a_token_is_made_listed_and_revoked_in_json(stack, commands):
    made = commands("token", "create", "prometheus", "--scope", "tasks:read")
    assert (made["name"], made["scopes"]) == ("prometheus", ["tasks:read"])
    stack.http.headers["Authorization"] = f"Bearer {made['token']}"
    assert stack.get("/status")
    listed = {one["name"]: one for one in commands("token", "list")}
    assert (listed["prometheus"]["scopes"], listed["prometheus"]["revoked_at"]) == ("tasks:read", None)
    assert made["token"] not in json.dumps(listed)
    assert commands("token", "revoke", "prometheus") == {"name": "prometheus", "revoked": 1}
    assert stack.http.get(f"{stack.url}/status", timeout=60).status_code == 401


def test_a_link_is_printed_as_json_with_its_scopes(stack, commands):
    made = commands("link", "dora", "--scope", "tasks:read")
    assert (made["name"], made["scopes"]) == ("dora", ["tasks:read"])
    assert made["link"].startswith(f"{stack.url}/#link=")


ERRORS = {
    "a command that is not there": (("statsu",), "No such command 'statsu'"),
    "a sheet that is not there to sweep": (("sweep", "--sheet", "nowhere"), "there is no sheet 'nowhere'; there is leads"),
    "a sheet that is not there": (("approve", "--sheet", "nowhere"), "there is no sheet 'nowhere'; there is leads"),
    "a change that is not there": (("undo", "999"), "there is no change 999"),
    "a change that is no number": (("undo", "abc"), "'abc' is not a valid integer"),
    "a dead letter that is not there": (("retry", "9"), "there is no dead letter 9; see: leadbridge needs"),
    "no dead letter named": (("retry",), "name one dead letter, or give --all"),
    "a token that is not there": (("token", "revoke", "nobody"), "there is no valid token named 'nobody'; see: leadbridge token list"),
    "a scope that is not there": (("token", "create", "x", "--scope", "everything"), "'everything' is not one of"),
    "a name without a letter": (("link", "\x07"), "a name has 1 to 100 printable characters"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "said"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_one_sentence_and_changes_nothing(leadbridge, words, said):
    done = leadbridge(*words)
    assert done.exit_code in {1, 2}
    assert said in done.stderr
    assert done.stdout == ""
