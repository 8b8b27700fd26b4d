"""What a script shows: toasts, menus, alerts and prompts. All is recorded; dialogs get answers given beforehand,
or are put to a person who is there."""

from collections.abc import Callable, Sequence
from typing import Any

from bridge.local_google.desk.questions import Ask
from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.book import Book


class Dialogs:
    """One execution's. ``answers``: for each dialog in turn the button, or the text put into a prompt; None: closed.

    ``ask`` puts a dialog without such an answer to the person; None: nobody is there to answer it.
    ``attended`` False: nobody sits before a trigger, so it cannot open dialogs.
    """

    def __init__(
        self,
        book: Book,
        answers: Sequence[str | None],
        *,
        attended: bool,
        ask: Ask | None = None,
        left: Callable[[], float] = float,
    ) -> None:
        self.toasts: list[str] = []
        self.shown: list[dict[str, Any]] = []
        self.menus: list[dict[str, Any]] = []
        self._book, self._answers, self._attended = book, list(answers), attended
        self._ask, self._left = ask, left

    def open(self) -> None:
        """Google's `getUi`; raises `Invalid` where there is nobody to see it."""
        if not self._attended:
            raise Invalid("Cannot call SpreadsheetApp.getUi() from this context.")

    def toast(self, text: str, title: str) -> None:
        """A short message in the corner of the sheet."""
        self.toasts.append(text)
        self._book.toast(text, title)

    def menu(self, menu: dict[str, Any]) -> None:
        """A menu of its own."""
        self.menus.append(menu)

    def dialog(self, dialog: dict[str, Any]) -> str | None:
        """An alert or a prompt; an alert with nothing but OK needs no answer."""
        self.shown.append(dialog)
        answer = self._answers.pop(0) if self._answers else self._put(dialog)
        if answer is not None or dialog["kind"] == "prompt":
            return answer
        return "OK" if dialog["buttons"] == "OK" else "CLOSE"

    def _put(self, dialog: dict[str, Any]) -> str | None:
        """Ask the person, for as long as the execution may still take."""
        return self._ask(dialog, self._left()) if self._ask else None
