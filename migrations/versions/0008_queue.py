"""Procrastinate's tables, on PostgreSQL: the queue between processes. SQLite has one engine and needs none.

They come as the installed release has them (3.10); a release that changes them gets a migration of its own here, which
applies the files of its ``sql/migrations``.
"""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"

LET_GO = """
CREATE FUNCTION leadbridge_notify_next_of_lock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo') THEN
    PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, '{"type": "job_inserted", "job_id": ' || OLD.id || '}');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER leadbridge_notify_next_of_lock AFTER DELETE ON procrastinate_jobs
  FOR EACH ROW EXECUTE FUNCTION leadbridge_notify_next_of_lock();
"""
"""A job that waits for another's lock was notified of when it could not begin yet; nobody says so when it can."""

DROP = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT tablename AS name FROM pg_tables WHERE tablename LIKE 'procrastinate%' LOOP
    EXECUTE format('DROP TABLE %I CASCADE', one.name);
  END LOOP;
  FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate%' LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', one.name);
  END LOOP;
  FOR one IN SELECT typname AS name FROM pg_type WHERE typname LIKE 'procrastinate%' LOOP
    EXECUTE format('DROP TYPE %I CASCADE', one.name);
  END LOOP;
END $$
"""


def upgrade() -> None:
    """Make them."""
    if op.get_bind().dialect.name == "postgresql":
        from procrastinate.schema import SchemaManager

        op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema() + LET_GO)


def downgrade() -> None:
    """Drop them; jobs are only hints, nothing is lost with them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(text(DROP))
        op.execute(text("DROP FUNCTION leadbridge_notify_next_of_lock"))
