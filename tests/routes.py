"""Routes of the tests' apps: what builds an address from a route is compiled when one is built, which tests hardly do. It
was two fifths of a stack's start.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def build_late() -> None:
    """For all apps that are made from now on."""
    compiled = Rule._compile_builder

    def late(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        return lambda self, **values: compiled(rule, append_unknown).__get__(self)(**values)

    Rule._compile_builder = late  # type: ignore[method-assign]
