"""Who changes a task. Kept apart from the text that people read, so that nothing has to be read out of that."""

from typing import NamedTuple, Self

TOKEN, PAGE = "token", "page"
"""The kinds of actor that call the API: a program with its token, a person at the page."""


class Actor(NamedTuple):
    """``kind`` is one of `TOKEN`, `PAGE`, or a word of whoever else changes tasks; ``name`` says which one."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The actor whose text this is."""
        kind, _, name = text.partition(":")
        return cls(kind, name)
