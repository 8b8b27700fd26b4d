"""Header and cells ⇄ lead ⇄ task fields.

Columns are found by header text on every read, an exact header before an alias; `bridge.core.columns` decides whether
what is found is still the same column. Many lead words may mean one task status, and survive the round trip, because
the conversion back prefers the row's present word. `bridge.core.merge` decides who wins.
Both directions stay together, because each must undo the other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bridge.core.cells import READERS, from_text
from bridge.core.fields import Column
from bridge.core.headers import Place, told_twice
from bridge.core.merge import FieldRule
from bridge.core.text import likeness, same_text
from bridge.core.values import EMPTY, Cell, Fields, Refusal, Row, Value


@dataclass(frozen=True)
class Statuses:
    """``to_task``: lead word → task status (many to one). ``back``: task status → default lead word. ``initial``:
    the task status of an empty cell.
    """

    to_task: Mapping[str, str]
    back: Mapping[str, str]
    initial: str

    @property
    def for_new(self) -> str:
        """The word for a new lead."""
        return self.back[self.initial]

    def parse(self, text: Value) -> str | None:
        """The configured spelling of the word, matched by `likeness`; raises `Refusal` listing what is allowed."""
        if text is None or text in self.to_task:
            return None if text is None else str(text)
        for word in self.to_task:
            if likeness(word) == likeness(text):
                return word
        raise Refusal(f"status '{text}' is not known; use one of {', '.join(self.to_task)}")

    def task_status(self, word: Value) -> str:
        """The task status a lead word stands for; an empty cell stands for ``initial``."""
        return self.initial if word is None else self.to_task[str(word)]

    def lead_word(self, status: str, present: Iterable[Value], last_words: Mapping[str, str]) -> str | None:
        """The lead word for a task status: the first of ``present`` that already means it, else the one this lead
        last used for it, else the default.

        ``last_words``: task status → the lead word that last mapped there. Words no longer configured are
        ignored.
        """
        for word in present:
            if word is None and status == self.initial:
                return None
            if word in self.to_task and self.to_task[str(word)] == status:
                return str(word)
        remembered = last_words.get(status)
        return remembered if remembered and self.to_task.get(remembered) == status else self.back[status]


SHIPPED = Statuses(
    to_task={"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"},
    back={"TODO": "NEW", "IN_PROGRESS": "CONTACTED", "DONE": "QUALIFIED"},
    initial="TODO",
)


@dataclass(frozen=True)
class Layout:
    """Where each field's column stands now (0-based), and its header. ``missing``: required fields without a column;
    ``doubled``: what to say of fields with several columns that fit. ``keys``: of all headers.
    """

    positions: Mapping[str, int]
    missing: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[str] = field(default=(), compare=False)

    def doubled_since(self, header: Sequence[str]) -> frozenset[str]:
        """The fields whose header stands in more columns than in the ``header`` of before (none: not known)."""
        then = [*map(header_key, header)]
        keys = {name: header_key(text) for name, text in self.headers.items()} if then else {}
        return frozenset(name for name, key in keys.items() if self.keys.count(key) > max(1, then.count(key)))

    def unagreed(self, places: Mapping[str, Place], header: Sequence[str]) -> frozenset[str]:
        """The fields whose column is held, not where it was agreed to be, or has got an equal one since ``header``; ids
        only if they were agreed on.
        """
        known = {name: (one.position, header_key(one.header)) for name, one in places.items() if not one.why}
        asked = {name for name in self.positions if name != "id" or "id" in places}
        stays = {name for name in asked if (self.positions[name], header_key(self.headers[name])) == known.get(name)}
        return frozenset(asked - (stays - self.doubled_since(header)))

    def without(self, names: Collection[str]) -> "Layout":
        """The same without the columns of these fields."""
        return replace(self, positions={name: at for name, at in self.positions.items() if name not in names})

    def within(self, width: int) -> "Layout":
        """The columns of a row of which only so many cells were read: the others are not empty but unknown."""
        beyond = {name for name, at in self.positions.items() if at >= width}
        return self.without(beyond) if beyond else self


@dataclass(frozen=True)
class SheetMapping:
    """The columns, statuses and title of one sheet. ``held``: fields that are neither read nor written until a person
    approves, and why. ``shown_by``: task field → the column that shows it.
    """

    columns: tuple[Column, ...]
    statuses: Statuses = SHIPPED
    title: str = "Follow up: {name}"
    held: Mapping[str, str] = field(default_factory=dict)
    by_field: Mapping[str, Column] = field(init=False)
    rules: Mapping[str, FieldRule] = field(init=False)
    shown_by: Mapping[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_field", {column.field: column for column in self.columns})
        rules = {
            column.field: FieldRule(column.direction, column.policy) for column in self.columns if column.kind != "id"
        }
        object.__setattr__(self, "rules", rules)
        shown = {column.task_field: column for column in self.columns if column.direction != "to_task"}
        object.__setattr__(self, "shown_by", {name: column for name, column in shown.items() if name})

    def title_of(self, name: Value) -> str:
        """The title of a task whose lead has this name."""
        return self.title.format(name=name or "")

    def name_in(self, title: str) -> str | None:
        """The name in a title that follows the template; None in a title of its own."""
        before, _, after = self.title.format(name="\0").partition("\0")
        fits = title.startswith(before) and title.endswith(after) and len(title) > len(before) + len(after)
        name = title[len(before) : len(title) - len(after)].strip() if fits and "{name}" in self.title else ""
        return name or None

    def is_to_sheet(self, name: str) -> bool:
        """True for a column that the bridge fills."""
        return self.by_field[name].direction == "to_sheet"

    def longest(self, name: str) -> int | None:
        """The most characters that the task keeps of this field: of a name beside the rest of the title."""
        limit = self.by_field[name].limit
        return limit if limit is None or name != "name" else limit - len(self.title.format(name=""))

    def locate(self, header: Sequence[Cell]) -> Layout:
        """Find every column by its header: the exact one before an alias, then the leftmost; the others are told."""
        texts = header_texts(header)
        keys = [header_key(text) for text in texts]
        found, doubled = {}, []
        for column in self.columns:
            exact, *_ = wanted = [header_key(text) for text in column.headers]
            fitting = sorted((key != exact, index) for index, key in enumerate(keys) if key in wanted)
            if fitting:
                found[column.field] = fitting[0][1]
            if len(fitting) > 1:
                doubled.append(told_twice(column.field, texts, [index for _, index in fitting]))
        missing = tuple(c.headers[0] for c in self.columns if c.required and c.field not in found)
        return Layout(found, missing, tuple(doubled), {name: texts[index] for name, index in found.items()}, keys)

    def read_row(self, number: int, cells: Sequence[Cell], layout: Layout) -> Row:
        """The row in canonical values; cells beyond the row's end are empty (Google trims trailing ones).

        It is blank unless an id and a name stand in it, whatever made them, or any value of a person's.
        """
        values: dict[str, Value] = {}
        refused: dict[str, str] = {}
        fault: Exception | None = None
        found = {name: cells[at] if at < len(cells) else EMPTY for name, at in layout.positions.items()}
        for name, cell in found.items():
            try:
                values[name] = self.read(name, cell)
            except Refusal as refusal:
                refused[name] = str(refusal)
            except Exception as error:
                refused[name], fault = "the bridge cannot read it", error
        lead_id = values.pop("id", None)
        filled = {name: value for name, value in {"id": lead_id, **values}.items() if value is not None}
        a_lead = {"id", "name"} <= filled.keys() or any(
            self.by_field[name].is_persons(found[name], filled.get(name), self.statuses.for_new)
            for name in (*filled, *refused)
        )
        return Row(
            number, None if lead_id is None else str(lead_id), values, refused, found, blank=not a_lead, fault=fault
        )

    def default_of(self, name: str) -> str | None:
        """What may stand in a field's cells without anybody having said it: the word for a new lead, no stars."""
        return self.by_field[name].default(self.statuses.for_new)

    def read(self, name: str, cell: Cell) -> Value:
        """A field's canonical value; raises `Refusal` with a sentence when the cell holds none."""
        column = self.by_field[name]
        if column.kind == "status":
            return self.statuses.parse(READERS["text"](cell))
        return READERS[column.kind](cell)

    def task_as_lead(
        self, task: Mapping[str, Value], present: Sequence[Fields], last_words: Mapping[str, str]
    ) -> dict[str, Value]:
        """The task's fields as the lead's; fields that only travel to the task are left out.

        ``present``: the row as it is now, then the base; a status keeps the word that one of them has, and a text the
        spelling of one that a person cannot tell from it.
        """
        said: dict[str, Value] = {}
        for task_field, column in self.shown_by.items():
            value = task[task_field]
            if column.kind == "status":
                words = [fields[column.field] for fields in present if column.field in fields]
                value = self.statuses.lead_word(str(value), words, last_words)
            elif value in {column.when_empty, ""}:
                value = None
            else:
                with suppress(Refusal):  # a text that does not fit is refused where it would be written
                    value = from_text(column.kind, value)
                if column.kind == "text":
                    words = [word for fields in present if (word := fields.get(column.field)) is not None]
                    value = next((word for word in words if word == value or same_text(word, value)), value)
            said[column.field] = value
        return said

    def task_changes(self, lead: Fields) -> dict[str, Value]:
        """What the task must take for these lead fields, as its own values (dates still as ISO text)."""
        fed = ((column, value) for name, value in lead.items() if (column := self.by_field[name]).task_field)
        return {str(column.task_field): self._task_value(column, value) for column, value in fed}

    def new_task(self, lead: Fields) -> dict[str, Value]:
        """Field values for a new task; missing fields count as empty cells."""
        empty = [column.field for column in self.columns if column.when_empty or column.kind == "status"]
        return self.task_changes(dict.fromkeys(empty) | dict(lead))

    def _task_value(self, column: Column, value: Value) -> Value:
        if column.field == "name":
            return self.title_of(value)
        if column.kind == "status":
            return self.statuses.task_status(value)
        if value is None:
            return column.when_empty
        return str(value).upper() if isinstance(value, bool) else value


def header_texts(header: Sequence[Cell]) -> list[str]:
    """The texts of a header row."""
    return [cell.shown or str(cell.value or "") for cell in header]


def header_key(header: str) -> str:
    """What headers of one meaning have in common: the one rule by which headers are equal."""
    return likeness(header.replace("_", " "))
