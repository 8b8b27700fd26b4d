"""UrlFetchApp: real HTTP, to this machine only. A failed connection raises, as Google throws."""

from typing import Any
from urllib.parse import urlsplit

import requests

from bridge.local_google.errors import Invalid

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
AGENT = "Mozilla/5.0 (compatible; Google-Apps-Script; beanserver; +https://script.google.com; id: local)"


def fetch(url: str, request: dict[str, Any], seconds: float) -> dict[str, Any]:
    """One request; ``status``, ``text`` and ``headers`` of its answer.

    ``seconds``: how long connecting, and each wait for the answer, may take at most. Raises `Invalid` for another
    machine, no connection, no answer in time, and a redirect that is to be followed: none is, it might lead elsewhere.
    """
    if urlsplit(url).hostname not in LOOPBACK:
        raise Invalid(f"Address unavailable: {url} (the local stand-in reaches this machine only)")
    body = request["payload"]
    content = bytes(byte & 255 for byte in body) if isinstance(body, list) else body and body.encode()
    headers = {"User-Agent": AGENT} | ({} if body is None else {"Content-Type": request["type"]}) | request["headers"]
    with requests.Session() as session:
        session.trust_env = False  # a proxy named in the environment is not this machine
        try:
            answer = session.request(
                request["method"], url, headers=headers, data=content, timeout=seconds, allow_redirects=False
            )
        except requests.Timeout:
            raise Invalid(f"Timeout: {url}") from None
        except requests.RequestException:
            raise Invalid(f"Address unavailable: {url}") from None
    if answer.is_redirect and request["follow"]:
        raise Invalid("UrlFetchApp: following redirects is not available in the local stand-in")
    text = answer.content.decode("utf-8", "replace")
    return {"status": answer.status_code, "text": text, "headers": dict(answer.headers)}
