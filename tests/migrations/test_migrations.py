"""Migrations: they make exactly the models, go back, and let no two processes and no newer database do harm."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, MetaData, column, create_engine, insert, inspect, select, text
from sqlalchemy.orm import Session

from bridge.core.headers import Place
from bridge.core.outcome import RefusedWrite
from bridge.store.models import InFlightWrite, Link, SheetHealth, SheetQueue
from task_api import schema
from task_api.db import Base, open_engine
from task_api.models import Task
from tests.databases import migrated_at_once
from tests.process.process import free_port


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tasks.db"


@pytest.fixture
def engine(file):
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def upgraded(file):
    schema.upgrade(f"sqlite:///{file}")
    return file


def query(file, sql):
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(sql).fetchall()


def tables(file):
    return {
        name
        for (name,) in query(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    }


def described(file):
    """Every table as SQLite tells it: columns with lengths and defaults, keys, checks, indexes with their conditions."""
    engine = create_engine(f"sqlite:///{file}")
    look = inspect(engine)
    told = {
        name: {
            "columns": [(c["name"], repr(c["type"]), c["nullable"], c["default"], c["primary_key"]) for c in look.get_columns(name)],
            "key": look.get_pk_constraint(name)["constrained_columns"],
            "foreign keys": sorted((k["name"], k["constrained_columns"], k["referred_table"], k["referred_columns"], k["options"]) for k in look.get_foreign_keys(name)),
            "unique": sorted((str(u["name"]), u["column_names"]) for u in look.get_unique_constraints(name)),
            "checks": sorted((str(c["name"]), " ".join(c["sqltext"].split())) for c in look.get_check_constraints(name)),
            "indexes": sorted(query(file, f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL AND tbl_name = '{name}'")),
            "autoincrement": "AUTOINCREMENT" in query(file, f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{name}'")[0][0],
        }
        for name in look.get_table_names()
        if name != "alembic_version"
    }  # fmt: skip
    engine.dispose()
    return told


def test_migrating_from_nothing_leaves_alembic_nothing_to_add(engine, file):
    upgraded(file)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_from_nothing_gives_the_same_database_as_the_models(file, tmp_path):
    plain = tmp_path / "plain.db"
    engine = create_engine(f"sqlite:///{plain}")
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, made = described(upgraded(file)), described(plain)
    assert migrated.keys() == made.keys()
    for name, table in made.items():
        assert migrated[name] == table


def test_the_migrated_database_knows_its_revision_and_migrating_again_changes_nothing(file):
    upgraded(file)
    assert query(file, "SELECT version_num FROM alembic_version") == [(schema.head(),)]
    before = described(file)
    upgraded(file)
    assert described(file) == before


def test_going_back_to_the_beginning_leaves_no_table(engine, file):
    upgraded(file)
    command.downgrade(schema.alembic(engine), "base")
    assert tables(file) == {"alembic_version"}
    upgraded(file)
    assert "tasks" in tables(file)


def test_a_database_newer_than_the_code_is_refused_untouched_and_says_what_to_do(file):
    upgraded(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = described(file)
    with pytest.raises(schema.SchemaError, match=r"the database has schema 9999, .* run the newer version again"):
        schema.upgrade(f"sqlite:///{file}")
    assert described(file) == before
    assert query(file, "SELECT version_num FROM alembic_version") == [("9999",)]


@pytest.mark.full
@pytest.mark.parametrize("command", ["run", "migrate", "status"])
def test_every_command_refuses_a_database_newer_than_the_code_with_that_sentence(tmp_path, command):
    (tmp_path / "instance").mkdir()
    file = upgraded(tmp_path / "instance" / "tasks.db")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    done = subprocess.run(
        [sys.executable, "-m", "bridge", command], cwd=tmp_path, env=os.environ | {"PORT": str(free_port())},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database has schema 9999, this version only knows")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.full
def test_two_processes_that_migrate_the_same_new_file_at_once_both_end_well(file):
    migrated_at_once(f"sqlite:///{file}", 2)
    assert query(file, "SELECT version_num FROM alembic_version") == [(schema.head(),)]


def test_a_migration_that_fails_halfway_leaves_the_database_as_it_was(file):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE lanes (somebody TEXT)")
    with pytest.raises(schema.SchemaError, match="changed nothing: table lanes already exists"):
        schema.upgrade(f"sqlite:///{file}")
    assert tables(file) <= {"lanes", "alembic_version"}


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(schema.SchemaError, match="nowhere"):
        schema.upgrade(f"sqlite:///{tmp_path / 'nowhere' / 'tasks.db'}")


AT = datetime(2026, 11, 28, 12, 0, 1, 250_000, tzinfo=UTC)
PLAIN = AT.replace(tzinfo=None)


def sent(field, value, **more):
    """A cell that was sent, as schema 0010 kept it in ``links.own_writes``."""
    return {
        "field": field,
        "value": value,
        "before": None,
        "row": 2,
        "column": 4,
        "at": AT.isoformat(),
        "settled": True,
    } | more


def filled(engine):
    """At schema 0010: a link for each thing that may be in flight, and a queue that looks for two writes."""
    command.downgrade(schema.alembic(engine), "0010")
    tables = MetaData()
    tables.reflect(engine)
    in_flight = {
        1: [sent("notes", "call\n“me”", settled=False, before="a"), sent("status", "LOST", landed=True)],
        2: [sent("notes", True, landed=False), sent("notes", None)],
        3: [sent("name", "Ann", alien=True, link=1)],
        4: [sent("append", None, row=0), sent("name", "Dee", row=0, landed=False)],
        5: [sent("notes", "late", settled=False)],
        6: [],
    }
    refused = {1: {"notes": ["x", "Google refuses it: protected"], "due": [None, "the cell holds a formula"]}}
    litter = [
        sent("notes", "lost", link=1, settled=False),
        sent("status", "NEW", link=2, sure=True, stood=None),
        sent("name", "Bo", link=2, sure=True, stood="7"),
    ]
    with engine.begin() as connection:
        for number, own_writes in in_flight.items():
            task = {
                "id": number,
                "title": "x",
                "status": "TODO",
                "notes": "",
                "version": 1,
                "created_at": PLAIN,
                "updated_at": PLAIN,
            }
            link = {
                "id": number,
                "sheet": "leads",
                "lead_id": str(number),
                "task_id": number,
                "base": {},
                "last_words": {},
            }
            link |= {
                "own_writes": own_writes,
                "duplicate_rows": [],
                "has_duplicates": False,
                "seq": 0,
                "agreed_at": PLAIN,
            }
            link |= {"wanted": 2, "written": 2 if number == 5 else 1, "attempts": 0, "next_try": PLAIN}
            connection.execute(insert(tables.tables["tasks"]), task)
            connection.execute(insert(tables.tables["links"]), link | {"refused": refused.get(number, {})})
        queue = {
            "sheet": "leads",
            "spreadsheet": "s",
            "seq": 0,
            "attempts": 0,
            "token": 0,
            "settings": {},
            "litter": litter,
        }
        connection.execute(insert(tables.tables["sheet_queues"]), queue)


@pytest.mark.both
def test_what_is_in_flight_and_refused_at_schema_0010_is_kept(databases, tmp_path):
    url = databases.new(tmp_path)
    engine = open_engine(url)
    filled(engine)
    schema.upgrade(url)
    with Session(engine) as session:
        found = session.scalars(select(InFlightWrite).order_by(InFlightWrite.id))
        kept = [(one.link_id, one.field, one.value, one.before, one.row, one.state, one.stood_there) for one in found]
        assert kept == [
            (1, "notes", "call\n“me”", "a", 2, "sent", None), (1, "status", "LOST", None, 2, "confirmed", None),
            (2, "notes", True, None, 2, "unseen", None), (2, "notes", None, None, 2, "unseen", None),
            (3, "name", "Ann", None, 2, "misdirected", None), (4, "name", "Dee", None, None, "unseen", None),
            (5, "notes", "late", None, 2, "unseen", None), (1, "notes", "lost", None, 2, "missing", None),
            (2, "status", "NEW", None, 2, "missing", ""), (2, "name", "Bo", None, 2, "missing", "7"),
        ]  # fmt: skip
        assert set(session.execute(select(InFlightWrite.sheet, InFlightWrite.sent_at))) == {("leads", AT)}
        assert {link.id: link.append_tried_at for link in session.scalars(select(Link))}[4] == AT
        assert {name: RefusedWrite(*said) for name, said in session.get_one(Link, 1).refused.items()} == {
            "notes": ("x", "google", "Google refuses it: protected"), "due": (None, "cell", "the cell holds a formula"),
        }  # fmt: skip
    command.downgrade(schema.alembic(engine), "0010")
    with engine.connect() as connection:
        (refused,) = connection.scalars(text("SELECT refused FROM links WHERE id = 1"))
        assert "google" not in str(refused)
    engine.dispose()
    databases.drop(url)


@pytest.mark.both
def test_going_back_from_0016_leaves_no_misdirected_write_of_a_field_that_is_none(databases, tmp_path):
    url = databases.new(tmp_path)
    engine = open_engine(url)
    filled(engine)
    schema.upgrade(url)
    with Session(engine) as session:
        for field in ("", "id"):
            write = InFlightWrite(link_id=6, sheet="leads", field=field, value="x", sent_at=AT, state="misdirected")
            session.add(write)
        session.commit()
    command.downgrade(schema.alembic(engine), "0015")
    with engine.connect() as connection:
        kept = connection.scalars(text("SELECT field FROM in_flight_writes WHERE state = 'misdirected'")).all()
    assert kept == ["name"]
    engine.dispose()
    databases.drop(url)


@pytest.mark.both
def test_what_was_agreed_about_columns_is_kept_by_name_and_back(databases, tmp_path):
    url = databases.new(tmp_path)
    engine = open_engine(url)
    held = Place("owner", 4, 12, "12 rows would change", "boss", approved=True)
    with Session(engine) as session:
        health = SheetHealth(columns={"id": Place("id", 0), "owner": held}, header=["id"], missing=[], doubled=[])
        session.add(SheetQueue(sheet="leads", spreadsheet="s", health=health))
        session.add(SheetQueue(sheet="new", spreadsheet="s", health=SheetHealth()))
        session.commit()
    command.downgrade(schema.alembic(engine), "0016")
    with engine.connect() as connection:
        stored = dict(
            connection.execute(select(column("sheet"), column("columns", JSON)).select_from(text("sheet_health"))).all()
        )
    assert stored == {"leads": {"id": ["id", 0, 0, "", "", False], "owner": list(held)}, "new": None}
    schema.upgrade(url)
    with Session(engine) as session:
        assert session.get_one(SheetHealth, "leads").columns == {"id": Place("id", 0), "owner": held}
        assert session.get_one(SheetHealth, "new").columns == {}
    engine.dispose()
    databases.drop(url)


def test_lead_ids_of_before_are_found_as_a_person_sees_them_unless_two_would_be_one(databases, tmp_path):
    url, now = databases.new(tmp_path), datetime.now(UTC)
    engine = open_engine(url)
    spelled = ["L\u00a01", "L2\u200b", "Zoe\u0308", "L 4", "L\u00a04"]
    with Session(engine) as session:
        session.add(SheetQueue(sheet="leads", spreadsheet="s", health=SheetHealth()))
        for number, lead_id in enumerate(spelled, 1):
            session.add(Task(id=number, title="t", lead_id=lead_id, created_at=now, updated_at=now))
            session.flush()
            session.add(Link(sheet="leads", lead_id=lead_id, task_id=number, base={}, agreed_at=now, next_try=now))
        session.commit()
    command.downgrade(schema.alembic(engine), "0017")
    schema.upgrade(url)
    meant = ["L 1", "L2", "Zo\u00eb", "L 4", "L\u00a04"]
    with Session(engine) as session:
        assert list(session.scalars(select(Link.lead_id).order_by(Link.id))) == meant
        assert list(session.scalars(select(Task.lead_id).order_by(Task.id))) == meant
    engine.dispose()
    databases.drop(url)
