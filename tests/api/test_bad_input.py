"""What the API refuses: every refusal is a problem document that names the fault, and nothing is stored."""

import base64
import sqlite3

import pytest
from sqlalchemy import event

from task_api import db, tokens
from task_api.signals import task_changed
from tests.api.conftest import new_token


@pytest.fixture
def client(client):
    assert client.post("/tasks", json={"title": "Call", "lead_id": "12"}).status_code == 201
    return client


def assert_refused(answer, status, *names):
    """A problem document of this status; each name occurs in the fields or the words it tells."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    problem = answer.json
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    assert problem["detail"]
    told = [problem["detail"], *(part for fault in problem.get("errors", []) for part in fault.values())]
    for name in names:
        assert any(name in part for part in told), (name, told)


def state(client):
    return client.get("/tasks?archived=true").json


FIELDS = {
    "unknown field": ({"colour": "red"}, ["colour"]),
    "the id": ({"id": 7}, ["id"]),
    "the version": ({"version": 7}, ["version"]),
    "unknown status": ({"status": "WON"}, ["status", "TODO", "IN_PROGRESS", "DONE"]),
    "status in lower case": ({"status": "done"}, ["status", "TODO"]),
    "status null": ({"status": None}, ["status"]),
    "due as a number": ({"due": 0}, ["due", "YYYY-MM-DD"]),
    "due as a boolean": ({"due": False}, ["due", "YYYY-MM-DD"]),
    "due as a moment": ({"due": "2026-01-01T00:00:00Z"}, ["due", "YYYY-MM-DD"]),
    "due as digits": ({"due": "20260101"}, ["due", "YYYY-MM-DD"]),
    "due as a week": ({"due": "2026-W01-1"}, ["due", "YYYY-MM-DD"]),
    "due on no day": ({"due": "2026-02-30"}, ["due"]),
    "NUL in the title": ({"title": "a\0b"}, ["title", "NUL"]),
    "NUL in the notes": ({"notes": "a\0b"}, ["notes", "NUL"]),
    "empty title": ({"title": ""}, ["title"]),
    "title null": ({"title": None}, ["title"]),
    "title as a number": ({"title": 12}, ["title"]),
    "title too long": ({"title": "x" * 501}, ["title", "500"]),
    "notes too long": ({"notes": "x" * 50_001}, ["notes", "50000"]),
    "lead_id as a number": ({"lead_id": 12}, ["lead_id"]),
    "lead_id too long": ({"lead_id": "x" * 201}, ["lead_id", "200"]),
    "assignee empty": ({"assignee": ""}, ["assignee"]),
}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(("fields", "names"), FIELDS.values(), ids=FIELDS)
def test_a_field_the_api_cannot_take_is_named_and_nothing_is_stored(client, method, fields, names):
    before = state(client)
    body = {"title": "Good", "notes": "Good"} | fields
    answer = client.open("/tasks" if method == "POST" else "/tasks/1", method=method, json=body)
    assert_refused(answer, 422, *names)
    assert [fault["field"] for fault in answer.json["errors"]] == [names[0]]
    assert state(client) == before


def test_every_fault_of_a_body_is_named_at_once(client):
    answer = client.post("/tasks", json={"status": "WON", "due": 0, "colour": "red"})
    assert {fault["field"] for fault in answer.json["errors"]} == {"title", "status", "due", "colour"}


def test_archived_is_true_or_false_and_nothing_like_it(client):
    for value in (None, 0, "false", []):
        assert_refused(client.patch("/tasks/1", json={"archived": value}), 422, "archived")


BODIES = {
    "nothing": (b"", 400),
    "cut off": (b'{"title": "x', 400),
    "not UTF-8": (b'{"title": "\xff"}', 400),
    "half a surrogate pair": (rb'{"title": "\ud800"}', 400),
    "too deep": (b"[" * 100_000, 400),
    "NaN": (b'{"title": NaN}', 422),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "too large": (b'{"title": "x", "notes": "' + b"x" * 1024 * 1024 + b'"}', 413),
}


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_object_is_refused(client, method, body, status):
    before = state(client)
    path = "/tasks" if method == "POST" else "/tasks/1"
    assert_refused(client.open(path, method=method, data=body, content_type="application/json"), status)
    assert state(client) == before


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_another_content_type_is_415(client, method, kind):
    path = "/tasks" if method == "POST" else "/tasks/1"
    answer = client.open(path, method=method, data=b'{"title": "x"}', content_type=kind)
    assert_refused(answer, 415, "application/json")


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_an_idempotency_key_has_1_to_200_characters(client, key):
    assert_refused(client.post("/tasks", json={"title": "x"}, headers={"Idempotency-Key": key}), 422, "Idempotency-Key")


def cursor(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


SINCE = "updated_since=2026-01-01T00:00:00Z&"
QUERIES = {
    "unknown parameter": ("colour=red", "colour"),
    "a parameter twice": ("status=TODO&status=DONE", "status"),
    "unknown status": ("status=WON", "status"),
    "empty status": ("status=", "status"),
    "NUL": ("lead_id=a%00b", "lead_id"),
    "limit 0": ("limit=0", "limit"),
    "limit too large": ("limit=1001", "limit"),
    "limit in words": ("limit=ten", "limit"),
    "archived maybe": ("archived=maybe", "archived"),
    "since without a zone": ("updated_since=2026-01-01T00:00:00", "updated_since"),
    "since in words": ("updated_since=yesterday", "updated_since"),
    "since as a number": ("updated_since=1767225600", "updated_since"),
    "since before all time": ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"),
    "since after all time": ("updated_since=9999-12-31T23:59:59-12:00", "updated_since"),
    "cursor not base64": ("cursor=%21", "cursor"),
    "cursor not ASCII": ("cursor=%C3%A9", "cursor"),
    "cursor without an id": (f"cursor={cursor('x')}", "cursor"),
    "cursor beyond int64": (f"cursor={cursor('|' + '9' * 30)}", "cursor"),
    "cursor of another order": (f"{SINCE}cursor={cursor('|3')}", "cursor"),
    "cursor without a zone": (f"{SINCE}cursor={cursor('2026-01-01T00:00:00|3')}", "cursor"),
    "cursor before all time": (f"{SINCE}cursor={cursor('0001-01-01T00:00:00+14:00|3')}", "cursor"),
}


@pytest.mark.parametrize(("query", "name"), QUERIES.values(), ids=QUERIES)
def test_a_query_the_api_cannot_take_is_422_and_named(client, query, name):
    answer = client.get(f"/tasks?{query}")
    assert_refused(answer, 422, name)
    assert {fault["field"] for fault in answer.json["errors"]} == {name}


MISSING = [
    "/tasks/2",
    "/tasks/0",
    "/tasks/-1",
    "/tasks/one",
    f"/tasks/{2**63}",
    "/nowhere",
    "/tasks/",
]


@pytest.mark.parametrize("path", MISSING, ids=lambda path: path[:30])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_404(client, path, method):
    assert_refused(client.open(path, method=method, json={} if method == "PATCH" else None), 404)


def test_an_id_with_more_digits_than_python_reads_is_404(client):
    assert_refused(client.get("/tasks/" + "9" * 5000), 404)


def test_a_method_that_is_not_there_is_405_and_names_the_others(client):
    answer = client.put("/tasks/1", json={})
    assert_refused(answer, 405)
    assert {"GET", "PATCH", "DELETE"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer tk_wrong", "Basic dTpw", "Bearer caf\xe9"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/tasks"), ("POST", "/tasks"), ("PATCH", "/tasks/1"), ("DELETE", "/tasks/1")])  # fmt: skip
def test_without_a_token_that_holds_everything_is_401(client, method, path, given):
    before = state(client)
    answer = client.open(path, method=method, headers={"Authorization": given})
    assert_refused(answer, 401, "Bearer")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert state(client) == before


def test_a_revoked_token_is_401_from_then_on(app, client):
    with app.app_context():
        db.session().begin_write()
        tokens.revoke(db.session(), "tests")
        db.session().commit()
    assert_refused(client.get("/tasks"), 401)


def test_a_token_may_do_what_its_scopes_say_and_no_more(app, client):
    reader = {"Authorization": f"Bearer {new_token(app, 'reader', ('tasks:read',))}"}
    writer = {"Authorization": f"Bearer {new_token(app, 'writer', ('tasks:write',))}"}
    admin = {"Authorization": f"Bearer {new_token(app, 'admin', ('admin',))}"}
    assert_refused(client.patch("/tasks/1", json={"title": "No"}, headers=reader), 403, "tasks:write")
    assert_refused(client.post("/tasks", json={"title": "No"}, headers=reader), 403, "tasks:write")
    assert_refused(client.delete("/tasks/1", headers=reader), 403, "tasks:write")
    assert_refused(client.get("/tasks", headers=writer), 403, "tasks:read")
    assert client.get("/tasks/1", headers=reader).json["title"] == "Call"
    assert client.patch("/tasks/1", json={"title": "Yes"}, headers=admin).status_code == 200


WRITES = [("POST", "/tasks", {"title": "New"}), ("PATCH", "/tasks/1", {"notes": "new"}), ("DELETE", "/tasks/1", None)]


@pytest.mark.sqlite
@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=str)
def test_a_locked_database_is_503_nothing_is_stored_and_a_repeat_succeeds(
    app, client, monkeypatch, tmp_path, method, path, body
):
    monkeypatch.setattr("task_api.db.BUSY_TIMEOUT", 0.05)
    app.extensions["database"].dispose()  # new connections wait that long
    before = state(client)
    other = sqlite3.connect(tmp_path / "tasks.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = client.open(path, method=method, json=body)
    assert_refused(answer, 503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert state(client) == before
    other.execute("ROLLBACK")
    other.close()
    assert client.open(path, method=method, json=body).status_code in (200, 201, 204)


@pytest.mark.sqlite
def test_a_full_disk_is_507_nothing_is_stored_and_it_works_again_with_space(app, client):
    limit = []

    def fill(connection, _record, _proxy):
        connection.execute(f"PRAGMA max_page_count={limit[0] if limit else 2**32 - 2}")

    engine = app.extensions["database"]
    with engine.connect() as connection:
        limit.append(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    event.listen(engine, "checkout", fill)
    big = {"title": "Big", "notes": "x" * 40_000}
    before = state(client)
    assert_refused(client.post("/tasks", json=big), 507, "full")
    assert_refused(client.patch("/tasks/1", json=big), 507, "full")
    assert state(client) == before
    limit.clear()
    assert client.post("/tasks", json=big).status_code == 201
    assert client.patch("/tasks/1", json=big).status_code == 200


@pytest.mark.sqlite
def test_a_file_that_may_only_be_read_is_503_says_so_and_is_still_read(app, client):
    def guard(connection, _record, _proxy):
        connection.execute(f"PRAGMA query_only={'ON' if guarded else 'OFF'}")

    guarded = [True]
    event.listen(app.extensions["database"], "checkout", guard)
    before = state(client)
    assert_refused(client.post("/tasks", json={"title": "A"}), 503, "read-only")
    assert state(client) == before
    guarded.clear()
    assert client.post("/tasks", json={"title": "A"}).status_code == 201


def test_an_unexpected_error_is_500_tells_no_internals_and_is_logged(client, caplog):
    def fail(*_, **__):
        raise LookupError("secret internals")

    with task_changed.connected_to(fail):
        answer = client.patch("/tasks/1", json={"title": "New"})
    assert_refused(answer, 500)
    assert not any(word in answer.text for word in ("secret", "LookupError", "Traceback"))
    assert "secret internals" in caplog.text
