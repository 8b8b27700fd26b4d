"""The steps by which a person inserts, deletes or moves rows and columns, counted from 1. Pure; applies nothing."""

from typing import Literal

from bridge.local_google.errors import Invalid
from bridge.local_google.person.steps import Delete, Insert, Move
from bridge.local_google.sheet.a1 import Dimension
from bridge.local_google.sheet.cells import blank_like
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot

Action = Literal["insert", "delete", "move"]


def insert(now: Snapshot, grid: Grid, dimension: Dimension, line: int, count: int) -> Insert:
    """New lines before ``line``, looking like the one that stood there."""
    size = grid.size(dimension)
    if not 1 <= line <= size + 1 or count < 1:
        raise Invalid(f"{dimension.capitalize()} cannot be inserted before {line}: the grid has {size}.")
    now.check_room(grid, **{dimension.lower(): count})
    return Insert(dimension, line - 1, (blank_like(grid.line(dimension, line - 1)),) * count)


def delete(grid: Grid, dimension: Dimension, line: int, count: int) -> Delete:
    """Lines from ``line`` on disappear, but never all."""
    size, last = grid.size(dimension), line + count - 1
    if not 1 <= line <= last <= size or count >= size:
        raise Invalid(f"{dimension.capitalize()} {line} to {last} cannot be deleted: the grid has {size}.")
    return Delete(dimension, line - 1, count)


def move(grid: Grid, dimension: Dimension, line: int, count: int, before: int) -> Move:
    """Lines from ``line`` on go before line ``before``."""
    size = grid.size(dimension)
    inside = 1 <= line <= line + count - 1 <= size and 1 <= before <= size + 1
    if not inside or line <= before <= line + count:
        raise Invalid(f"{count} {dimension.lower()} from {line} cannot be moved before {before}.")
    return Move(dimension, line - 1, count, before - 1)
