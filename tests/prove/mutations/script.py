"""What `apps_script` protects."""

from tests.prove.mutations.mutation import Mutation

IDS = "tests/apps_script/test_ids.py"
IS_A_LEAD = "tests/sync/test_what_is_a_lead.py"
TABS = "tests/apps_script/test_tabs.py"
MUTATIONS = (
    Mutation(
        "of a wide tab only known columns are read", "apps_script/Sheet.js", "columns > NARROW ? header_(sheet) : []", "[]",
        "tests/apps_script/test_edits.py::test_of_a_wide_tab_only_the_columns_are_read_that_the_bridge_knows",
    ),
    Mutation(
        "each tab has its own connection", "apps_script/State.js", "const prefix = former ? OURS : own;", "const prefix = OURS;",
        f"{TABS}::test_edits_of_two_tabs_go_each_to_its_own_connection",
    ),
    Mutation(
        "a connection of an earlier version is kept", "apps_script/State.js",
        "Number(kept[FORMER_TAB] || 0) === tab;", "false;",
        f"{TABS}::test_a_connection_of_an_earlier_version_goes_on_working",
    ),
    Mutation(
        "an id given by the script never stays in another lead's row", "apps_script/Ids.js",
        "if (given.size) settleIds_(sheet, settings, before, given);", "",
        f"{IDS}::test_rows_that_move_between_any_two_calls_keep_their_ids",
    ),
    Mutation(
        "an id that a person types is not overwritten by the script", "apps_script/Ids.js",
        "return before.header.every((_, at) =>", "return true || before.header.every((_, at) =>",
        f"{IDS}::test_a_person_who_types_an_id_until_right_before_the_write_keeps_it",
    ),
    Mutation(
        "ids that look alike are not taken for copies", "apps_script/Leads.js",
        "return cell === false ? '' : asSeen_(String(cell));", "return cell === false ? '' : String(cell).slice(0, 6);",
        f"{IDS}::test_ids_that_look_alike_are_different_ids",
    ),
    Mutation(
        "only the id of a row that is a copy as a whole is replaced", "apps_script/Leads.js",
        "[look.column, ...telling_(look.header, settings)]", "[look.column]",
        f"{IDS}::test_a_pasted_id_of_another_lead_stays_for_its_person_to_mend_but_a_copied_row_is_a_new_lead",
    ),
    Mutation(
        "an id within one heartbeat, however the row came", "apps_script/Edit.js",
        "const sent = sendNew_(state);", "const sent = null;",
        f"{IDS}::test_a_row_that_comes_without_an_edit_gets_an_id_and_is_sent_within_one_heartbeat",
    ),
    Mutation(
        "what cells hold before anybody fills them is no lead: the script", "apps_script/Leads.js",
        "tells(number, at) && typed(number, at)", "tells(number, at)",
        f"{IS_A_LEAD}::test_the_script_gives_an_id_to_every_lead_and_to_nothing_else",
    ),
    Mutation(
        "a large tab is not read every five minutes: of rows with an id, no more than that", "apps_script/Leads.js",
        "filter((row) => row > 1 && !idText_(ids[row - 1][0]))", "filter((row) => row > 1)",
        "tests/apps_script/test_ids.py::test_the_timer_reads_of_a_large_tab_little_more_than_its_ids",
    ),
    Mutation(
        "a text that looks like an error is text", "apps_script/Sheet.js", "looks && !texts[row][column]", "looks",
        "tests/sync/test_values.py::test_a_text_that_looks_like_an_error_is_text_and_an_error_is_none",
    ),
)  # fmt: skip
