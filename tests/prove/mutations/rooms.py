"""What the other rooms of the bridge protect."""

from tests.prove.mutations.mutation import Mutation

BOTH = "tests/sync/test_both_ways.py"
MISDIRECTED = "tests/sync/test_misdirected_writes.py"
APPENDED = "tests/sync/test_appended_rows.py"
BAD_ROW = "tests/sync/test_one_bad_row.py"
MUTATIONS = (
    Mutation(
        "a dropdown's spelling is no change", "bridge/sync/merge_row.py", "    values |= only_spelled(row, link.base)\n", "",
        "tests/sync/test_dropdowns.py::test_an_owner_in_another_case_than_its_option_comes_not_back",
    ),
    Mutation(
        "a dropdown's range that is gone spoils no other", "bridge/google/dropdowns.py", " if half else dict.fromkeys(wanted)",
        " if not half else dict.fromkeys(wanted)", "tests/sync/test_dropdowns.py::test_a_dropdown_whose_range_is_gone_spoils_no_other",
    ),
    Mutation(
        "two bridges do not fight for a column", "bridge/sync/columns/survey.py", "if compared.changed[name] > limit or name in elsewhere]",
        "if (compared.changed[name] > limit and not mapping.is_to_sheet(name)) or name in elsewhere]",
        "tests/sync/test_columns.py::test_what_another_bridge_writes_over_ours_is_told_and_nothing_fights",
    ),
    Mutation(
        "what was refused and is written later is told as applied", "bridge/store/refused_history.py",
        "            last.state, last.reason = ChangeState.WAITING, None\n", "            pass\n",
        "tests/sync/test_waiting_changes.py::test_a_refused_change_that_is_written_later_is_applied",
    ),
    Mutation(
        "a new row gets an id that no other has", "bridge/sync/links/new_rows.py",
        "next(one for one in ids if not _is_taken(session, sheet, one))", "next(ids)",
        "tests/sync/test_new_rows.py::test_a_task_gets_another_id_than_rows_that_are_there",
    ),
    Mutation(
        "an id of the API is the row's that looks like it", "bridge/app.py", '"TASK_API_ID_FORM": as_seen', '"TASK_API_ID_FORM": str',
        "tests/sync/test_look_alikes.py::test_a_lead_id_of_the_api_that_looks_like_the_rows_is_the_same",
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
        "a new row overwrites nothing", "bridge/google/new_rows.py",
        "found: list[Request] = [{\"insertDimension\": {\"range\": lines, \"inheritFromBefore\": from_before}}]",
        "found: list[Request] = []", f"{APPENDED}::test_what_a_person_does_right_before_the_write_stays",
    ),
    Mutation(
        "a new row has the formulas of the row above", "bridge/google/new_rows.py",
        "for run in _runs(place.formulas)]", "for run in ()]", f"{APPENDED}::test_the_new_row_looks_like_the_row_above",
    ),
    Mutation(
        "a table grows with a new row", "bridge/google/new_rows.py", "if place.table is not None:", "if False:",
        f"{APPENDED}::test_a_table_has_the_new_row_inside",
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
        "no lost edit: a wish for a sweep is kept", "bridge/queue/sweep_requests.py",
        "[one for one in queue.sweeps if one > began.timestamp()]", "[]",
        f"{BOTH}::test_a_wish_for_a_sweep_outlives_one_that_began_before_it",
    ),
    Mutation(
        "never the wrong row: a misdirected write waits out the lag", "bridge/store/history.py",
        "READ_AGAIN = timedelta(seconds=2)", "READ_AGAIN = timedelta(0)",
        f"{MISDIRECTED}::test_while_reads_lag_a_misdirected_write_is_not_repeated_again_and_again",
    ),
    Mutation(
        "no lost edit: what we wrote long ago is a person's again", "bridge/store/in_flight_writes.py",
        'InFlightWrite.sent_at > bindparam("kept_since")', 'bindparam("kept_since").is_not(None)',
        f"{MISDIRECTED}::test_a_word_that_we_wrote_a_minute_ago_is_a_persons_when_a_sweep_finds_it",
    ),
    Mutation(
        "nothing waits for ever: what no cell takes is refused, whatever a person typed there", "bridge/store/history.py",
        "        brought[0].state, brought[0].reason = ChangeState.REFUSED, reason\n        return\n", "        pass\n",
        "tests/sync/test_waiting_changes.py::test_a_patch_that_no_cell_takes_is_refused_though_a_person_typed_the_same_into_the_cell",
    ),
    Mutation(
        "a poison row holds nobody up", "bridge/queue/pending.py",
        "return alike[: (len(alike) + 1) // 2] if alike and alike[0].attempts else alike", "return links",
        "tests/sync/test_dead_letters.py::test_a_row_whose_write_always_fails_holds_nobody_up",
    ),
    Mutation(
        "a refusal is not for ever: one is tried again", "bridge/queue/pending.py",
        "    if _is_exhausted(link, now):\n        give_up(session, link, wanted, now, why)\n        return True\n", "    give_up(session, link, wanted, now, why)\n    return True\n",
        "tests/sync/test_refusals.py::test_a_write_that_google_refuses_a_few_times_is_written",
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
        "ranges of dropdowns are known", "bridge/google/snapshot.py", "return self.ranges.get(values[0])", "return None",
        "tests/sync/test_dropdowns.py::test_a_word_is_written_as_the_range_of_a_dropdown_spells_it",
    ),
    Mutation(
        "options of ranges grow not old", "bridge/google/dropdowns.py", "now >= self._until.get(one, now)", "one not in self._until",
        "tests/sync/test_dropdowns.py::test_the_options_of_a_range_are_read_anew_after_a_while",
    ),
)  # fmt: skip
