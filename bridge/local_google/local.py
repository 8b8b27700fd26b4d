"""The parts of the local Google in one object, for its routes and for tests."""

from dataclasses import dataclass

from bridge.local_google.api.calls import Calls
from bridge.local_google.api.oauth import Tokens
from bridge.local_google.api.quota import Quota
from bridge.local_google.api.trouble import Trouble
from bridge.local_google.desk.questions import Questions
from bridge.local_google.desk.view import Past
from bridge.local_google.person.person import Person
from bridge.local_google.script.host import Scripts
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.store import Store


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
