"""Signing in: by a token or a link that works once, to a cookie that ends; and what a cookie may not do."""

import threading
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select, update

from task_api import tokens
from task_api.models import ApiToken

PAGE = {"X-Leadbridge": "page"}


def link(stack, name="anna", scopes=("tasks:read", "tasks:write")):
    with stack.runtime.writing() as session:
        made = tokens.issue(session, name, scopes, "link")
        session.commit()
    return made


def signed_in(stack, **given):
    """A browser's cookie jar after signing in by a link."""
    client = requests.Session()
    answer = client.post(f"{stack.url}/session", json={"link": link(stack, **given)}, timeout=60)
    assert answer.status_code == 200
    return client


def age(stack, by):
    """Let every session and link be this much older."""
    with stack.runtime.writing() as session:
        for one in session.scalars(select(ApiToken).where(ApiToken.expires_at.is_not(None))):
            session.execute(update(ApiToken).where(ApiToken.id == one.id).values(expires_at=one.expires_at - by))
        session.commit()


def make(client, stack, **headers):
    return client.post(f"{stack.url}/tasks", json={"title": "x"}, headers=headers, timeout=60).status_code


def test_a_link_signs_in_once_and_the_cookie_is_kept_from_scripts_and_other_sites(stack):
    given = link(stack)
    answers = [requests.post(f"{stack.url}/session", json={"link": given}, timeout=60) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 401]
    cookie = answers[0].headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answers[0].json() == {"name": "anna", "scopes": ["tasks:read", "tasks:write"]}
    assert "used before" in answers[1].json()["detail"]


def test_of_two_who_open_a_link_at_once_one_is_signed_in(stack):
    given, found = link(stack), []
    body = {"json": {"link": given}, "timeout": 10}
    both = [
        threading.Thread(target=lambda: found.append(requests.post(f"{stack.url}/session", **body).status_code))
        for _ in range(6)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(found) == [200, 401, 401, 401, 401, 401]


def test_neither_links_nor_cookies_are_kept_readable(stack):
    given = link(stack)
    client = requests.Session()
    client.post(f"{stack.url}/session", json={"link": given}, timeout=60)
    with stack.runtime.session() as session:
        kept = [one.digest for one in session.scalars(select(ApiToken))]
    assert given not in kept
    assert client.cookies["leadbridge"] not in kept


def test_a_link_ends_after_ten_minutes_and_a_session_after_twelve_hours(stack):
    old = link(stack)
    age(stack, timedelta(minutes=10))
    assert requests.post(f"{stack.url}/session", json={"link": old}, timeout=60).status_code == 401
    client = signed_in(stack)
    age(stack, timedelta(hours=11, minutes=59))
    assert client.get(f"{stack.url}/tasks", timeout=60).status_code == 200
    age(stack, timedelta(minutes=2))
    assert client.get(f"{stack.url}/tasks", timeout=60).status_code == 401


def test_a_link_or_a_cookie_is_no_bearer_and_a_cookie_brings_no_new_session(stack):
    client = signed_in(stack)
    for taken in (client.cookies["leadbridge"], link(stack)):
        bearer = {"Authorization": f"Bearer {taken}"}
        assert requests.get(f"{stack.url}/tasks", headers=bearer, timeout=60).status_code == 401
    assert client.post(f"{stack.url}/session", headers=PAGE, timeout=60).status_code == 401
    assert client.get(f"{stack.url}/tasks", headers={"Authorization": "Bearer lb_wrong"}, timeout=60).status_code == 401


def test_over_https_the_cookie_never_travels_in_the_clear(stack):
    headers = {"Origin": "https://bridge.example.com"}
    answer = requests.post(f"{stack.url}/session", json={"link": link(stack)}, headers=headers, timeout=60)
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (PAGE, 201),
        (PAGE | {"Sec-Fetch-Site": "same-origin"}, 201),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        (PAGE | {"Sec-Fetch-Site": "cross-site"}, 403),
        (PAGE | {"Sec-Fetch-Site": "same-site"}, 403),
        (PAGE | {"Origin": "https://evil.example"}, 403),
        (PAGE | {"Origin": "null"}, 403),
    ],
)
def test_who_is_signed_in_by_a_cookie_writes_only_from_the_page_itself(stack, headers, status):
    assert make(signed_in(stack), stack, **headers) == status


def test_over_plain_http_browsers_name_only_the_origin_and_that_is_enough(stack):
    assert make(signed_in(stack), stack, **PAGE, Origin=stack.url) == 201


def test_a_program_with_a_token_needs_none_of_the_page_headers(stack):
    assert make(stack.http, stack, Origin="https://evil.example") == 201


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie_and_no_other(stack):
    client, other = signed_in(stack), signed_in(stack)
    copy = {"Cookie": f"leadbridge={client.cookies['leadbridge']}"}
    assert client.delete(f"{stack.url}/session", headers=PAGE, timeout=60).status_code == 200
    assert requests.get(f"{stack.url}/tasks", headers=copy, timeout=60).status_code == 401
    assert other.get(f"{stack.url}/tasks", timeout=60).status_code == 200
    assert stack.http.delete(f"{stack.url}/session", timeout=60).status_code == 404


def test_revoking_a_token_signs_out_who_came_in_with_it(stack):
    with stack.runtime.writing() as session:
        token = tokens.issue(session, "temp", ("tasks:read",))
        session.commit()
    client = requests.Session()
    client.post(f"{stack.url}/session", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert client.get(f"{stack.url}/tasks", timeout=60).status_code == 200
    assert make(client, stack, **PAGE) == 403
    with stack.runtime.writing() as session:
        tokens.revoke(session, "temp")
        session.commit()
    assert client.get(f"{stack.url}/tasks", timeout=60).status_code == 401


def test_the_history_names_who_was_signed_in(stack):
    stack.edit("Leads!A2:C2", ["1", "Ada", "NEW"])
    stack.sweep()
    client = signed_in(stack, name="berta")
    client.patch(f"{stack.url}/tasks/1", json={"status": "DONE"}, headers=PAGE, timeout=60)
    assert stack.changes(1)[0]["actor"] == "page:berta"


def test_a_body_that_is_no_link_is_refused(stack):
    for body in ('{"link": 5}', "[]", '{"link": "x", "more": 1}', '{"link": ""}'):
        headers = {"Content-Type": "application/json"}
        assert requests.post(f"{stack.url}/session", data=body, headers=headers, timeout=60).status_code == 422
