"""The network between the sheet's script and the bridge: loses deliveries, loses answers, repeats, delays, reorders."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import requests

Fate = Literal["pass", "lost", "answer lost", "twice", "late"]


@dataclass(frozen=True)
class Letter:
    """One POST of the script."""

    path: str
    headers: dict[str, str]
    body: bytes


class Middleman:
    """A WSGI app that hands deliveries on to ``bridge()``, each by the fate that was chosen for it."""

    def __init__(self, bridge: Callable[[], str]) -> None:
        self._bridge, self._lock = bridge, threading.Lock()
        self._fates: list[Fate] = []
        self.held: list[Letter] = []

    def next(self, fate: Fate) -> None:
        """What becomes of the next delivery."""
        with self._lock:
            self._fates.append(fate)

    def calm(self) -> None:
        """No more fates; what was held back goes out, the last first."""
        with self._lock:
            self._fates.clear()
            held, self.held = self.held[::-1], []
        for letter in held:
            self._hand_on(letter)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        headers = {name: environ["HTTP_" + name.upper().replace("-", "_")] for name in names}
        letter = Letter(environ["PATH_INFO"], headers, environ["wsgi.input"].read(length))
        with self._lock:
            fate = self._fates.pop(0) if self._fates else "pass"
            if fate == "late":
                self.held.append(letter)
        if fate in {"lost", "late"}:
            return self._answer(start_response, 504, b"{}")
        status, answer = self._hand_on(letter)
        if fate == "twice":
            status, answer = self._hand_on(letter)
        return (
            self._answer(start_response, 504, b"{}")
            if fate == "answer lost"
            else self._answer(start_response, status, answer)
        )

    def _hand_on(self, letter: Letter) -> tuple[int, bytes]:
        headers = letter.headers | {"content-type": "application/json"}
        try:
            answer = requests.post(self._bridge() + letter.path, data=letter.body, headers=headers, timeout=60)
        except requests.RequestException:
            return 502, b"{}"
        return answer.status_code, answer.content

    def _answer(self, start_response: Any, status: int, body: bytes) -> Iterable[bytes]:
        start_response(f"{status} answer", [("Content-Type", "application/json")])
        return [body]
