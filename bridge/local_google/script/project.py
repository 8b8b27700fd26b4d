"""A script project bound to the sheet: everything of it that outlives an execution."""

from pathlib import Path

from bridge.local_google.desk.panels import Kind, Panel
from bridge.local_google.errors import Invalid
from bridge.local_google.script.locks import DocumentLock
from bridge.local_google.script.properties import Properties
from bridge.local_google.script.scopes import Rights
from bridge.local_google.script.triggers import Triggers
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.store import Store


class Project:
    """Its files, properties, triggers, lock and rights, and the pages it shows."""

    def __init__(self, book: Book, store: Store, folder: Path) -> None:
        self.book = book
        self.properties, self.triggers, self.lock = Properties(store), Triggers(store), DocumentLock()
        self.rights = Rights(folder / "appsscript.json")
        self.panels: dict[Kind, Panel] = {}
        self._folder = folder
        self._files: dict[Path, tuple[int, str]] = {}

    def files(self) -> list[str]:
        """The sources, in order of their names: what was pushed takes effect with the next execution, as on Google."""
        return [self._source(path) for path in sorted(self._folder.glob("*.js"))]

    def html(self, name: str) -> str:
        """A page of the project by its name without ``.html``; raises `Invalid` when there is none."""
        for path in self._folder.glob("*.html"):
            if path.stem == name:
                return path.read_text(encoding="utf-8")
        raise Invalid(f"No HTML file named {name} was found.")

    def _source(self, path: Path) -> str:
        changed = path.stat().st_mtime_ns
        kept = self._files.get(path)
        if kept is None or kept[0] != changed:
            kept = self._files[path] = (changed, path.read_text(encoding="utf-8"))
        return kept[1]
