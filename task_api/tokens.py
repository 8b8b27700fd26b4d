"""Bearer tokens: 256 random bits, scopes, only the SHA-256 kept."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from task_api.db import db, impatient
from task_api.errors import Problem
from task_api.models import ApiToken

SCOPES = ("tasks:read", "tasks:write", "admin")
P = ParamSpec("P")
R = TypeVar("R")


def issue(session: Session, name: str, scopes: Iterable[str]) -> str:
    """A new token; it is shown this once."""
    token = "lb_" + secrets.token_urlsafe(32)
    session.add(ApiToken(digest=_digest(token), name=name, scopes=" ".join(scopes), created_at=datetime.now(UTC)))
    return token


def revoke(session: Session, name: str) -> int:
    """Revoke every live token of this name; returns how many."""
    live = update(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
    return len(session.execute(live.values(revoked_at=datetime.now(UTC)).returning(ApiToken.id)).all())


def verify(session: Session, token: str) -> ApiToken | None:
    """The live token, found by its digest; None when there is none."""
    found = session.scalars(select(ApiToken).where(ApiToken.digest == _digest(token))).one_or_none()
    return found if found is not None and found.revoked_at is None else None


def note_use(token: ApiToken, now: datetime) -> None:
    """Remember when the token was used, at most once a minute. A busy database is no reason to refuse or delay the
    request.
    """
    if token.last_used_at is not None and token.last_used_at > now - timedelta(minutes=1):
        return
    used = update(ApiToken).where(ApiToken.id == token.id).values(last_used_at=now)
    with db.engine.connect() as connection, suppress(OperationalError), impatient(connection):
        connection.execute(used)
        connection.commit()


def requires(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only callers through whose token has this scope (or ``admin``); ``g.actor`` says who it is."""

    def wrap(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            _authorize(scope)
            return view(*args, **kwargs)

        return guarded

    return wrap


def _authorize(scope: str) -> None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    token = verify(db.session(), given.strip()) if kind.lower() == "bearer" else None
    if token is None:
        raise Problem(401, "give a valid token: Authorization: Bearer <token>", headers={"WWW-Authenticate": "Bearer"})
    if not {scope, "admin"} & set(token.scopes.split()):
        raise Problem(403, f"this token may not do that; it needs the scope {scope}")
    note_use(token, datetime.now(UTC))
    g.actor, g.token_id = f"token:{token.name}", token.id


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
