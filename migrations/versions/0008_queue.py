"""Procrastinate's tables, on PostgreSQL: the queue between processes. SQLite has one engine and needs none.

They come as the installed release has them (3.10); a release that changes them gets a migration of its own here, which
applies the files of its ``sql/migrations``.
"""

from alembic import op
from sqlalchemy import text

revision = "0008"
down_revision = "0007"

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

        op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    """Drop them; jobs are only hints, nothing is lost with them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(text(DROP))
