"""The plan of a sweep: what has to be looked at, what only moved, and what may be archived."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.deletions import Gone, deletions
from bridge.core.reconcile import Comparison, KnownLead
from bridge.core.values import Row

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
BASE = {"name": "Ann", "status": "NEW"}


def row(number, lead_id, **values):
    return Row(number, lead_id, BASE | values)


def known(link_id, at, unsettled=False, **said):
    return KnownLead(link_id, at, BASE, BASE | said, unsettled)


LOOKED_AT = [
    ("a row that agrees needs nothing", row(2, "1"), known(1, 2), False),
    ("a row that only moved needs nothing but its number", row(5, "1"), known(1, 2), False),
    ("a row that a person changed", row(2, "1", status="LOST"), known(1, 2), True),
    ("a row whose task changed", row(2, "1"), known(1, 2, status="LOST"), True),
    ("a row nobody knows", row(2, "9"), None, True),
    ("a row without an id", row(2, None), None, True),
    ("a link with something open", row(2, "1"), known(1, 2, unsettled=True), True),
    ("a column that is new", row(2, "1", due=None), known(1, 2), True),
    ("a cell that cannot be read", Row(2, "1", {"name": "Ann"}, {"status": "?"}), known(1, 2), True),
]


@pytest.mark.parametrize(("seen", "link", "looked_at"), [case[1:] for case in LOOKED_AT], ids=[c[0] for c in LOOKED_AT])
def test_what_has_to_be_looked_at(seen, link, looked_at):
    compared = Comparison()
    compared.add([seen], {seen.lead_id: link} if link else {})
    assert (compared.look, compared.agreed) == (([seen.number], 0) if looked_at else ([], 1))


def test_rows_that_moved_are_noted_with_their_place():
    compared = Comparison()
    compared.add([row(5, "1"), row(6, "2")], {"1": known(11, 2), "2": known(12, 6)})
    assert compared.moved == {11: 5}


def test_copies_are_found_across_parts_and_an_empty_row_is_no_row():
    compared = Comparison()
    compared.add([row(2, "1"), Row(3, None, {"name": None}, blank=True)], {})
    compared.add([row(900, "1")], {})
    assert (compared.duplicates, compared.read) == ({"1": [2, 900]}, 2)


def gone(*seconds_ago, handled=False):
    return [
        Gone(n, str(n), n, None if ago is None else NOW - timedelta(seconds=ago), handled)
        for n, ago in enumerate(seconds_ago)
    ]


DELETIONS = [
    ("the first time a row is missing it gets a tombstone", gone(None), 10, None, (1, 0, 0)),
    ("within the grace time nothing happens", gone(59), 10, None, (0, 0, 0)),
    ("after the grace time its task is archived", gone(60), 10, None, (0, 1, 0)),
    ("five at once are no accident", gone(*[60] * 5), 1, None, (0, 5, 0)),
    ("six of a small sheet are held", gone(*[60] * 6), 10, None, (0, 0, 6)),
    ("a fifth of a large sheet is no accident", gone(*[60] * 20), 80, None, (0, 20, 0)),
    ("more than a fifth is held", gone(*[60] * 21), 79, None, (0, 0, 21)),
    ("what a person approved goes", gone(*[60] * 21), 79, NOW, (0, 21, 0)),
    ("what vanished after the approval does not", gone(*[60] * 21), 79, NOW - MINUTE * 2, (0, 0, 21)),
    ("what was archived before does not count", [*gone(60), *gone(*[600] * 50, handled=True)], 9, None, (0, 1, 0)),
    ("an empty sheet is never a deletion", gone(600), 0, NOW, (0, 0, 0)),
]


@pytest.mark.parametrize(
    ("missing", "leads", "approved", "expected"), [case[1:] for case in DELETIONS], ids=[c[0] for c in DELETIONS]
)
def test_what_vanished(missing, leads, approved, expected):
    found = deletions(missing, leads, NOW, MINUTE, approved)
    assert (len(found.tombstones), len(found.archive), found.held) == expected
