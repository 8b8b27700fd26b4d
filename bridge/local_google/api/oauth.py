"""The service account and its tokens: google-auth's real JWT exchange, verified against the key made here.

Tokens are kept in memory only: after a restart a client gets 401 and fetches a new one.
"""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions, jwt

from bridge.local_google.errors import unauthenticated

LIFETIME = 3600
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLES_AUDIENCE = "https://oauth2.googleapis.com/token"
"""google-auth signs for this audience, whatever the key file's token_uri says."""
SCOPES = frozenset(f"https://www.googleapis.com/auth/{name}" for name in ("spreadsheets", "drive", "drive.file"))


class Refused(Exception):
    """The token endpoint says no; the message is OAuth's ``error_description``."""


@dataclass(frozen=True)
class Caller:
    """Who calls the API: an account, or the owner of this machine with the printed token."""

    email: str
    owner: bool = False

    @property
    def account(self) -> str | None:
        """The account whose rights count; the owner may do anything (None)."""
        return None if self.owner else self.email


OWNER = Caller("owner@local.invalid", owner=True)


def service_account(path: Path, token_uri: str, bits: int = 2048) -> dict[str, Any]:
    """The key file of the service account: made once, its token address renewed at each start. Mode 0600. ``bits``: how
    long a new key is; google-auth checks it at each sign-in, and a short one in less time.
    """
    if path.exists():
        account: dict[str, Any] = json.loads(path.read_text())
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        account = {
            "type": "service_account",
            "project_id": "local-google",
            "private_key_id": secrets.token_hex(20),
            "private_key": key.private_bytes(*form).decode(),
            "client_email": "bridge@local-google.iam.gserviceaccount.com",
            "client_id": str(secrets.randbelow(10**21)),
        }
    if account.get("token_uri") != token_uri:
        account["token_uri"] = token_uri
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(account, indent=2))
        draft.replace(path)
    path.chmod(0o600)
    return account


class Tokens:
    """Mints tokens against signed assertions and knows whose they are."""

    def __init__(
        self,
        account: dict[str, Any],
        api_token_ok: Callable[[str], bool] | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.email: str = account["client_email"]
        self._audience, self._clock, self._owner_token = [GOOGLES_AUDIENCE, account["token_uri"]], clock, api_token_ok
        # The key was made here: checking it anew would take longer than all the rest of the start.
        pem = account["private_key"].encode()
        key = serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
        form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self._public_key = key.public_key().public_bytes(*form)
        self._minted: dict[str, tuple[Caller, float]] = {}

    def exchange(self, grant_type: str, assertion: str) -> dict[str, Any]:
        """A bearer token for a signed assertion; raises `Refused`."""
        if grant_type != GRANT:
            raise Refused(f"Invalid grant_type: {grant_type}")
        try:
            claims = _verified(assertion, self._public_key, self._audience)
        except (ValueError, TypeError, RecursionError, exceptions.GoogleAuthError) as error:  # it computes with any iat
            raise Refused(f"Invalid JWT: {error}") from error
        scopes = set(str(claims.get("scope", "")).split())
        if claims.get("iss") != self.email:
            raise Refused("Invalid grant: account not found")
        if not scopes & SCOPES:
            raise Refused("Invalid OAuth scope or ID token audience provided.")
        token = "ya29.local-" + secrets.token_urlsafe(32)
        self._minted[token] = (Caller(self.email), self._clock() + LIFETIME)
        return {"access_token": token, "expires_in": LIFETIME - 1, "token_type": "Bearer"}

    def caller(self, authorization: str) -> Caller:
        """Whose token this is; raises Google's 401."""
        kind, _, token = authorization.partition(" ")
        caller, ends = self._minted.get(token, (None, 0.0))
        if kind.lower() != "bearer" or not token:
            raise unauthenticated()
        if caller is not None and self._clock() < ends:
            return caller
        if caller is None and self._owner_token is not None and self._owner_token(token):
            return OWNER
        raise unauthenticated()

    def forget(self) -> None:
        """End all tokens, as when the key is revoked."""
        self._minted.clear()


def _verified(assertion: str, public_key: bytes, audience: list[str]) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(  # type: ignore[no-untyped-call]  # google-auth has no types here
        assertion, certs=public_key, audience=audience, clock_skew_in_seconds=60
    )
    return claims
