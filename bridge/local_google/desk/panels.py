"""What a script shows in a page of its own, the sidebar or a dialog, for a browser on this machine.

The page's own script is allowed by its hash, so that nothing that a cell put into the page runs. The page may talk
to this desk only.
"""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flask import Response

Kind = Literal["sidebar", "dialog"]
BRIDGE = Path(__file__).parents[1] / "script" / "panel.js"
"""Gives the page ``google.script``."""


@dataclass(frozen=True)
class Panel:
    """A page as the script made it."""

    title: str
    html: str


def page(panel: Panel) -> Response:
    """The panel as a page, with ``google.script`` before anything of its own."""
    bridge = '<script src="panel.js"></script>'
    before, head, after = panel.html.partition("<head>")
    if head:
        content = before + head + bridge + after
    else:
        content = f"<!DOCTYPE html><title>{html.escape(panel.title)}</title>{bridge}{panel.html}"
    response = Response(content, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _policy(panel.html)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def bridge() -> Response:
    """The script that gives such a page ``google.script``."""
    return Response(BRIDGE.read_text(encoding="utf-8"), mimetype="text/javascript")


def _policy(content: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *_hashes("script", content)]),
            " ".join(["style-src 'self'", *_hashes("style", content)]),
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def _hashes(tag: str, content: str) -> list[str]:
    """https://www.w3.org/TR/CSP3/#match-element-to-source-list: what stands between the tags, byte for byte."""
    inside = re.findall(rf"<{tag}>(.*?)</{tag}>", content, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inside]
