"""Tokens: 256 random bits with scopes; only the SHA-256 is stored. Programs send a bearer token; a browser has a cookie
(a session), which it gets for a bearer token or for a link that works once.

A request with a cookie may write only if the page itself sent it: browsers send cookies with requests of other sites
too.
"""

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from flask import current_app, g, request
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from task_api import db
from task_api.actor import PAGE, TOKEN, Actor
from task_api.db import impatient
from task_api.db_errors import UNUSABLE
from task_api.errors import Problem
from task_api.models import ApiToken

SCOPES = ("tasks:read", "tasks:write", "admin")
Kind = Literal["bearer", "session", "link"]
LIFE: dict[Kind, timedelta] = {"session": timedelta(hours=12), "link": timedelta(minutes=10)}
SAFE = {"GET", "HEAD", "OPTIONS"}


def issue(session: Session, name: str, scopes: Iterable[str], kind: Kind = "bearer") -> str:
    """A new token; it cannot be shown again."""
    token, now = "tk_" + secrets.token_urlsafe(32), datetime.now(UTC)
    until = now + LIFE[kind] if kind in LIFE else None
    issued = ApiToken(name=name, scopes=" ".join(scopes), created_at=now, kind=kind, expires_at=until)
    issued.digest = _digest(token)
    session.add(issued)
    return token


def redeem(session: Session, link: str) -> bool:
    """Use a link, once; False if it is unknown, was used before, or has expired. Safe against concurrent use."""
    unexpired = ApiToken.expires_at > datetime.now(UTC)
    return _revoke(session, ApiToken.digest == _digest(link), ApiToken.kind == "link", unexpired) == 1


def revoke(session: Session, name: str) -> int:
    """Revoke every valid token of this name; returns how many."""
    return _revoke(session, ApiToken.name == name)


def end(session: Session, token: str) -> None:
    """Revoke this one token."""
    _revoke(session, ApiToken.digest == _digest(token))


def _revoke(session: Session, *conditions: ColumnElement[bool]) -> int:
    valid = update(ApiToken).where(*conditions, ApiToken.revoked_at.is_(None))
    return len(session.execute(valid.values(revoked_at=datetime.now(UTC)).returning(ApiToken.id)).all())


def forget_ended(session: Session, before: datetime) -> None:
    """Delete links and sessions that expired before this moment. Bearer tokens stay, also revoked ones."""
    session.execute(delete(ApiToken).where(ApiToken.kind != "bearer", ApiToken.expires_at < before))


def verify(session: Session, token: str, kind: Kind = "bearer") -> ApiToken | None:
    """The valid token of this kind, found by its digest; None if there is none."""
    digest = ApiToken.digest == _digest(token)
    found = session.scalars(select(ApiToken).where(digest, ApiToken.kind == kind)).one_or_none()
    if found is None or found.revoked_at is not None:
        return None
    return found if found.expires_at is None or found.expires_at > datetime.now(UTC) else None


def note_use(token: ApiToken, now: datetime) -> None:
    """Store when the token was used, at most once a minute. A busy database neither fails nor delays the request."""
    if token.last_used_at is not None and token.last_used_at > now - timedelta(minutes=1) and token.last_used_at <= now:
        return
    used = update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now)
    with current_app.extensions["database"].connect() as connection, suppress(*UNUSABLE), impatient(connection):
        connection.execute(used)
        connection.commit()


def authorize(scope: str) -> None:
    """Require a token with this scope or ``admin``; sets ``g.actor`` and ``g.token_id``."""
    token = caller()
    if not {scope, "admin"} & set(token.scopes.split()):
        raise Problem(403, f"this token lacks the scope {scope}")
    note_use(token, datetime.now(UTC))
    g.actor, g.token_id = Actor(PAGE if token.kind == "session" else TOKEN, token.name), token.id


def caller() -> ApiToken:
    """The caller's token, from the Authorization header or else the cookie; 401 if neither is valid."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        token = verify(db.session(), given.strip())
    else:
        token = verify(db.session(), request.cookies.get(current_app.config["TASK_API_COOKIE"], ""), "session")
    if token is None:
        raise Problem(401, "send a valid token: Authorization: Bearer <token>", headers={"WWW-Authenticate": "Bearer"})
    if token.kind == "session" and request.method not in SAFE and not _from_our_page():
        raise Problem(403, "a session may write only from the page itself; programs send a token")
    return token


def _from_our_page() -> bool:
    """True if the page sent the request: fetch metadata or else Origin, and a header that other sites cannot send.
    See https://cheatsheetseries.owasp.org, CSRF prevention.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = site == "same-origin" if site else origin is None or urlsplit(origin).netloc == request.host
    return ours and current_app.config["TASK_API_HEADER"] in request.headers


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
