"""Tasks over HTTP: make, list, read, change, archive, restore."""

from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from task_api import db
from task_api.models import IdempotencyKey
from task_api.signals import task_archived, task_changed, task_created
from tests.api.conftest import new_token


def make(client, title="Call", **fields):
    answer = client.post("/tasks", json={"title": title} | fields)
    assert answer.status_code == 201, answer.text
    return answer.json


def listed(client, **query):
    answer = client.get("/tasks", query_string=query)
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json]


def pages(client, **query):
    """Follow the Link header to its end; the ids of each page."""
    answer = client.get("/tasks", query_string=query)
    yield [task["id"] for task in answer.json]
    while link := answer.headers.get("Link"):
        target, _, rel = link.partition(">; ")
        assert rel == 'rel="next"'
        parts = urlsplit(target.removeprefix("<"))
        answer = client.get(f"{parts.path}?{parts.query}")
        yield [task["id"] for task in answer.json]


def test_a_new_task_is_answered_with_its_place_and_its_etag(client):
    answer = client.post("/tasks", json={"title": "Call Ann"})
    assert (answer.status_code, answer.headers["Location"], answer.headers["ETag"]) == (201, "/tasks/1", '"1"')
    assert client.get(answer.headers["Location"]).json == answer.json


def test_a_new_task_has_the_defaults_and_every_field_it_was_given(client):
    plain = make(client, "Plain")
    assert list(plain) == [
        "id", "title", "status", "lead_id", "notes", "assignee", "due", "version", "created_at", "updated_at", "archived_at",
    ]  # fmt: skip
    assert [plain[name] for name in ("status", "lead_id", "notes", "assignee", "due", "archived_at")] == ["TODO", None, "", None, None, None]  # fmt: skip
    given = {
        "title": "Café ☕ 名前",
        "status": "DONE",
        "lead_id": "007",
        "notes": "a\nb",
        "assignee": "Ann",
        "due": "2026-02-28",
    }
    full = make(client, **given)
    assert given.items() <= full.items()
    assert client.get(f"/tasks/{full['id']}").json == full


def test_times_are_told_in_utc_and_come_back_as_they_were(client):
    task = make(client)
    assert task["created_at"].endswith("Z")
    assert datetime.fromisoformat(task["created_at"]).utcoffset() == timedelta(0)
    assert client.get("/tasks/1").json["created_at"] == task["created_at"]


def test_the_list_is_a_plain_json_list(client):
    assert client.get("/tasks").json == []
    task = make(client)
    assert client.get("/tasks").json == [task]


def test_the_list_is_filtered_by_status_and_by_lead(client):
    for status, lead in [("TODO", "12"), ("DONE", "12"), ("DONE", "13")]:
        make(client, status=status, lead_id=lead)
    assert listed(client, status="DONE") == [2, 3]
    assert listed(client, lead_id="12") == [1, 2]
    assert listed(client, lead_id="12", status="DONE") == [2]
    assert listed(client, lead_id="12.0") == []


def test_updated_since_gives_what_changed_from_then_on_oldest_change_first(client):
    first, second, _ = make(client), make(client), make(client)
    client.patch("/tasks/1", json={"notes": "later"})
    assert listed(client, updated_since=second["updated_at"]) == [2, 3, 1]
    assert listed(client, updated_since=first["created_at"]) == [2, 3, 1]
    elsewhere = (
        datetime.fromisoformat(second["updated_at"]).astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    )
    assert listed(client, updated_since=elsewhere) == [2, 3, 1]
    assert listed(client, updated_since="2999-01-01T00:00:00+05:30") == []


def test_archived_tasks_are_listed_only_when_asked_for(client):
    make(client)
    make(client)
    client.delete("/tasks/1")
    assert (listed(client), listed(client, archived="true"), listed(client, archived="false")) == ([2], [1, 2], [2])


def test_25_tasks_come_in_three_pages_in_a_stable_order(client):
    for number in range(25):
        make(client, f"Task {number}")
    ids = list(range(1, 26))
    assert list(pages(client, limit=10)) == [ids[:10], ids[10:20], ids[20:]]
    assert list(pages(client, limit=25)) == [ids]


def test_pages_keep_the_filters_and_follow_the_order_of_changes(client):
    first = make(client, "Task 0", status="DONE")
    for number in range(1, 25):
        make(client, f"Task {number}", status="DONE" if number % 2 == 0 else "TODO")
    client.patch("/tasks/3", json={"notes": "touched"})
    odd = [number for number in range(1, 26, 2) if number != 3] + [3]
    since = {"updated_since": first["updated_at"], "status": "DONE"}
    assert list(pages(client, limit=5, **since)) == [odd[:5], odd[5:10], odd[10:]]


def test_a_task_made_while_paging_does_not_shift_the_pages(client):
    for _ in range(4):
        make(client)
    walk = pages(client, limit=2)
    assert next(walk) == [1, 2]
    client.delete("/tasks/1")
    make(client)
    assert list(walk) == [[3, 4], [5]]


def test_patch_changes_only_the_fields_sent(client):
    before = make(client, "Call", lead_id="12", notes="keep", assignee="Ann", due="2026-01-31")
    answer = client.patch("/tasks/1", json={"status": "DONE", "due": None})
    changed = {"status": "DONE", "due": None, "version": 2, "updated_at": answer.json["updated_at"]}
    assert (answer.status_code, answer.headers["ETag"], answer.json) == (200, '"2"', before | changed)
    assert client.get("/tasks/1").json == answer.json
    assert answer.json["updated_at"] > before["updated_at"]


@pytest.mark.parametrize("body", [{}, {"title": "Call"}, {"archived": False}], ids=str)
def test_a_patch_that_changes_nothing_makes_no_new_version(client, body):
    before = make(client)
    answer = client.patch("/tasks/1", json=body)
    assert (answer.status_code, answer.json, answer.headers["ETag"]) == (200, before, '"1"')


def test_whoever_has_the_task_already_gets_304(client):
    make(client)
    answer = client.get("/tasks/1", headers={"If-None-Match": '"1"'})
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", '"1"')
    client.patch("/tasks/1", json={"title": "New"})
    assert client.get("/tasks/1", headers={"If-None-Match": '"1"'}).json["title"] == "New"


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_of_a_version_that_is_no_longer_there_is_412_and_changes_nothing(client, method):
    make(client)
    now = client.patch("/tasks/1", json={"notes": "somebody else"}).json
    body = {"json": {"notes": "mine"}} if method == "PATCH" else {}
    refused = client.open("/tasks/1", method=method, headers={"If-Match": '"1"'}, **body)
    assert (refused.status_code, refused.content_type) == (412, "application/problem+json")
    assert client.get("/tasks/1").json == now
    taken = client.open("/tasks/1", method=method, headers={"If-Match": '"1", "2"'}, **body)
    assert taken.status_code in (200, 204)


def test_if_match_star_takes_any_version(client):
    make(client)
    assert client.patch("/tasks/1", json={"notes": "x"}, headers={"If-Match": "*"}).status_code == 200


def test_delete_archives_and_doing_it_again_changes_nothing(client):
    make(client)
    assert (client.delete("/tasks/1").status_code, client.delete("/tasks/1").status_code) == (204, 204)
    task = client.get("/tasks/1").json
    assert (task["version"], task["archived_at"]) == (2, task["updated_at"])


def test_an_archived_task_comes_back_by_patch(client):
    make(client)
    client.delete("/tasks/1")
    back = client.patch("/tasks/1", json={"archived": False, "title": "Again"}).json
    assert (back["archived_at"], back["title"], listed(client)) == (None, "Again", [1])
    gone = client.patch("/tasks/1", json={"archived": True}).json
    assert gone["archived_at"] is not None
    assert listed(client) == []


def test_a_repeat_with_the_same_idempotency_key_gets_the_first_answer_and_makes_no_second_task(client):
    headers = {"Idempotency-Key": "a-1"}
    first = client.post("/tasks", json={"title": "Once"}, headers=headers)
    client.patch("/tasks/1", json={"title": "Changed since"})
    again = client.post("/tasks", json={"title": "Once"}, headers=headers)
    assert (again.status_code, again.json, again.headers["Location"]) == (201, first.json, "/tasks/1")
    assert listed(client) == [1]


def test_an_idempotency_key_used_for_another_body_is_422_and_makes_nothing(client):
    headers = {"Idempotency-Key": "a-1"}
    client.post("/tasks", json={"title": "Once"}, headers=headers)
    other = client.post("/tasks", json={"title": "Other"}, headers=headers)
    assert (other.status_code, listed(client)) == (422, [1])
    assert "Idempotency-Key" in other.json["detail"]


def test_two_tokens_may_use_the_same_idempotency_key(app, client):
    other = {"Authorization": f"Bearer {new_token(app, 'other')}", "Idempotency-Key": "a-1"}
    client.post("/tasks", json={"title": "Mine"}, headers={"Idempotency-Key": "a-1"})
    assert client.post("/tasks", json={"title": "Theirs"}, headers=other).json["id"] == 2


def test_a_refused_task_does_not_use_up_its_idempotency_key(app, client):
    headers = {"Idempotency-Key": "a-1"}
    assert client.post("/tasks", json={"title": ""}, headers=headers).status_code == 422
    with app.app_context():
        assert db.session().scalar(select(func.count()).select_from(IdempotencyKey)) == 0
    assert client.post("/tasks", json={"title": "Now right"}, headers=headers).status_code == 201


def test_receivers_hear_who_changed_what_inside_the_open_transaction(client):
    heard = []

    def hear(task, session, actor, changes=None):
        heard.append((task.id, session.in_transaction(), actor, changes))

    with task_created.connected_to(hear), task_changed.connected_to(hear), task_archived.connected_to(hear):
        make(client, "Call")
        client.patch("/tasks/1", json={"title": "Call", "status": "DONE"})
        client.patch("/tasks/1", json={"status": "DONE"})
        client.delete("/tasks/1")
        client.delete("/tasks/1")
        client.patch("/tasks/1", json={"archived": False})
    assert heard == [
        (1, True, ("token", "tests"), None),
        (1, True, ("token", "tests"), {"status": ("TODO", "DONE")}),
        (1, True, ("token", "tests"), None),
        (1, True, ("token", "tests"), {"archived": (True, False)}),
    ]


REQUESTS = {
    "create": (task_created, "POST", "/tasks", {"title": "Another"}),
    "change": (task_changed, "PATCH", "/tasks/1", {"title": "Other"}),
    "archive": (task_archived, "DELETE", "/tasks/1", None),
}


@pytest.mark.parametrize(("signal", "method", "path", "body"), REQUESTS.values(), ids=REQUESTS)
def test_a_receiver_that_fails_fails_the_request_and_nothing_is_stored(client, signal, method, path, body):
    before = make(client, "Call")

    def fail(task, session, **_):
        session.flush()
        raise RuntimeError("the receiver cannot")

    headers = {"Idempotency-Key": "a-1"}
    with signal.connected_to(fail):
        failed = client.open(path, method=method, json=body, headers=headers)
    assert (failed.status_code, client.get("/tasks?archived=true").json) == (500, [before])
    assert client.open(path, method=method, json=body, headers=headers).status_code in (200, 201, 204)
