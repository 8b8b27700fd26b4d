"""One protection to be removed, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """In ``path``, ``old`` becomes ``new``; then the tests ``guard`` must fail."""

    guarantee: str
    path: str
    old: str
    new: str
    guard: str
