"""What `bridge.core` protects."""

from tests.prove.mutations.mutation import Mutation

BOTH = "tests/sync/test_both_ways.py"
IS_A_LEAD = "tests/sync/test_what_is_a_lead.py"
COLUMNS = "tests/sync/test_columns.py"
MUTATIONS = (
    Mutation(
        "a held field is not used in its own place either", "bridge/core/mapping.py",
        "places.items() if not one.why}", "places.items()}",
        "tests/sync/test_id_column.py::test_no_field_is_used_that_is_held_in_its_own_place",
    ),
    Mutation(
        "a column is an identity: the exact header counts", "bridge/core/mapping.py", "sorted((key != exact, index)", "sorted((False, index)",
        f"{COLUMNS}::test_an_alias_left_of_the_exact_header_takes_nothing_and_is_told",
    ),
    Mutation(
        "a column is an identity: another one is held", "bridge/core/columns.py",
        "if seen.changed <= most or not _is_another(name, now, before, seen, headers):", "if True:",
        f"{COLUMNS}::test_a_field_whose_column_is_another_one_is_held_and_lifts_when_the_old_one_is_back",
    ),
    Mutation(
        "a column is an identity: one that is named back is the same", "bridge/core/columns.py",
        "    if _is_named_back(now, before, headers):", "    if False:",
        f"{COLUMNS}::test_a_header_that_is_named_back_is_the_column_it_was_whatever_was_pasted_meanwhile",
    ),
    Mutation(
        "a column is an identity: another header renamed means nothing", "bridge/core/columns.py",
        "and not self.renamed(text, at) for", "for", f"{COLUMNS}::test_what_is_pasted_while_another_header_is_renamed_is_no_other_column",
    ),
    Mutation(
        "a column of a person's own is left alone", "bridge/core/columns.py",
        "if not seen.foreign or (usual and seen.foreign <= seen.kept):", "if True:",
        f"{COLUMNS}::test_own_columns_that_are_headed_like_the_bridges_are_left_alone_and_asked_about",
    ),
    Mutation(
        "what cells hold before anybody fills them is no lead: the bridge", "bridge/core/fields.py",
        "return self.field in {\"id\", \"name\"} or not (cell.choice or (default is not None and value == default))", "return True",
        f"{IS_A_LEAD}::test_the_bridge_misses_an_id_in_every_lead_and_in_nothing_else",
    ),
    Mutation(
        "no lost edit: a read that may be old is not believed", "bridge/core/merge.py",
        "elif shown in replaced.get(name, ()):", "elif False:",
        f"{BOTH}::test_a_lagging_read_is_waited_out_and_undoes_nothing",
    ),
    Mutation(
        "deletions: an accident is held", "bridge/core/deletions.py", "if len(open_rows) - len(approved_rows) <= allowed(leads + len(open_rows)):", "if True:",
        "tests/sync/test_deletions.py::test_many_rows_gone_at_once_archive_nothing_until_a_person_approves",
    ),
    Mutation(
        "deletions: an empty sheet is none", "bridge/core/deletions.py", "if leads == 0:", "if False:",
        "tests/unit/test_plan.py",
    ),
    Mutation(
        "a clock set back stops nothing: what was agreed in the future is compared", "bridge/core/clock.py",
        "return moment > began and not is_future(moment, now)", "return moment > began",
        "tests/unit/test_clock.py",
    ),
    Mutation(
        "dates are not guessed", "bridge/core/cells.py", "(cell.format in DAYS and _is_number(cell.value))", "_is_number(cell.value)",
        "tests/unit/test_mapping.py",
    ),
    Mutation(
        "values that look alike are no conflict", "bridge/core/mapping.py", "if word == value or same_text(word, value)", "if word == value",
        "tests/sync/test_look_alikes.py::test_both_sides_changed_to_look_the_same_are_no_conflict_and_no_ping_pong",
    ),
    Mutation(
        "ids are not guessed", "bridge/core/cells.py", "if abs(cell.value) >= 10**EXACT_DIGITS:", "if False:",
        "tests/unit/test_mapping.py",
    ),
)  # fmt: skip
