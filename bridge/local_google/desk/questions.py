"""Alerts and prompts that a running script puts to the person at the page, who answers while the script waits."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

Ask = Callable[[dict[str, Any], float], str | None]
"""Puts a dialog to a person for so many seconds; None: closed, or nobody answered."""


class Questions:
    """What is being asked now. Thread-safe."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, dict[str, Any]] = {}
        self._answers: dict[int, str | None] = {}
        self._news = threading.Condition()

    def ask(self, dialog: dict[str, Any], seconds: float) -> str | None:
        """Wait for an answer; None when it is closed or ``seconds`` were not enough."""
        with self._news:
            number = next(self._numbers)
            self._open[number] = dialog
            self._news.wait_for(lambda: number in self._answers, seconds)
            self._open.pop(number, None)
            return self._answers.pop(number, None)

    def open(self) -> list[dict[str, Any]]:
        """The dialogs nobody has answered yet, the oldest first, each with its ``id``."""
        with self._news:
            return [{"id": number} | dialog for number, dialog in self._open.items()]

    def answer(self, number: int, answer: str | None) -> bool:
        """Answer a dialog: a button such as ``YES``, or a prompt's text; False when it is not open any more."""
        with self._news:
            if self._open.pop(number, None) is None:
                return False
            self._answers[number] = answer
            self._news.notify_all()
            return True

    def close(self) -> None:
        """Close every dialog: the scripts are to end."""
        with self._news:
            for number in list(self._open):
                self.answer(number, None)
