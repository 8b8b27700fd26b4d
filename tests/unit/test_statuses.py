"""Many lead words, few task statuses, and nothing lost on the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.mapping import SHIPPED, Statuses
from bridge.core.values import Refusal

TASK = ["TODO", "IN_PROGRESS", "DONE"]


@st.composite
def tables(draw):
    words = draw(st.lists(st.text("abcdefgh", min_size=1, max_size=4), min_size=3, max_size=12, unique_by=str.casefold))
    meant = [*TASK, *(draw(st.sampled_from(TASK)) for _ in words[3:])]
    to_task = dict(zip(words, draw(st.permutations(meant)), strict=True))
    back = {status: draw(st.sampled_from([w for w in words if to_task[w] == status])) for status in TASK}
    return Statuses(to_task, back, draw(st.sampled_from(TASK)))


@given(tables(), st.data())
def test_there_and_back_changes_nothing_for_any_table_and_word(table, data):
    word = data.draw(st.sampled_from([None, *table.to_task]))
    assert table.lead_word(table.task_status(word), (word,), {}) == word


@given(tables(), st.data())
def test_back_and_there_changes_nothing_whatever_the_row_said(table, data):
    status, word = data.draw(st.sampled_from(TASK)), data.draw(st.sampled_from([None, *table.to_task]))
    last_words = data.draw(st.dictionaries(st.sampled_from(TASK), st.sampled_from([*table.to_task, "gone"])))
    assert table.task_status(table.lead_word(status, (word,), last_words)) == status


def test_a_lost_lead_whose_task_is_reopened_and_done_again_is_lost_again():
    assert SHIPPED.lead_word("DONE", ("NEW",), {"DONE": "LOST"}) == "LOST"


def test_a_word_never_used_before_comes_back_as_the_default():
    assert SHIPPED.lead_word("DONE", ("NEW",), {}) == "QUALIFIED"


def test_the_vocabulary_forgives_case_and_refuses_the_rest_with_what_is_allowed():
    assert SHIPPED.parse("contacted") == "CONTACTED"
    with pytest.raises(Refusal, match="'WON' is not known; use one of NEW, CONTACTED, QUALIFIED, LOST"):
        SHIPPED.parse("WON")
