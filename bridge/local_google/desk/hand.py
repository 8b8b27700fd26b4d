"""What a person's hand may do: under each name a strict body of JSON, and the action of a `Person` it asks for."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, get_type_hints

from bridge.local_google.api.wire import Body
from bridge.local_google.person.person import Person
from bridge.local_google.sheet.a1 import Dimension

GESTURES: dict[str, tuple[type[Body], Callable[[Any, Person], int]]] = {}
"""By name: the body, and the function that takes it; the function returns the book's revision."""

Asked = TypeVar("Asked", bound=Body)


def gesture(act: Callable[[Asked, Person], int]) -> Callable[[Asked, Person], int]:
    """Put a function under its own name; its first parameter says what the body looks like."""
    GESTURES[act.__name__] = get_type_hints(act)["asked"], act
    return act


class Nothing(Body):
    """A body without fields."""


class Edit(Body):
    """Values, typed or pasted at a range."""

    range: str
    values: Sequence[Sequence[str | int | float | bool | None]]
    pasted: bool = False


class Lines(Body):
    """Rows or columns, from 1: inserted before ``first``, deleted from there on, or moved before ``before``."""

    action: Literal["insert", "delete", "move"]
    tab: str | int
    dimension: Dimension = "ROWS"
    first: int
    count: int = 1
    before: int = 0


class Rows(Body):
    """Rows to insert before ``row``, or to delete from there on."""

    action: Literal["insert", "delete"]
    tab: str | int
    row: int
    count: int = 1


class Place(Body):
    """A range."""

    range: str


class Paste(Place):
    """What the clipboard holds, for a range."""

    text: str


class Fill(Place):
    """A range whose corner is dragged down to a row, counted from 1."""

    down_to: int


class Cut(Place):
    """A range that goes to another place of its tab."""

    to: str


class Replace(Place):
    """A range in which a text becomes another."""

    find: str
    by: str


class Sort(Place):
    """A range to sort by a column of the sheet, counted from 1."""

    column: int
    ascending: bool = True


class Tab(Body):
    """A tab to add at the end, or to delete."""

    action: Literal["add", "delete"]
    tab: str | int = ""


class Rename(Body):
    """A tab's new title."""

    tab: str | int
    title: str


@gesture
def edit(asked: Edit, person: Person) -> int:
    """Type or paste values."""
    return person.edit(asked.range, asked.values, pasted=asked.pasted)


@gesture
def paste(asked: Paste, person: Person) -> int:
    """Paste what another program has put into the clipboard."""
    return person.paste(asked.range, asked.text)


@gesture
def lines(asked: Lines, person: Person) -> int:
    """Insert, delete or move rows or columns."""
    which = (asked.tab, asked.dimension, asked.first, asked.count)
    if asked.action == "move":
        return person.move(*which, asked.before)
    return person.insert(*which) if asked.action == "insert" else person.delete(*which)


@gesture
def rows(asked: Rows, person: Person) -> int:
    """Insert or delete rows."""
    return lines(Lines(action=asked.action, tab=asked.tab, first=asked.row, count=asked.count), person)


@gesture
def clear(asked: Place, person: Person) -> int:
    """Press Delete."""
    return person.clear(asked.range)


@gesture
def tick(asked: Place, person: Person) -> int:
    """Click a checkbox."""
    return person.tick(asked.range)


@gesture
def fill(asked: Fill, person: Person) -> int:
    """Drag cells down."""
    return person.fill(asked.range, asked.down_to)


@gesture
def cut(asked: Cut, person: Person) -> int:
    """Cut and paste."""
    return person.cut(asked.range, asked.to)


@gesture
def replace(asked: Replace, person: Person) -> int:
    """Find and replace."""
    return person.replace(asked.range, asked.find, asked.by)


@gesture
def sort(asked: Sort, person: Person) -> int:
    """Sort rows."""
    return person.sort(asked.range, asked.column, ascending=asked.ascending)


@gesture
def rename(asked: Rename, person: Person) -> int:
    """Rename a tab."""
    return person.rename(asked.tab, asked.title)


@gesture
def tabs(asked: Tab, person: Person) -> int:
    """Add or delete a tab."""
    return person.add_tab() if asked.action == "add" else person.delete_tab(asked.tab)


@gesture
def undo(asked: Nothing, person: Person) -> int:  # noqa: ARG001 - one signature for all gestures
    """Take the last action back."""
    return person.undo()


@gesture
def redo(asked: Nothing, person: Person) -> int:  # noqa: ARG001 - one signature for all gestures
    """Do it again."""
    return person.redo()
