"""The service account's key of the local Google: made once for a test process, and so short that it is quick to use."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from bridge.local_google.api.oauth import service_account


def put_key(folder: Path, google_url: str) -> Path:
    """Put the key where a local Google at this address finds it; its file."""
    folder.mkdir(mode=0o700, parents=True)
    file = folder / "service_account.json"
    file.write_text(json.dumps(_account() | {"token_uri": f"{google_url}/oauth2/token"}, indent=2), encoding="utf-8")
    return file


@cache
def _account() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        return service_account(Path(folder) / "key.json", "", bits=1024)
