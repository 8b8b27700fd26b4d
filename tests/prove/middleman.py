"""The network between the sheet's script and the bridge: loses deliveries, loses answers, repeats, delays, reorders."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import requests

Outcome = Literal["pass", "lost", "answer lost", "twice", "late"]


@dataclass(frozen=True)
class Delivery:
    """One POST of the script."""

    path: str
    headers: dict[str, str]
    body: bytes


class Middleman:
    """A WSGI app that hands deliveries on to ``bridge()``, each by the outcome that was chosen for it."""

    def __init__(self, bridge: Callable[[], str]) -> None:
        self._bridge, self._lock = bridge, threading.Lock()
        self._outcomes: list[Outcome] = []
        self.held: list[Delivery] = []

    def next(self, outcome: Outcome) -> None:
        """What becomes of the next delivery."""
        with self._lock:
            self._outcomes.append(outcome)

    def calm(self) -> None:
        """No more outcomes; what was held back goes out, the last first."""
        with self._lock:
            self._outcomes.clear()
            held, self.held = self.held[::-1], []
        for delivery in held:
            self._hand_on(delivery)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        headers = {name: environ["HTTP_" + name.upper().replace("-", "_")] for name in names}
        delivery = Delivery(environ["PATH_INFO"], headers, environ["wsgi.input"].read(length))
        with self._lock:
            outcome = self._outcomes.pop(0) if self._outcomes else "pass"
            if outcome == "late":
                self.held.append(delivery)
        if outcome in {"lost", "late"}:
            return self._answer(start_response, 504, b"{}")
        status, answer = self._hand_on(delivery)
        if outcome == "twice":
            status, answer = self._hand_on(delivery)
        return (
            self._answer(start_response, 504, b"{}")
            if outcome == "answer lost"
            else self._answer(start_response, status, answer)
        )

    def _hand_on(self, delivery: Delivery) -> tuple[int, bytes]:
        headers = delivery.headers | {"content-type": "application/json"}
        try:
            answer = requests.post(self._bridge() + delivery.path, data=delivery.body, headers=headers, timeout=60)
        except requests.RequestException:
            return 502, b"{}"
        return answer.status_code, answer.content

    def _answer(self, start_response: Any, status: int, body: bytes) -> Iterable[bytes]:
        start_response(f"{status} answer", [("Content-Type", "application/json")])
        return [body]
