"""No trigger of ours on Procrastinate's table: a worker finds the next job of a lock when it looks for jobs anyway.

The jobs that wait are dropped, since the queue has another name; each process asks for a sweep of every sheet when it
starts.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

TRIGGER = """
CREATE FUNCTION leadbridge_notify_next_of_lock() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo') THEN
    PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, '{"type": "job_inserted", "job_id": ' || OLD.id || '}');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER leadbridge_notify_next_of_lock AFTER DELETE ON procrastinate_jobs
  FOR EACH ROW EXECUTE FUNCTION leadbridge_notify_next_of_lock();
"""


def upgrade() -> None:
    """Drop the trigger, with its function, and the jobs."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION leadbridge_notify_next_of_lock CASCADE")
        op.execute("DELETE FROM procrastinate_jobs")


def downgrade() -> None:
    """Make it again."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(TRIGGER)
        op.execute("DELETE FROM procrastinate_jobs")
