"""The status vocabulary: many lead words to one task status, and the lossless way back.

Sales says NEW, CONTACTED, QUALIFIED, LOST; tasks say TODO, IN_PROGRESS, DONE. Two words that mean one status must
survive the round trip, so the way back prefers what the row already says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bridge.core.values import Refusal, Value


@dataclass(frozen=True)
class Statuses:
    """``to_task``: lead word → task status (many to one). ``back``: task status → default lead word. ``initial``:
    the task status of an empty cell.
    """

    to_task: Mapping[str, str]
    back: Mapping[str, str]
    initial: str

    def parse(self, text: Value) -> str | None:
        """The word as the vocabulary spells it, whatever its case; raises `Refusal` listing what is allowed."""
        if text is None:
            return None
        for word in self.to_task:
            if word.casefold() == str(text).casefold():
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
