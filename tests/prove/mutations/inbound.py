"""What `bridge.inbound` protects."""

from tests.prove.mutations.mutation import Mutation

BOTH = "tests/sync/test_both_ways.py"
COPIES = "tests/sync/test_copies.py"
LIMITS = "tests/sync/test_limits.py"
BAD_ROW = "tests/sync/test_one_bad_row.py"
COLUMNS = "tests/sync/test_columns.py"
MUTATIONS = (
    Mutation(
        "one row's exception is its own: deliveries", "bridge/inbound/webhook.py", "not (contended(error) or may_be_a_rows(error))",
        "not contended(error)", f"{BAD_ROW}::test_two_rows_of_one_id_are_told_although_another_row_fails",
    ),
    Mutation(
        "a column is an identity: a held field is not read", "bridge/inbound/webhook.py",
        "if not health.columns or not layout.unagreed(health.columns, health.header or ()):", "if True:",
        f"{COLUMNS}::test_a_held_field_outlives_a_restart_and_a_delivery_tells_it",
    ),
    Mutation(
        "cells that were not read are not empty", "bridge/inbound/reading.py", "layout.within(len(found))", "layout",
        f"{LIMITS}::test_a_date_that_no_calendar_has_and_a_row_that_is_cut_short_are_no_matter_of_others",
    ),
    Mutation(
        "a stray cell far to the right stops nothing", "bridge/inbound/schema.py", "MOST_COLUMNS = 18_278", "MOST_COLUMNS = 100",
        f"{LIMITS}::test_a_stray_cell_far_to_the_right_is_no_matter",
    ),
    Mutation(
        "half an emoji stops nothing", "bridge/inbound/schema.py", "storable_json(body) if", "body if",
        f"{LIMITS}::test_a_delivery_with_signs_that_no_database_keeps_is_taken",
    ),
    Mutation(
        "a script of another place is told", "bridge/inbound/webhook.py", "if problem.kind in notices.STRANGERS:", "if False:",
        f"{COPIES}::test_the_script_of_a_copied_spreadsheet_is_refused_and_told",
    ),
    Mutation(
        "converge", "bridge/inbound/task_signals.py", "if link.row_pending or needs_write(task, link, mapping):", "if False:",
        f"{BOTH}::test_a_patch_writes_the_cell",
    ),
    Mutation(
        "no lost edit: what was typed under our write", "bridge/inbound/reading.py",
        "typed=edited.typed if edited and alone and _is_a_persons(sheet.mapping, touched[0]) else None", "typed=None",
        f"{BOTH}::test_a_word_typed_in_the_moment_of_our_write_is_told_by_the_event_and_put_back",
    ),
    Mutation(
        "a title that follows the template renames the lead", "bridge/inbound/task_signals.py",
        "            follow_title(session, link, task, mapping, By(actor, self._runtime.now()))\n", "            pass\n",
        "tests/sync/test_titles.py::test_a_title_that_follows_the_template_renames_the_lead",
    ),
)  # fmt: skip
