"""``make mutate``: every guarantee is seen to fail when its protection is removed. A copy of the project loses one
protection at a time; a check of the fast tier that guards it must fail, else this does.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_COPIED = (".venv", ".git", "node_modules", "instance", "build", "__pycache__", ".*_cache", ".hypothesis")


@dataclass(frozen=True)
class Mutation:
    """In ``path``, ``old`` becomes ``new``; then the tests ``guard`` must fail."""

    guarantee: str
    path: str
    old: str
    new: str
    guard: str


BOTH, MISDIRECTED = "tests/sync/test_both_ways.py", "tests/sync/test_misdirected_writes.py"
OVERWRITTEN, MOVED = "tests/sync/test_overwritten_edits.py", "tests/sync/test_moved_columns.py"
IDS, IS_A_LEAD = "tests/apps_script/test_ids.py", "tests/sync/test_what_is_a_lead.py"
APPENDED = "tests/sync/test_appended_rows.py"
COPIES, TABS = "tests/sync/test_copies.py", "tests/apps_script/test_tabs.py"
REFUSED_ROWS = "tests/sync/test_refused_rows.py"
LIMITS = "tests/sync/test_limits.py"
REFUSED_WRITES = "tests/sync/test_refused_writes.py"
BAD_ROW = "tests/sync/test_one_bad_row.py"
COLUMNS = "tests/sync/test_columns.py"
MUTATIONS = (
    Mutation(
        "one link's exception is its own", "bridge/worker/flush.py", "        return _decide_all(job, view, lead_ids, _decide_apart)",
        "        raise", f"{REFUSED_WRITES}::test_a_link_whose_merge_raises_stops_no_other_and_is_tried_again",
    ),
    Mutation(
        "one row's exception is its own: deliveries", "bridge/inbound/webhook.py", "not (contended(error) or may_be_a_rows(error))",
        "not contended(error)", f"{BAD_ROW}::test_two_rows_of_one_id_are_told_although_another_row_fails",
    ),
    Mutation(
        "one row's exception is its own: sweeps", "bridge/sync/apart.py", "if not may_be_a_rows(error):", "if True:",
        f"{BAD_ROW}::test_a_known_row_that_fails_stops_no_other_and_loses_nothing",
    ),
    Mutation(
        "what a failed row had begun is undone", "bridge/store/unit_of_work.py", "        with session.begin_nested():", "        if True:",
        f"{BAD_ROW}::test_a_new_row_that_fails_stops_no_other_and_is_tried_again",
    ),
    Mutation(
        "what a failed row had noted is undone", "bridge/store/unit_of_work.py", "        noted.notes = []\n        noted.wakes, noted.locked",
        "        noted.wakes, noted.locked", f"{BAD_ROW}::test_a_known_row_that_fails_stops_no_other_and_loses_nothing",
    ),
    Mutation(
        "a column is an identity: the exact header counts", "bridge/core/mapping.py", "sorted((key != exact, index)", "sorted((False, index)",
        f"{COLUMNS}::test_an_alias_left_of_the_exact_header_takes_nothing_and_is_told",
    ),
    Mutation(
        "a column is an identity: another one is held", "bridge/core/columns.py",
        "if seen.changed <= allowed(seen.kept + seen.changed) or not _is_another(now, before, seen, headers):", "if True:",
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
        "no second task while the matching column is held", "bridge/sync/link_row.py",
        "    if not found and (waits := _unmatched(context, row)):", "    if not found and (waits := ''):",
        f"{COLUMNS}::test_a_new_row_waits_while_the_column_that_finds_its_task_is_held",
    ),
    Mutation(
        "a column is an identity: a held field is not read", "bridge/inbound/webhook.py",
        "if not queue.health.columns or not layout.strange(queue.health.columns):", "if True:",
        f"{COLUMNS}::test_a_held_field_outlives_a_restart_and_a_delivery_tells_it",
    ),
    Mutation(
        "a column is an identity: a held field is not written", "bridge/worker/flush.py",
        "if view.layout.strange(health.columns or {}):", "if False:",
        f"{COLUMNS}::test_what_is_patched_while_a_field_is_held_goes_into_no_other_column",
    ),
    Mutation(
        "a column of a person's own is left alone", "bridge/core/columns.py",
        "if not seen.foreign or (usual and seen.foreign <= seen.kept):", "if True:",
        f"{COLUMNS}::test_own_columns_that_are_headed_like_the_bridges_are_left_alone_and_asked_about",
    ),
    Mutation(
        "cells that were not read are not empty", "bridge/inbound/webhook.py", "layout.within(len(found))", "layout",
        f"{LIMITS}::test_a_date_that_no_calendar_has_and_a_row_that_is_cut_short_are_no_matter_of_others",
    ),
    Mutation(
        "a stray cell far to the right stops nothing", "bridge/inbound/schema.py", "MOST_COLUMNS = 18_278", "MOST_COLUMNS = 1000",
        f"{LIMITS}::test_a_stray_cell_far_to_the_right_is_no_matter",
    ),
    Mutation(
        "of a wide tab only known columns are read", "apps_script/Sheet.js", "columns > NARROW ? header_(sheet) : []", "[]",
        "tests/apps_script/test_edits.py::test_of_a_wide_tab_only_the_columns_are_read_that_the_bridge_knows",
    ),
    Mutation(
        "half an emoji stops nothing", "bridge/inbound/schema.py", "storable_json(body) if", "body if",
        f"{LIMITS}::test_a_delivery_with_signs_that_no_database_keeps_is_taken",
    ),
    Mutation(
        "a lead has its task, whatever its name", "bridge/sync/link_row.py",
        'if "name" in unread and row.values.get("name") is not None:', "if False:",
        f"{LIMITS}::test_new_rows_with_values_beyond_their_limits_have_their_tasks",
    ),
    Mutation(
        "a refused append is its task's alone", "bridge/worker/parts.py", "except Rejected as error:",
        "except ZeroDivisionError as error:",
        f"{REFUSED_ROWS}::test_a_sheet_at_googles_limit_of_cells_takes_every_other_write",
    ),
    Mutation(
        "what is rejected as a whole is halved at once", "bridge/worker/parts.py", "            if len(part) == 1:",
        "            if True:", f"{REFUSED_ROWS}::test_of_several_new_rows_only_the_one_that_google_refuses_waits",
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
        "what cells hold before anybody fills them is no lead: the bridge", "bridge/core/mapping.py",
        "return name in {\"id\", \"name\"} or not (cell.choice or value == self.default_of(name))", "return True",
        f"{IS_A_LEAD}::test_the_bridge_misses_an_id_in_every_lead_and_in_nothing_else",
    ),
    Mutation(
        "what cells hold before anybody fills them is no lead: the script", "apps_script/Leads.js",
        "tells(number, at) && typed(number, at)", "tells(number, at)",
        f"{IS_A_LEAD}::test_the_script_gives_an_id_to_every_lead_and_to_nothing_else",
    ),
    Mutation(
        "a new row comes below the last lead", "bridge/worker/locate.py",
        "if row.lead_id and row.values.get(\"name\")", "if row.cells",
        f"{APPENDED}::test_the_new_row_comes_right_below_the_last_lead",
    ),
    Mutation(
        "a new row overwrites nothing", "bridge/google/new_rows.py",
        "found: list[Request] = [{\"insertDimension\": {\"range\": lines, \"inheritFromBefore\": from_before}}]",
        "found: list[Request] = []", f"{APPENDED}::test_what_a_person_does_right_before_the_write_stays",
    ),
    Mutation(
        "a new row has the formulas of the row above", "bridge/google/new_rows.py",
        "for run in _runs(place.formulas)]", "for run in ()]", f"{APPENDED}::test_the_new_row_looks_like_the_row_above",
    ),
    Mutation(
        "a new row whose columns moved is taken back", "bridge/worker/append.py",
        "if header is not None and job.config.mapping.locate(header.header) != view.layout:", "if False:",
        f"{APPENDED}::test_a_column_that_comes_right_before_the_write_gets_no_value_of_the_new_row",
    ),
    Mutation(
        "a table grows with a new row", "bridge/google/new_rows.py", "if place.table is not None:", "if False:",
        f"{APPENDED}::test_a_table_has_the_new_row_inside",
    ),
    Mutation(
        "one sheet for each tab", "bridge/worker/sweep.py", "    if other is not None:\n        raise Permanent(\n            f\"sheet '{other}'",
        "    if False:\n        raise Permanent(\n            f\"sheet '{other}'",
        f"{COPIES}::test_two_sheets_that_come_to_name_one_tab_are_told_and_only_one_goes_on",
    ),
    Mutation(
        "a script of another place is told", "bridge/inbound/webhook.py", "if problem.kind in notices.STRANGERS:", "if False:",
        f"{COPIES}::test_the_script_of_a_copied_spreadsheet_is_refused_and_told",
    ),
    Mutation(
        "nothing is written before the lock is held", "bridge/maintenance/serving.py",
        "fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)\n        except BlockingIOError as error:",
        "pass\n        except BlockingIOError as error:", "tests/unit/test_serving.py",
    ),
    Mutation(
        "who is stopped is named", "bridge/maintenance/serving.py", "    if is_stopped(pid):\n", "    if False:\n",
        "tests/unit/test_serving.py",
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
        "one trouble does not fill the log", "bridge/config/log_limit.py", "return count < MOST", "return True",
        "tests/unit/test_limits.py",
    ),
    Mutation(
        "silent connections hinder nobody", "bridge/server/answering.py",
        "if self.nr_conns >= self.worker_connections - 1:", "if False:", "tests/process/test_few_resources.py",
    ),
    Mutation(
        "Google's refusals are told by their cause", "bridge/google/refusals.py", '(403, "SERVICE_DISABLED"): Refusal(',
        '(403, "?"): Refusal(', "tests/unit/test_refusals.py",
    ),
    Mutation(
        "converge", "bridge/inbound/task_signals.py", "if link.row_pending or needs_write(task, link, mapping):", "if False:",
        f"{BOTH}::test_a_patch_writes_the_cell",
    ),
    Mutation(
        "no lost edit: a read that may be old is not believed", "bridge/core/merge.py",
        "elif shown in replaced.get(name, ()):", "elif False:",
        f"{BOTH}::test_a_lagging_read_is_waited_out_and_undoes_nothing",
    ),
    Mutation(
        "no lost edit: what was typed under our write", "bridge/inbound/webhook.py",
        "typed=_word(sheet.mapping, touched[0], edited.typed) if edited and alone else None", "typed=None",
        f"{BOTH}::test_a_word_typed_in_the_moment_of_our_write_is_told_by_the_event_and_put_back",
    ),
    Mutation(
        "no lost edit: a wish for a sweep is kept", "bridge/queue/sweep_requests.py",
        "[one for one in queue.sweeps if one > began.timestamp()]", "[]",
        f"{BOTH}::test_a_wish_for_a_sweep_outlives_one_that_began_before_it",
    ),
    Mutation(
        "one task per lead: first contact", "bridge/sync/link_row.py",
        "    if with_id or not context.sheet.match:\n        return with_id", "    if not context.sheet.match:\n        return []",
        "tests/sync/test_adopt.py",
    ),
    Mutation(
        "one task per lead: an append is not repeated blindly", "bridge/sync/new_rows.py",
        "return link.append_tried_at is None or link.append_tried_at + LAG <= now", "return True",
        "tests/sync/test_new_rows.py::test_an_append_without_an_answer_that_a_late_read_does_not_show_is_not_repeated",
    ),
    Mutation(
        "one task per lead: copies", "bridge/sync/ingest.py",
        "return same_id(number, lead_id, other, assign_ids=context.sheet.assign_ids) if other else \"\"", "return \"\"",
        "tests/sync/test_identity.py::test_of_two_equal_rows_it_is_all_one_which_keeps_the_lead_and_the_other_changes_nothing",
    ),
    Mutation(
        "never the wrong row: the answer is checked", "bridge/worker/send.py",
        "if id_cell != _empty_as_none(one.write.id_cell):", "if False:",
        f"{BOTH}::test_rows_sorted_while_a_write_is_under_way_get_their_own_values_back",
    ),
    Mutation(
        "never the wrong row: the victim gets its own value back", "bridge/sync/misdirected_writes.py",
        "        mark_pending(session, victim, by.at + LAG_WAIT)", "        pass",
        f"{BOTH}::test_rows_sorted_while_a_write_is_under_way_get_their_own_values_back",
    ),
    Mutation(
        "never the wrong row: a misdirected write waits out the lag", "bridge/store/history.py",
        "LAG_WAIT = timedelta(seconds=2)", "LAG_WAIT = timedelta(0)",
        f"{MISDIRECTED}::test_while_reads_lag_a_misdirected_write_is_not_repeated_again_and_again",
    ),
    Mutation(
        "never the wrong row: what got no answer is looked for", "bridge/sync/misdirected_writes.py",
        "    link.in_flight_writes.extend(in_flight_writes.copied(sent, WriteState.MISSING))\n", "",
        f"{MISDIRECTED}::test_a_misdirected_write_without_an_answer_is_put_right_though_the_rows_moved_again",
    ),
    Mutation(
        "never the wrong row: an event tells its own columns only", "bridge/sync/misdirected_writes.py",
        "        doubtful[link.id].setdefault(name, set()).update(found)\n", "        continue\n",
        f"{MISDIRECTED}::test_a_delivery_of_a_row_into_which_a_write_goes_by_mistake_takes_only_what_its_person_typed",
    ),
    Mutation(
        "never the wrong row: what a delivery shows is as old as its signature", "bridge/sync/load.py",
        "min(context.by.at, context.reading.signed or context.by.at)", "context.by.at",
        f"{MISDIRECTED}::test_a_delivery_that_comes_after_the_misdirected_write_was_put_right_does_not_bring_it_back",
    ),
    Mutation(
        "no lost edit: what we wrote long ago is a person's again", "bridge/store/in_flight_writes.py",
        'InFlightWrite.sent_at > bindparam("kept_since")', 'bindparam("kept_since").is_not(None)',
        f"{MISDIRECTED}::test_a_word_that_we_wrote_a_minute_ago_is_a_persons_when_a_sweep_finds_it",
    ),
    Mutation(
        "no lost edit: a word that moved and was covered", "bridge/sync/ingest.py",
        "context = check_event(context)", "pass",
        f"{MISDIRECTED}::test_a_word_whose_row_moved_and_was_written_before_the_script_looked_is_in_that_leads_history",
    ),
    Mutation(
        "never the wrong lead: what a paste shows may be a write of ours", "bridge/sync/edit_events.py",
        "return replace(context, reading=replace(reading, event_fields=fields))", "return context",
        f"{OVERWRITTEN}::test_a_cell_cleared_or_pasted_under_a_write_for_another_lead_does_not_get_that_leads_value",
    ),
    Mutation(
        "never the wrong lead: a write at that place covered no word typed elsewhere", "bridge/sync/edit_events.py",
        "(write.field, write.value, write.row) == (name, row.values.get(name), row.number)",
        "(write.field, write.value) == (name, row.values.get(name))",
        f"{OVERWRITTEN}::test_a_word_whose_row_was_deleted_goes_to_no_other_row",
    ),
    Mutation(
        "never the wrong lead: a word that stands somewhere is that lead's", "bridge/sync/overwritten_edits.py",
        "        return \"found\"\n", "        pass\n",
        f"{OVERWRITTEN}::test_a_word_follows_its_row_and_not_the_lead_that_was_written_just_now",
    ),
    Mutation(
        "never the wrong lead: a read that may be old shows no absence", "bridge/sync/overwritten_edits.py",
        "        return \"later\"\n", "        pass\n",
        f"{OVERWRITTEN}::test_a_sweep_that_shows_the_sheet_as_it_was_decides_nothing",
    ),
    Mutation(
        "no ping-pong", "bridge/sync/merge_row.py",
        "return any(name not in refused or refused[name] != value for name, value in owed.items())",
        "return True", f"{BOTH}::test_an_edit_of_the_sheet_owes_the_sheet_nothing",
    ),
    Mutation(
        "nothing waits for ever: what the row shows already is settled with the rest", "bridge/worker/send.py",
        "{*one.values, *one.shown}", "set(one.values)",
        "tests/sync/test_waiting_changes.py::test_what_landed_without_an_answer_is_told_as_applied",
    ),
    Mutation(
        "nothing waits for ever: what no cell takes is refused, whatever a person typed there", "bridge/store/history.py",
        "        brought[0].state, brought[0].reason = ChangeState.REFUSED, reason\n        return\n", "        pass\n",
        "tests/sync/test_waiting_changes.py::test_a_patch_that_no_cell_takes_is_refused_though_a_person_typed_the_same_into_the_cell",
    ),
    Mutation(
        "nothing waits for ever: an archived task whose row is gone", "bridge/sync/vanished_rows.py",
        "    _end_hopeless(session, sheet.key)\n", "",
        "tests/sync/test_waiting_changes.py::test_no_change_waits_when_both_sides_are_at_rest",
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
        "a poison row holds nobody up", "bridge/queue/pending.py",
        "return alike[: (len(alike) + 1) // 2] if alike and alike[0].attempts else alike", "return links",
        "tests/sync/test_dead_letters.py::test_a_row_whose_write_always_fails_holds_nobody_up",
    ),
    Mutation(
        "a crash loses nothing: what leaves is recorded before", "bridge/worker/flush.py",
        "            link, name, value, context.by.at, row=row.number,", "            Link(in_flight_writes=[]), name, value, context.by.at, row=row.number,",
        "tests/sync/test_google_down.py tests/sync/test_both_ways.py",
    ),
    Mutation(
        "never the wrong column: the header is verified by the write", "bridge/worker/send.py",
        "if seen.header is not None and _elsewhere(one, seen.header):", "if False:",
        f"{MOVED}::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong column: people's own columns get theirs back", "bridge/worker/put_back.py",
        "return write.position if write.position in found else next(iter(found), None)", "return None",
        f"{MOVED}::test_what_went_into_a_column_of_the_peoples_own_is_put_back_and_told",
    ),
    Mutation(
        "never the wrong column: what got no answer is looked for in the row", "bridge/worker/flush.py",
        "        look_in_row(context.session, link, row, view.snapshot.standing(row.number), synced, context.by)\n", "        pass\n",
        f"{MOVED}::test_a_process_that_dies_before_it_verifies_leaves_no_wrong_cell {MOVED}::test_columns_that_move_under_a_write_without_an_answer_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong column: an id that a write took is given back", "bridge/worker/sweep.py",
        "        restore_ids(job, view, done.lost_ids)\n", "        pass\n",
        f"{MOVED}::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "a clock set back stops nothing: what was agreed in the future is compared", "bridge/core/clock.py",
        "return moment > began and not is_future(moment, now)", "return moment > began",
        "tests/unit/test_clock.py",
    ),
    Mutation(
        "a clock set back stops nothing: a lease of the future is free", "bridge/worker/job.py",
        "        | (SheetQueue.lease_until > now + lasts + SKEW)\n", "",
        "tests/sync/test_clock.py::test_no_stored_moment_of_the_future_keeps_a_patch_from_its_cell",
    ),
    Mutation(
        "a clock set back stops nothing: what is stored is dated anew", "bridge/worker/sweep.py",
        "        date_anew(session, view.config.key, view.began)\n", "",
        "tests/sync/test_clock.py::test_an_approval_dated_ahead_does_not_count_for_rows_that_vanish_later",
    ),
    Mutation(
        "no title is lost without a word", "bridge/sync/merge_row.py",
        "        keep_own_title(context.session, link, task, changes[\"title\"], context.by)\n", "        pass\n",
        "tests/sync/test_titles.py::test_a_title_of_its_own_gives_way_to_the_name_and_can_be_taken_back",
    ),
    Mutation(
        "a title that follows the template renames the lead", "bridge/inbound/task_signals.py",
        "            follow_title(session, link, task, mapping, By(actor, self._runtime.now()))\n", "            pass\n",
        "tests/sync/test_titles.py::test_a_title_that_follows_the_template_renames_the_lead",
    ),
    Mutation(
        "a refusal is not for ever: one is tried again", "bridge/queue/pending.py",
        "    if _is_exhausted(link, now):\n        give_up(session, link, wanted, now, why)\n        return True\n", "    give_up(session, link, wanted, now, why)\n    return True\n",
        "tests/sync/test_refusals.py::test_a_write_that_google_refuses_a_few_times_is_written",
    ),
    Mutation(
        "dates are not guessed", "bridge/core/cells.py", "(cell.format in DAYS and _is_number(cell.value))", "_is_number(cell.value)",
        "tests/unit/test_mapping.py",
    ),
    Mutation(
        "a date is a date in an unformatted cell", "bridge/worker/flush.py", "            formats[column] = form\n", "            pass\n",
        "tests/sync/test_kinds.py::test_a_date_from_the_task_is_a_date_in_the_sheet_in_one_write_and_comes_not_back",
    ),
    Mutation(
        "a text that looks like an error is text", "apps_script/Sheet.js", "looks && !texts[row][column]", "looks",
        "tests/sync/test_kinds.py::test_a_text_that_looks_like_an_error_is_text_and_an_error_is_none",
    ),
    Mutation(
        "both databases compare alike", "bridge/tracker.py", " | column.regexp_match(UNUSUAL)", "",
        "tests/sync/test_look_alikes.py::test_the_unique_field_is_recognised_as_a_person_sees_it_on_either_database",
    ),
    Mutation(
        "words that look alike are told", "bridge/config/sheets.py", "setdefault(likeness(word), word)) != word", "setdefault(word, word)) != word",
        "tests/unit/test_config.py",
    ),
    Mutation(
        "values that look alike are no change", "bridge/sync/merge_row.py", "kind == \"text\" and same_text(before, value)", "kind == \"text\" and False",
        "tests/sync/test_look_alikes.py::test_a_text_retyped_to_look_the_same_is_no_change",
    ),
    Mutation(
        "values that look alike are no conflict", "bridge/core/mapping.py", "if word == value or same_text(word, value)", "if word == value",
        "tests/sync/test_look_alikes.py::test_both_sides_changed_to_look_the_same_are_no_conflict_and_no_ping_pong",
    ),
    Mutation(
        "ids are not guessed", "bridge/core/cells.py", "if abs(cell.value) >= 10**EXACT_DIGITS:", "if False:",
        "tests/unit/test_mapping.py",
    ),
    Mutation(
        "ranges of dropdowns are known", "bridge/google/snapshot.py", "return self.ranges.get(values[0])", "return None",
        "tests/sync/test_kinds.py::test_a_word_is_written_as_the_range_of_a_dropdown_spells_it",
    ),
    Mutation(
        "options of ranges grow not old", "bridge/google/dropdowns.py", "now >= self._until.get(one, now)", "one not in self._until",
        "tests/sync/test_kinds.py::test_the_options_of_a_range_are_read_anew_after_a_while",
    ),
)  # fmt: skip


def main() -> int:
    """Try every mutation, a few at a time; returns how many survived."""
    with ThreadPoolExecutor(os.cpu_count()) as trying:
        unharmed = trying.submit(
            _outcome, None, sorted({one for mutation in MUTATIONS for one in mutation.guard.split()})
        )
        outcomes = [trying.submit(_outcome, mutation, mutation.guard.split()) for mutation in MUTATIONS]
        survived = 0
        for mutation, outcome in zip(MUTATIONS, outcomes, strict=True):
            caught = outcome.result() == pytest.ExitCode.TESTS_FAILED
            survived += not caught
            print(f"{'caught  ' if caught else 'SURVIVED'} {mutation.guarantee}", flush=True)
        if unharmed.result() != pytest.ExitCode.OK:
            sys.exit("the checks fail although nothing was removed, so what they say of the mutations means nothing")
    return survived


def _outcome(mutation: Mutation | None, guards: Sequence[str]) -> int:
    """How these checks of the fast tier end on a copy of the project with this mutation, if any."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        if mutation:
            path = copy / mutation.path
            text = path.read_text(encoding="utf-8")
            assert text.count(mutation.old) == 1, f"{mutation.path} no longer has: {mutation.old}"
            path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not full", "-p", "no:cacheprovider", *guards]
        return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
