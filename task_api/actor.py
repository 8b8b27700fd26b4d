"""Who changes a task: kind and name apart, so that nobody has to parse the text that people read."""

from typing import NamedTuple, Self

TOKEN, PAGE = "token", "page"
"""The kinds of actor that call the API: a program with its token, a person at the page."""


class Actor(NamedTuple):
    """``kind``: `TOKEN`, `PAGE`, or another word of the code that changes tasks; ``name`` says which one."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The actor with this text."""
        kind, _, name = text.partition(":")
        return cls(kind, name)
