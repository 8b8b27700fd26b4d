"""Everything the local Google is made of, in one object: what routes ask for and what tests hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.local_google.book import Book
from bridge.local_google.calls import Calls
from bridge.local_google.errors import Invalid
from bridge.local_google.events import Event
from bridge.local_google.oauth import Tokens
from bridge.local_google.panels import Kind, Panel
from bridge.local_google.person import Person
from bridge.local_google.questions import Ask, Questions
from bridge.local_google.quota import Quota
from bridge.local_google.store import Store
from bridge.local_google.trouble import Trouble
from bridge.local_google.view import Past


class Scripts(Protocol):
    """The sheet's script project, as the rest of the local Google needs it."""

    def handle(self, event: Event) -> None:
        """Take note of an event; handlers run later, elsewhere."""

    def run(
        self,
        function: str,
        args: Sequence[Any],
        answers: Sequence[str | None] = (),
        at: str = "",
        ask: Ask | None = None,
    ) -> dict[str, Any]:
        """Run a function as the person, and wait: ``result``, ``log``, ``toasts``, ``dialogs``.

        ``answers``: what they answer to its dialogs, in turn; ``at``: the range they have chosen; ``ask`` puts what
        has no answer yet to them.
        """

    def panel(self, kind: Kind) -> Panel | None:
        """The page that the script shows as its sidebar or dialog."""

    def wait_idle(self, timeout: float) -> bool:
        """Wait until no handler runs or is due; False when ``timeout`` seconds were not enough."""

    def executions(self) -> list[dict[str, Any]]:
        """The last runs, newest first, with what they logged."""

    def triggers(self) -> int:
        """How many triggers are installed, whoever made them."""

    def lose_triggers(self) -> None:
        """All triggers are gone, as when the account that made them is."""

    def stop(self) -> None:
        """Let running handlers end; take no more events."""


class NoScripts:
    """A sheet without a script project: nothing is triggered, nothing can be run."""

    def handle(self, event: Event) -> None:
        """Nobody listens."""

    def run(
        self,
        function: str,
        args: Sequence[Any],
        answers: Sequence[str | None] = (),
        at: str = "",
        ask: Ask | None = None,
    ) -> dict[str, Any]:
        """Raise `Invalid`: there is nothing to run."""
        del args, answers, at, ask
        raise Invalid(f"Script function not found: {function}")

    def panel(self, kind: Kind) -> Panel | None:
        """Nothing is shown."""

    def wait_idle(self, timeout: float) -> bool:
        """Always idle."""
        return timeout >= 0

    def executions(self) -> list[dict[str, Any]]:
        """None."""
        return []

    def triggers(self) -> int:
        """None."""
        return 0

    def lose_triggers(self) -> None:
        """There are none."""

    def stop(self) -> None:
        """Nothing to stop."""


@dataclass
class LocalGoogle:
    """The whole stand-in. Held by its Flask app as ``app.extensions["local_google"]``."""

    book: Book
    store: Store
    person: Person
    trouble: Trouble
    quota: Quota
    calls: Calls
    tokens: Tokens
    scripts: Scripts
    questions: Questions
    past: Past

    def stop(self) -> None:
        """End the scripts and let go of the file."""
        self.questions.close()
        self.scripts.stop()
        self.store.close()
