"""The rights of a script: the scopes in its manifest, less those that the person did not tick at the consent screen.

A manifest without a list of scopes gets all of them, since Google then finds them by itself.
"""

import json
from collections.abc import Collection
from pathlib import Path

from bridge.local_google.errors import Invalid

PREFIX = "https://www.googleapis.com/auth/"
NEEDED = {
    "book": "spreadsheets.currentonly",
    "sheet.": "spreadsheets.currentonly",
    "range.": "spreadsheets.currentonly",
    "ui.toast": "spreadsheets.currentonly",
    "ui.panel": "script.container.ui",
    "fetch": "script.external_request",
    "triggers.": "script.scriptapp",
    "session": "userinfo.email",
}
"""By the start of what a script asks for (@types/google-apps-script and Google's reference name them by method)."""


class Rights:
    """The rights of one script project. ``withheld``: the scopes that the person did not agree to."""

    def __init__(self, manifest: Path) -> None:
        self.withheld: set[str] = set()
        self._manifest = manifest

    def granted(self) -> frozenset[str]:
        """The scopes that an execution which starts now has."""
        asked = {PREFIX + scope for scope in NEEDED.values()}
        if self._manifest.is_file():
            asked = set(json.loads(self._manifest.read_text(encoding="utf-8")).get("oauthScopes", asked))
        return frozenset(asked - {PREFIX + scope for scope in self.withheld})

    def require_all(self) -> None:
        """Google's `requireAllScopes`: ends the execution while something the manifest lists is withheld."""
        if self.missing():
            raise Invalid("Authorization is required to perform that action.")

    def missing(self) -> bool:
        """Whether the person has yet to agree to something."""
        return bool(self.withheld)


def check(op: str, granted: Collection[str]) -> None:
    """Raise `Invalid`, in Google's words, when ``op`` needs a scope that was not granted."""
    scope = next((scope for start, scope in NEEDED.items() if op.startswith(start)), None)
    if scope is not None and PREFIX + scope not in granted:
        needed = f"Required permissions: {PREFIX}{scope}"
        raise Invalid(f"Specified permissions are not sufficient to call {op}. {needed}")
