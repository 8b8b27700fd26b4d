"""Collects the faults of the configuration, each with its line, to report them together."""

from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from bridge.config.model import ConfigError

MARK = "\0"


@dataclass
class Faults:
    """``file`` and ``text``: bridge.toml, whose lines are counted."""

    file: str = "bridge.toml"
    text: str = ""
    found: list[str] = field(default_factory=list)

    def add(self, why: str) -> None:
        """Add a fault without a line."""
        self.found.append(why)

    def at(self, *path: int | str, why: str) -> None:
        """Add a fault at this place of the file."""
        line = line_of(self.text, path)
        place = f"{self.file} line {line}" if line else self.file
        self.found.append(f"{place}: {'.'.join(map(str, path))}: {why}")

    def stop(self) -> None:
        """Raise `ConfigError` when anything is wrong."""
        if self.found:
            raise ConfigError("\n".join(["the configuration has faults:", *self.found]))


def line_of(text: str, path: tuple[int | str, ...]) -> int | None:
    """The line that sets the longest part of this path that the file has; None if it has none of it."""
    for end in range(len(path), 0, -1):
        try:
            document: Any = tomlkit.parse(text)
            reduce(
                getitem, path[:end], document
            ).trivia.indent = MARK  # tomlkit counts no lines: see where it comes out
        except (TOMLKitError, LookupError, TypeError, AttributeError):
            continue
        before, marked, _ = document.as_string().partition(MARK)
        if marked:
            return int(before.count("\n")) + 1
    return None
