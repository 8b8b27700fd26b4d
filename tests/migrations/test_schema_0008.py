"""A filled database of schema 0008 comes over whole: every value of every table, on either kind of database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, insert, select

import bridge.store.models  # noqa: F401 - registers its tables
from task_api import schema
from task_api.db import Base, open_engine

pytestmark = pytest.mark.both
Rows = list[dict[str, Any]]
START = datetime(2026, 11, 28, 12, 0, 1, 250_000, tzinfo=UTC).replace(tzinfo=None)


def at(minute: int) -> datetime:
    """A moment as the database keeps it: UTC, without a zone."""
    return START + timedelta(minutes=minute)


def seconds(minute: int) -> float:
    """The same moment in seconds since 1970."""
    return at(minute).replace(tzinfo=UTC).timestamp()


def sent(field: str, value: object, **more: object) -> dict[str, Any]:
    """One cell that was sent, as ``links.own_writes`` kept it."""
    told = {"field": field, "value": value, "before": "b", "row": 2, "column": 4, "settled": True}
    return told | {"at": at(50).replace(tzinfo=UTC).isoformat()} | more


KEPT: dict[str, Rows] = {
    "tasks": [
        {
            "id": 1, "title": "Follow up: “Ann”", "status": "DONE", "lead_id": "7", "notes": "called\nher", "version": 5,
            "assignee": "bo@example.com", "due": date(2026, 12, 24), "created_at": at(1), "updated_at": at(2),
            "archived_at": at(3),
        },
        {
            "id": 9, "title": "x", "status": "TODO", "lead_id": None, "notes": "", "version": 1, "assignee": None, "due": None,
            "created_at": at(4), "updated_at": at(4), "archived_at": None,
        },
    ],
    "api_tokens": [
        {
            "id": 3, "digest": "d" * 64, "name": "Ann", "scopes": "tasks:read", "created_at": at(1), "last_used_at": at(2),
            "revoked_at": at(3), "kind": "session", "expires_at": at(4),
        }
    ],
    "idempotency_keys": [
        {"token_id": 3, "key": "k", "request_hash": "h" * 64, "task_id": 1, "answer": "{}", "created_at": at(1)}
    ],
    "deliveries": [{"id": "msg_1", "sheet": "leads", "seq": 4, "received_at": at(1), "reply": {"outcomes": [1, None]}}],
    "changes": [
        {
            "id": 2, "at": at(1), "actor": "delivery:msg_1", "side": "sheet", "link_id": 1, "task_id": 1, "field": "notes",
            "old": None, "new": "called\nher", "state": "lost", "reason": "why", "reached_at": at(2),
            "rule": "the sheet changed",
        }
    ],
    "accounts": [{"name": "bot@example.com", "reads": -1.5, "writes": 7.25, "at": 1764331201.5}],
}  # fmt: skip
"""Tables that are the same at 0008 and now."""

COUNTS = [{"sheet": "leads", "name": "deliveries", "label": "taken", "value": 12.0}]
FULL = {
    "id": 1, "sheet": "leads", "lead_id": "7", "task_id": 1, "base": {"name": "Ann", "due": None}, "row": 5, "seq": 4,
    "agreed_at": at(5), "wanted": 4, "written": 3, "attempts": 2, "next_try": at(6), "error": "Google answered 503",
    "unread": {"due": "no date"}, "conflicts": {"status": "both sides changed it"}, "failing_since": at(7),
    "gone_at": at(8), "archived_at": at(9), "cause": "msg_1",
}  # fmt: skip
BARE = {
    "id": 2, "sheet": "leads", "lead_id": "9", "task_id": 9, "base": {}, "row": None, "seq": 0, "agreed_at": at(5),
    "wanted": 0, "written": 0, "attempts": 0, "next_try": at(6), "error": None, "failing_since": None, "gone_at": None,
    "archived_at": None, "cause": None,
}  # fmt: skip
QUEUE = {
    "sheet": "leads", "spreadsheet": "s1", "swept_at": at(11), "sweep_at": at(12), "not_before": at(13), "attempts": 3,
    "problem": "not shared", "token": 8, "lease_until": at(14), "sweeps": [seconds(12), seconds(20)],
}  # fmt: skip
HEALTH = {
    "seq": 4, "heard_at": at(10), "owner": "ann@example.com", "unsigned_at": at(15), "tab_id": 2**40,
    "missing": ["notes", "due"], "held": 9, "held_why": "9 rows vanished at once", "approved_at": at(16),
}  # fmt: skip
NEW_QUEUE = {
    "sheet": "new", "spreadsheet": "s2", "swept_at": None, "sweep_at": None, "not_before": None, "attempts": 0,
    "problem": None, "token": 0, "lease_until": None, "sweeps": [],
}  # fmt: skip
UNKNOWN = dict.fromkeys(("notices", "columns", "header", "doubled"))
"""What no earlier version knew of a sheet."""
NEW_HEALTH = {
    "seq": 0, "heard_at": None, "owner": None, "unsigned_at": None, "tab_id": None, "missing": [], "held": 0,
    "held_why": None, "approved_at": None,
}  # fmt: skip
UNLINKED: Rows = [
    {"row": 3, "lead_id": None, "why": "row 3 has no id"},
    {"row": 8, "lead_id": "7", "why": "row 8 has the same id 7"},
]
MAPS = {"unread": {}, "conflicts": {}}

THEN = KEPT | {
    "tallies": COUNTS,
    "links": [
        FULL | {
            "recall": {"DONE": "WON"}, "rivals": [8, 9], "has_rivals": True, "puts": {"name": "Anne"}, "unborn": True,
            "buried_at": at(17), "refused": {"notes": ["x", "Google refuses it: protected"], "due": [None, "a formula"]},
            "own_writes": [
                sent("notes", "late", settled=False), sent("name", "Bo", alien=True, link=2), sent("append", None, row=0),
            ],
        },
        BARE | MAPS | {
            "recall": {}, "rivals": [], "has_rivals": False, "puts": {}, "unborn": False, "buried_at": None, "refused": {},
            "own_writes": [],
        },
    ],
    "lanes": [
        QUEUE | HEALTH | {
            "settings": {"columns": ["id"]}, "unlinked": UNLINKED, "litter": [sent("status", "NEW", link=1, sure=True, stood="9")],
            "spent": [[seconds(18), "read", "look"], [seconds(19), "write", "append"]],
        },
        NEW_QUEUE | NEW_HEALTH | {"settings": {}, "unlinked": [], "litter": [], "spent": []},
    ],
}  # fmt: skip
"""Every table of the bridge and the tracker at 0008, in an order that foreign keys allow."""

NOWHERE = dict.fromkeys(("header", "position", "entered", "row_before"))

NOW = KEPT | {
    "counters": COUNTS,
    "links": [
        FULL | {
            "last_words": {"DONE": "WON"}, "duplicate_rows": [8, 9], "overrides": {"name": "Anne"}, "row_pending": True,
            "failed_at": at(17), "append_tried_at": at(50),
            "refused": {"notes": ["x", "google", "Google refuses it: protected"], "due": [None, "cell", "a formula"]},
        },
        BARE | dict.fromkeys(("unread", "conflicts", "overrides", "refused", "duplicate_rows")) | {
            "last_words": {}, "row_pending": False, "failed_at": None, "append_tried_at": None,
        },
    ],
    "in_flight_writes": [
        {"id": 1, "link_id": 1, "sheet": "leads", "field": "notes", "value": "late", "before": "b", "row": 2,
         "sent_at": at(50), "state": "sent", "stood_there": None} | NOWHERE,
        {"id": 2, "link_id": 1, "sheet": "leads", "field": "name", "value": "Bo", "before": "b", "row": 2,
         "sent_at": at(50), "state": "misdirected", "stood_there": None} | NOWHERE,
        {"id": 3, "link_id": 1, "sheet": "leads", "field": "status", "value": "NEW", "before": "b", "row": 2,
         "sent_at": at(50), "state": "missing", "stood_there": "9"} | NOWHERE,
    ],
    "sheet_queues": [QUEUE, NEW_QUEUE],
    "sheet_health": [
        {"sheet": "leads"} | UNKNOWN | HEALTH,
        {"sheet": "new"} | UNKNOWN | NEW_HEALTH,
    ],
    "unlinked_rows": [{"sheet": "leads"} | one for one in UNLINKED],
    "api_calls": [
        {"id": 1, "sheet": "leads", "at": at(18), "kind": "read", "purpose": "look"},
        {"id": 2, "sheet": "leads", "at": at(19), "kind": "write", "purpose": "append"},
    ],
    "overwritten_edits": [],
}  # fmt: skip


def found(engine: Engine) -> dict[str, Rows]:
    """Every row of every table but Alembic's and Procrastinate's."""
    tables = MetaData()
    tables.reflect(engine, only=lambda name, _: not name.startswith(("alembic", "procrastinate")))
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables.sorted_tables
        }


def filled(engine: Engine) -> None:
    """Go back to 0008 and fill every table."""
    command.downgrade(schema.alembic(engine), "0008")
    tables = MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name in sorted(THEN, key=[table.name for table in tables.sorted_tables].index):
            connection.execute(insert(tables.tables[name]), THEN[name])
    assert found(engine) == THEN, "every table and every column is filled"


def test_every_value_is_there_afterwards(databases, tmp_path):
    url = databases.new(tmp_path)
    engine = open_engine(url)
    filled(engine)
    schema.upgrade(url)
    assert found(engine) == NOW
    assert NOW.keys() == Base.metadata.tables.keys()
    engine.dispose()
    databases.drop(url)


def test_all_but_what_was_under_way_is_there_again_after_going_back(databases, tmp_path):
    url = databases.new(tmp_path)
    engine = open_engine(url)
    filled(engine)
    schema.upgrade(url)
    command.downgrade(schema.alembic(engine), "0008")
    forgotten = {"links": {"own_writes": []}, "lanes": {"settings": {}, "litter": [], "spent": []}}
    back = {name: [row | forgotten.get(name, {}) for row in rows] for name, rows in THEN.items()}
    assert found(engine) == back
    engine.dispose()
    databases.drop(url)
