"""What `bridge.worker` protects."""

from tests.prove.mutations.mutation import Mutation

BOTH = "tests/sync/test_both_ways.py"
MOVED = "tests/sync/test_moved_columns.py"
APPENDED = "tests/sync/test_appended_rows.py"
COPIES = "tests/sync/test_copies.py"
REFUSED_ROWS = "tests/sync/test_refused_rows.py"
REFUSED_WRITES = "tests/sync/test_refused_writes.py"
COLUMNS = "tests/sync/test_columns.py"
MUTATIONS = (
    Mutation(
        "one link's exception is its own", "bridge/worker/flush/flush.py", "        return _decide_all(job, view, lead_ids, apart(_decide_row))",
        "        raise", f"{REFUSED_WRITES}::test_a_link_whose_merge_raises_stops_no_other_and_is_tried_again",
    ),
    Mutation(
        "a column is an identity: a held field is not written", "bridge/worker/flush/flush.py",
        "if view.layout.unagreed(health.columns or {}, health.header or ()):", "if False:",
        f"{COLUMNS}::test_what_is_patched_while_a_field_is_held_goes_into_no_other_column",
    ),
    Mutation(
        "a refused append is its task's alone", "bridge/worker/write/parts.py", "except Rejected as error:",
        "except ZeroDivisionError as error:",
        f"{REFUSED_ROWS}::test_a_sheet_at_googles_limit_of_cells_takes_every_other_write",
    ),
    Mutation(
        "what is rejected as a whole is halved at once", "bridge/worker/write/parts.py", "            if len(part) == 1:",
        "            if True:", f"{REFUSED_ROWS}::test_of_several_new_rows_only_the_one_that_google_refuses_waits",
    ),
    Mutation(
        "a new row comes below the last lead", "bridge/worker/flush/locate.py",
        "if row.lead_id and row.values.get(\"name\")", "if row.cells",
        f"{APPENDED}::test_the_new_row_comes_right_below_the_last_lead",
    ),
    Mutation(
        "a new row whose columns moved is taken back", "bridge/worker/flush/append.py",
        "if header is not None and job.config.mapping.locate(header.header) != view.layout:", "if False:",
        f"{APPENDED}::test_a_column_that_comes_right_before_the_write_gets_no_value_of_the_new_row",
    ),
    Mutation(
        "what is said of a row without a task is looked for", "bridge/worker/write/unlinked.py",
        "sent = _record(session, job, view, part)", "sent: list[int] = []",
        f"{MOVED}::test_what_is_said_of_a_row_without_a_task_stays_in_no_leads_cell",
    ),
    Mutation(
        "a new row that no reading shows yet gets its own values", "bridge/worker/flush/append.py",
        "rows.keys() - found", "()",
        "tests/sync/test_moved_columns.py::"
        "test_a_row_appended_while_columns_move_that_no_read_shows_yet_gets_its_own_values",
    ),
    Mutation(
        "one sheet for each tab", "bridge/worker/sweep/shared_tab.py", "    if other is not None:\n        raise Permanent(\n            f\"sheet '{other}'",
        "    if False:\n        raise Permanent(\n            f\"sheet '{other}'",
        f"{COPIES}::test_two_sheets_that_come_to_name_one_tab_are_told_and_only_one_goes_on",
    ),
    Mutation(
        "a dead job's sheet is taken at once", "bridge/worker/job.py", "        | (SheetQueue.token == abandoned)\n", "",
        "tests/sync/test_dead_holder.py",
    ),
    Mutation(
        "a database that lost commits is told", "bridge/worker/start.py", "if seen <= queue.token:", "if True:",
        "tests/sync/test_older_database.py",
    ),
    Mutation(
        "never the wrong row: the answer is checked", "bridge/worker/write/send.py",
        "if id_cell != _empty_as_none(one.write.id_cell):", "if False:",
        f"{BOTH}::test_rows_sorted_while_a_write_is_under_way_get_their_own_values_back",
    ),
    Mutation(
        "nothing waits for ever: what the row shows already is settled with the rest", "bridge/worker/write/send.py",
        "{*one.values, *one.shown}", "set(one.values)",
        "tests/sync/test_waiting_changes.py::test_what_landed_without_an_answer_is_told_as_applied",
    ),
    Mutation(
        "a crash loses nothing: what leaves is recorded before", "bridge/worker/flush/flush.py",
        "            link, name, value, context.by.at, row=row.number,", "            Link(in_flight_writes=[]), name, value, context.by.at, row=row.number,",
        "tests/sync/test_google_down.py tests/sync/test_both_ways.py",
    ),
    Mutation(
        "never the wrong column: the header is verified by the write", "bridge/worker/write/send.py",
        "if seen.header is not None and _elsewhere(one, seen.header):", "if False:",
        f"{MOVED}::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong column: people's own columns get theirs back", "bridge/worker/flush/put_back.py",
        "return write.position if write.position in found else next(iter(found), None)", "return None",
        f"{MOVED}::test_what_went_into_a_column_of_the_peoples_own_is_put_back_and_told",
    ),
    Mutation(
        "never the wrong column: what got no answer is looked for in the row", "bridge/worker/flush/flush.py",
        "        look_in_row(context.session, link, row, view.snapshot.standing(row.number), synced, context.by)\n", "        pass\n",
        f"{MOVED}::test_what_went_into_another_column_of_its_own_row_without_an_answer_is_no_edit",
    ),
    Mutation(
        "never the wrong column: an id that a write took is given back", "bridge/worker/sweep/sweep.py",
        "        restore_ids(job, view, done.lost_ids)\n", "        pass\n",
        f"{MOVED}::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong row: a lead that moves into a row as it is emptied gets its values back",
        "bridge/worker/write/empty.py", "    if not rows:\n", "    if True:\n",
        f"{MOVED}::test_rows_that_move_as_an_empty_row_is_cleared_cost_no_lead_its_value",
    ),
    Mutation(
        "while rows or columns move, nothing is written", "bridge/worker/still.py", "    if job.moving and _standing(view)",
        "    if False and _standing(view)", f"{MOVED}::test_while_columns_go_on_moving_nothing_is_written",
    ),
    Mutation(
        "while something may stand in a wrong cell, few rows are written at once", "bridge/worker/write/send.py",
        "_growing(planned) if job.moving else", "_growing(planned) if False else",
        f"{MOVED}::test_while_something_may_stand_in_a_wrong_cell_few_rows_are_written_at_once",
    ),
    Mutation(
        "a clock set back stops nothing: a lease of the future is free", "bridge/worker/job.py",
        "        | (SheetQueue.lease_until > now + lasts + SKEW)\n", "",
        "tests/sync/test_clock.py::test_a_lease_that_is_held_is_not_taken_for_one_of_the_future",
    ),
    Mutation(
        "a clock set back stops nothing: what is stored is dated anew", "bridge/worker/sweep/sweep.py",
        "        date_anew(session, view.config.key, view.began)\n", "",
        "tests/sync/test_clock.py::test_an_approval_dated_ahead_does_not_count_for_rows_that_vanish_later",
    ),
    Mutation(
        "a new row looks like the row above: without its totals", "bridge/worker/flush/append.py",
        "is_of_row(str(standing[column].entered), like)", "True",
        "tests/sync/test_appended_rows.py::test_a_total_is_not_copied_and_its_column_gets_the_tasks_value",
    ),
    Mutation(
        "others write while a sweep looks at all rows", "bridge/worker/sweep/sweep.py",
        "    with job.runtime.session() as session:\n        decided", "    with begin() as session:\n        decided",
        "tests/sync/test_columns.py::test_others_may_write_while_a_sweep_looks_at_all_rows",
    ),
    Mutation(
        "what a person approves while a sweep looks counts", "bridge/sync/columns/survey.py",
        "    if (health.columns or {}, list(health.header or ())) != (decided.before, decided.headers.before):\n", "    if False:\n",
        "tests/sync/test_columns.py::test_a_column_that_is_approved_while_a_sweep_looks_stays_approved",
    ),
    Mutation(
        "few calls: the answer to a write shows a protected header too", "bridge/google/sheet.py",
        "header = None if typed and self._header_guarded", "header = None if self._header_guarded",
        f"{MOVED}::test_a_protected_header_is_shown_by_the_answer_to_the_write_as_any_other",
    ),
    Mutation(
        "a lost commit is noticed: of the database at hand, and no other", "bridge/runtime.py",
        'f"{key}.{digest}.lease"', 'f"{key}.lease"',
        "tests/sync/test_older_database.py::test_another_database_in_the_same_home_is_not_an_older_one",
    ),
    Mutation(
        "a date is a date in an unformatted cell", "bridge/worker/flush/flush.py", "            formats[column] = form\n", "            pass\n",
        "tests/sync/test_dates.py::test_a_date_from_the_task_is_a_date_in_the_sheet_in_one_write_and_comes_not_back",
    ),
)  # fmt: skip
