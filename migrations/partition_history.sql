-- The history in ranges of its numbers, which follow time, so that PostgreSQL gives the room of what was archived back
-- without VACUUM FULL. The first run makes the present table the first range, which goes when the last of it is archived;
-- each run closes the newest range, opens the next, and drops those that the archive has emptied. A change that still
-- waits for the sheet keeps its range. Run it every month, as the owner of the tables:
--
--     psql -v ON_ERROR_STOP=1 -f migrations/partition_history.sql postgresql://user@host/name
--
-- The bridge may run, and waits while the newest range is looked through once, a second for a million. After "deadlock
-- detected" nothing has changed: run it again. If the bridge is not the owner, grant it its rights to "changes" again
-- after the first run.

DO $$
DECLARE
    part CONSTANT text := 'changes_from_';
    one record;
    newest bigint;
    next bigint;
    empty boolean;
BEGIN
    LOCK TABLE links, changes IN ACCESS EXCLUSIVE MODE;  -- in the order in which the bridge takes them
    IF (SELECT relkind FROM pg_class WHERE oid = 'changes'::regclass) = 'r' THEN
        CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
            SELECT relname AS index, contype = 'p' AS renamed,
                   format('ALTER TABLE changes ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(own.oid)) AS statement
            FROM pg_constraint own JOIN pg_class ON pg_class.oid = conindid
            WHERE conrelid = 'changes'::regclass AND contype IN ('p', 'f')
            UNION ALL
            SELECT relname, true, pg_get_indexdef(indexrelid)
            FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indrelid = 'changes'::regclass AND NOT indisprimary;
        ALTER TABLE changes RENAME TO changes_from_0;
        FOR one IN SELECT index FROM wanted WHERE renamed LOOP
            EXECUTE format('ALTER INDEX %I RENAME TO %I', one.index, part || '0_' || one.index);
        END LOOP;
        CREATE TABLE changes (LIKE changes_from_0 INCLUDING DEFAULTS) PARTITION BY RANGE (id);
        ALTER SEQUENCE changes_id_seq OWNED BY changes.id;
        FOR one IN SELECT statement FROM wanted LOOP
            EXECUTE one.statement;
        END LOOP;
        ALTER TABLE changes ATTACH PARTITION changes_from_0 FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
    END IF;

    SELECT max(substr(relname, length(part) + 1)::bigint) INTO newest
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'changes'::regclass;
    next := nextval('changes_id_seq');
    EXECUTE format('ALTER TABLE changes DETACH PARTITION %I', part || newest);
    EXECUTE format('ALTER TABLE changes ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                   part || newest, CASE newest WHEN 0 THEN 'MINVALUE' ELSE newest::text END, next);
    EXECUTE format('CREATE TABLE %I PARTITION OF changes FOR VALUES FROM (%s) TO (MAXVALUE)', part || next, next);

    FOR one IN SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
               WHERE inhparent = 'changes'::regclass AND relname <> part || next LOOP
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', one.relname) INTO empty;
        IF empty THEN
            EXECUTE format('DROP TABLE %I', one.relname);
        END IF;
    END LOOP;
END $$;
