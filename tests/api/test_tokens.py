"""Tokens: made, listed and revoked from the command line; the database never holds one."""

import hashlib
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from task_api import db, tokens
from task_api.cli import token as command
from task_api.db import UnitOfWork
from task_api.models import ApiToken


@pytest.fixture
def run(app):
    """Run ``token ...`` as a person does; gives what it printed."""
    engine = app.extensions["database"]

    def run(*arguments, code=0):
        result = CliRunner().invoke(command, arguments, obj=lambda: UnitOfWork(engine), env={"COLUMNS": "200"})
        assert result.exit_code == code, result.output
        return result.output.strip()

    return run


def calls(app, token, method="GET", path="/tasks", **body):
    return app.test_client().open(path, method=method, headers={"Authorization": f"Bearer {token}"}, **body).status_code


def test_a_new_token_is_printed_once_and_may_read_and_write_tasks(app, run):
    made = run("create", "script")
    assert made.startswith("tk_")
    assert calls(app, made, "POST", json={"title": "Call"}) == 201
    assert made not in run("list")


def test_a_token_gets_the_scopes_asked_for(app, run):
    made = run("create", "reader", "--scope", "tasks:read")
    assert (calls(app, made), calls(app, made, "POST", json={"title": "Call"})) == (200, 403)


def test_an_unknown_scope_is_refused_with_the_known_ones(run):
    told = run("create", "script", "--scope", "tasks:all", code=2)
    assert all(scope in told for scope in tokens.SCOPES)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\0b", "two\nlines"], ids=ascii)
def test_a_name_that_cannot_be_shown_or_kept_is_refused(run, name):
    assert "name" in run("create", name, code=2)
    assert "script" not in run("list")


def test_the_list_shows_every_token_with_its_scopes(run):
    run("create", "script")
    run("create", "reader", "--scope", "tasks:read")
    lines = run("list").splitlines()
    assert any("script" in line and "tasks:read tasks:write" in line for line in lines)
    assert any("reader" in line and "tasks:write" not in line for line in lines)


def test_the_list_shows_a_name_as_it_was_given(run):
    run("create", "[bold]ci[/] [/red]")
    assert "[bold]ci[/] [/red]" in run("list")


def test_a_revoked_token_is_refused_at_once_and_the_others_go_on(app, run):
    first, second, other = run("create", "script"), run("create", "script"), run("create", "other")
    assert calls(app, first) == 200
    assert run("revoke", "script") == "revoked 2"
    assert [calls(app, made) for made in (first, second, other)] == [401, 401, 200]


def test_revoking_a_name_that_has_no_live_token_says_so(run):
    assert "no valid token named 'nobody'" in run("revoke", "nobody", code=1)
    run("create", "script")
    run("revoke", "script")
    assert "no valid token" in run("revoke", "script", code=1)


@pytest.mark.sqlite
def test_only_the_sha_256_of_a_token_is_in_the_database_files(app, run, tmp_path):
    made = run("create", "script")
    assert calls(app, made) == 200
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("tasks.db*"))
    assert hashlib.sha256(made.encode()).hexdigest().encode() in kept
    assert made.removeprefix("tk_").encode() not in kept


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(app, run):
    made = run("create", "script")

    def used():
        with app.app_context():
            return db.session().scalars(select(ApiToken.last_used_at)).one()

    assert used() is None
    calls(app, made)
    first = used()
    calls(app, made)
    assert used() == first
    with app.app_context():
        one = db.session().scalars(select(ApiToken)).one()
        tokens.note_use(one, first + timedelta(minutes=2))
    assert used() == first + timedelta(minutes=2)
