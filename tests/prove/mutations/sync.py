"""What `bridge.sync` protects."""

from tests.prove.mutations.mutation import Mutation

BOTH = "tests/sync/test_both_ways.py"
MISDIRECTED = "tests/sync/test_misdirected_writes.py"
OVERWRITTEN = "tests/sync/test_overwritten_edits.py"
UNDER = "tests/sync/test_under_our_write.py"
LIMITS = "tests/sync/test_limits.py"
BAD_ROW = "tests/sync/test_one_bad_row.py"
COLUMNS = "tests/sync/test_columns.py"
MUTATIONS = (
    Mutation(
        "never the wrong column: what another row held is known if it was written lately",
        "bridge/sync/misdirected/columns.py", "(write.row_before if mine else _read_lately(victim))", "(write.row_before if mine else None)",
        "tests/sync/test_moved_columns.py::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong column: what went into one without a header, of a row that nobody knows yet, is looked for",
        "bridge/sync/misdirected/columns.py", "            if write.link_id != link.id:\n", "            if False:\n",
        "tests/sync/test_moved_columns.py::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong id: a cell that shows our own write is no witness", "bridge/sync/misdirected/ids.py",
        "    values = strays.without(row, link.id)\n", "    values = dict(row.values)\n",
        "tests/sync/test_moved_columns.py::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "never the wrong id: one given back may have gone astray itself", "bridge/sync/misdirected/ids.py",
        'for write in missing if write.field == "id" or not stays)', "for write in missing if not stays)",
        "tests/sync/test_moved_columns.py::test_columns_that_move_under_a_write_leave_no_wrong_cell",
    ),
    Mutation(
        "a misdirected write holds no column", "bridge/sync/columns/survey.py",
        "            if strays.shown(row.cells.get(name), link.link_id if link else None):", "            if False:",
        "tests/sync/test_moved_columns.py::test_while_columns_go_on_moving_nothing_is_written",
    ),
    Mutation(
        "another id column makes no lead another", "bridge/sync/columns/survey.py",
        "    if not _ids_are_doubtful(headers, now, before):", "    if True:",
        "tests/sync/test_id_column.py::test_other_ids_change_no_lead_and_make_no_task",
    ),
    Mutation(
        "one row's exception is its own: sweeps", "bridge/sync/apart.py", "if not may_be_a_rows(error):", "if True:",
        f"{BAD_ROW}::test_a_known_row_that_fails_stops_no_other_and_loses_nothing",
    ),
    Mutation(
        "no second task while the matching column is held", "bridge/sync/links/link_row.py",
        "    if not found and (waits := _unmatched(context, row)):", "    if not found and (waits := ''):",
        f"{COLUMNS}::test_a_new_row_waits_while_the_column_that_finds_its_task_is_held",
    ),
    Mutation(
        "a lead has its task, whatever its name", "bridge/sync/links/link_row.py",
        'if "name" in unread and row.values.get("name") is not None:', "if False:",
        f"{LIMITS}::test_new_rows_with_values_beyond_their_limits_have_their_tasks",
    ),
    Mutation(
        "one task per lead: first contact", "bridge/sync/links/link_row.py",
        "    if with_id or not context.sheet.match:\n        return with_id", "    if not context.sheet.match:\n        return []",
        "tests/sync/test_adopt.py",
    ),
    Mutation(
        "one task per lead: an append is not repeated blindly", "bridge/sync/links/new_rows.py",
        "return link.append_tried_at is None or link.append_tried_at + READ_LAG <= now", "return True",
        "tests/sync/test_new_rows.py::test_an_append_without_an_answer_that_a_late_read_does_not_show_is_not_repeated",
    ),
    Mutation(
        "one task per lead: copies", "bridge/sync/ingest.py",
        "return same_id(number, lead_id, other, assign_ids=context.sheet.assign_ids) if other else \"\"", "return \"\"",
        "tests/sync/test_identity.py::test_of_two_equal_rows_it_is_all_one_which_keeps_the_lead_and_the_other_changes_nothing",
    ),
    Mutation(
        "never the wrong row: the victim gets its own value back", "bridge/sync/misdirected/rows.py",
        "        mark_pending(session, victim, by.at + READ_AGAIN)", "        pass",
        f"{BOTH}::test_rows_sorted_while_a_write_is_under_way_get_their_own_values_back",
    ),
    Mutation(
        "never the wrong row: what got no answer is looked for", "bridge/sync/misdirected/rows.py",
        "    link.in_flight_writes.extend(in_flight_writes.copied(sent, WriteState.MISSING))\n", "",
        f"{MISDIRECTED}::test_a_misdirected_write_without_an_answer_is_put_right_though_the_rows_moved_again",
    ),
    Mutation(
        "never the wrong row: an event tells its own columns only", "bridge/sync/misdirected/rows.py",
        "        doubtful[link.id].setdefault(name, set()).update(read, (write.value for write in others))\n", "        continue\n",
        f"{MISDIRECTED}::test_a_delivery_of_a_row_into_which_a_write_goes_by_mistake_takes_only_what_its_person_typed",
    ),
    Mutation(
        "never the wrong row: what a delivery shows is as old as its signature", "bridge/sync/load.py",
        "min(context.by.at, context.reading.signed or context.by.at)", "context.by.at",
        f"{MISDIRECTED}::test_a_delivery_that_comes_after_the_misdirected_write_was_put_right_does_not_bring_it_back",
    ),
    Mutation(
        "no lost edit: a word that moved and was covered", "bridge/sync/ingest.py",
        "context = check_event(context)", "pass",
        f"{MISDIRECTED}::test_a_word_whose_row_moved_and_was_written_before_the_script_looked_is_in_that_leads_history",
    ),
    Mutation(
        "never the wrong lead: what a paste shows may be a write of ours", "bridge/sync/edits/events.py",
        "return replace(context, reading=replace(reading, event_fields=fields))", "return context",
        f"{OVERWRITTEN}::test_a_cell_cleared_or_pasted_under_a_write_for_another_lead_does_not_get_that_leads_value",
    ),
    Mutation(
        "never the wrong lead: a write at that place covered no word typed elsewhere", "bridge/sync/edits/events.py",
        "(write.field, write.value, write.row) == (name, row.values.get(name), row.number)",
        "(write.field, write.value) == (name, row.values.get(name))",
        f"{OVERWRITTEN}::test_a_word_whose_row_was_deleted_goes_to_no_other_row",
    ),
    Mutation(
        "never the wrong lead: a row that moves on does not take what was written for another", "bridge/sync/edits/events.py",
        "    mine = \"id\" in reading.edited or (link is not None and write.link_id == link.id) or write.row == row.number\n",
        "    mine = write.row == row.number\n",
        f"{OVERWRITTEN}::test_a_row_that_moves_on_with_a_write_for_another_lead_in_it_does_not_take_it",
    ),
    Mutation(
        "under our write: the same date or number in another row proves nothing", "bridge/sync/edits/overwritten.py",
        "if read and (is_word or not (one.covered or _may_be_covered(context, one))):", "if read:",
        f"{UNDER}::test_what_another_row_got_too_at_that_time_is_no_proof_that_it_was_typed_there",
    ),
    Mutation(
        "under our write: nor when the script started so late that the write seems older", "bridge/sync/edits/overwritten.py",
        "(one.covered or _may_be_covered(context, one))", "one.covered",
        f"{OVERWRITTEN}::test_a_status_under_our_write_is_offered_though_another_row_got_the_same_before_the_late_script",
    ),
    Mutation(
        "under our write: told for another column, since columns moved before the late script", "bridge/sync/edits/events.py",
        "() if covered else _written_there(context, row.number, name, edited)", "()",
        f"{OVERWRITTEN}::test_a_word_under_our_write_is_offered_though_another_column_stands_there_when_the_late_script_starts",
    ),
    Mutation(
        "under our write: of many, the lead whose write went there is among those that are told", "bridge/sync/edits/overwritten.py",
        "link.id not in there, ", "",
        f"{OVERWRITTEN}::test_a_word_under_our_write_is_offered_to_its_lead_though_many_were_written_and_sorted",
    ),
    Mutation(
        "under our write: nor when one went astray about then", "bridge/sync/edits/overwritten.py",
        "if context.session.scalars(astray.where(*mine)).first():", "if False:",
        f"{OVERWRITTEN}::test_a_status_under_a_write_that_went_astray_is_offered_though_another_row_got_the_same",
    ),
    Mutation(
        "never the wrong lead: a word that stands somewhere is that lead's", "bridge/sync/edits/overwritten.py",
        "        return \"found\"\n", "        pass\n",
        f"{OVERWRITTEN}::test_a_word_follows_its_row_and_not_the_lead_that_was_written_just_now",
    ),
    Mutation(
        "never the wrong lead: a read that may be old shows no absence", "bridge/sync/edits/overwritten.py",
        "        return \"later\"\n", "        pass\n",
        f"{OVERWRITTEN}::test_a_sweep_that_shows_the_sheet_as_it_was_decides_nothing",
    ),
    Mutation(
        "no ping-pong", "bridge/sync/merge_row.py",
        "return any(name not in refused or refused[name] != value for name, value in owed.items())",
        "return True", f"{BOTH}::test_an_edit_of_the_sheet_owes_the_sheet_nothing",
    ),
    Mutation(
        "nothing waits for ever: an archived task whose row is gone", "bridge/sync/links/vanished_rows.py",
        "    _end_hopeless(session, sheet.key)\n", "",
        "tests/sync/test_waiting_changes.py::test_no_change_waits_when_both_sides_are_at_rest",
    ),
    Mutation(
        "nothing waits for ever: a task that was restored without its row", "bridge/sync/links/vanished_rows.py",
        "        elif link.gone_at is not None and link.archived_at is not None:\n", "        elif False:\n",
        "tests/sync/test_waiting_changes.py::test_no_change_waits_when_both_sides_are_at_rest",
    ),
    Mutation(
        "no id was edited that stood nowhere", "bridge/sync/links/link_row.py",
        "    if link.row_pending and link.append_tried_at is None:\n", "    if False:\n",
        "tests/sync/test_new_rows.py::test_a_row_that_names_a_task_whose_row_is_yet_to_be_made_is_a_lead_of_its_own",
    ),
    Mutation(
        "a misdirected value is no edit, however its column reads it", "bridge/sync/merge_row.py",
        "    wrong = shown_misdirected(link, row)\n", "    wrong: dict[str, Value] = {}\n",
        "tests/sync/test_moved_columns.py::test_a_date_that_went_into_a_column_of_texts_is_no_edit_of_it",
    ),
    Mutation(
        "a missing value is no edit, however its column reads it", "bridge/sync/misdirected/rows.py",
        "update(read, (write.value", "update((write.value",
        "tests/sync/test_moved_columns.py::test_a_date_that_may_be_in_any_row_is_no_edit_of_the_texts_of_a_lead",
    ),
    Mutation(
        "no title is lost without a word", "bridge/sync/merge_row.py",
        "        keep_replaced_title(context.session, link, task, changes[\"title\"], context.by)\n", "        pass\n",
        "tests/sync/test_titles.py::test_a_title_of_its_own_gives_way_to_the_name_and_can_be_taken_back",
    ),
    Mutation(
        "values that look alike are no change", "bridge/sync/merge_row.py", "kind == \"text\" and same_text(before, value)", "kind == \"text\" and False",
        "tests/sync/test_look_alikes.py::test_a_text_retyped_to_look_the_same_is_no_change",
    ),
    Mutation(
        "under our write: a cleared cell", "apps_script/Edit.js",
        "return typeof oldValue === 'string' ? { typed: '' } : {};", "return {};",
        f"{UNDER}::test_a_cell_cleared_under_our_write_is_empty_at_the_end",
    ),
    Mutation(
        "under our write: a number looks as its cell shows numbers", "bridge/core/typed.py",
        "shown = _looks(number, typed, present.format)", "shown = typed",
        f"{UNDER}::test_a_number_typed_into_a_column_of_text_under_our_write_is_a_number_again",
    ),
    Mutation(
        "under our write: a number goes back as a number", "bridge/worker/flush/flush.py",
        "cell_as_typed if link.overrides.get(name, ...) == value else cell_value", "cell_value",
        f"{UNDER}::test_a_number_typed_into_a_column_of_text_under_our_write_is_a_number_again",
    ),
    Mutation(
        "under our write: a paste is named", "bridge/sync/edits/events.py", "        _note_covered_pastes(context)\n", "",
        f"{UNDER}::test_a_paste_under_our_write_is_named_though_its_word_is_not_known",
    ),
    Mutation(
        "under our write: a word under a write that went astray is only offered", "bridge/sync/edits/events.py",
        "for write in _to_its_row(link))\n\n\ndef _misdirected", "for write in link.in_flight_writes)\n\n\ndef _misdirected",
        "tests/sync/test_overwritten_edits.py"
        "::test_a_word_whose_row_goes_away_under_our_write_is_not_put_into_the_row_that_comes_there",
    ),
    Mutation(
        "told late: words keep their order", "bridge/inbound/reading.py",
        "edited if abs(apart) <= SKEW else edited + apart", "edited + apart",
        f"{UNDER}::test_of_two_words_told_late_the_later_stands_though_signatures_have_whole_seconds",
    ),
    Mutation(
        "under our write: what no field takes is named", "bridge/sync/edits/overwritten.py",
        "        note_unread(session, meant, one.field, typed, by, why)\n", "        pass\n",
        f"{UNDER}::test_a_word_that_no_field_takes_is_named_when_our_write_covers_it",
    ),
    Mutation(
        "told late: a person's word that equals a write of ours", "apps_script/Unsent.js",
        "typed !== undefined && typed.length <= LONGEST_TYPED", "false",
        f"{UNDER}::test_a_last_word_told_late_that_equals_a_write_without_an_answer_is_neither_undone_nor_unnamed",
    ),
    Mutation(
        "told late: what we read and replaced unread", "bridge/sync/edits/events.py",
        "covered = replaced or (", "covered = (",
        f"{UNDER}::test_a_last_word_told_late_that_equals_a_write_without_an_answer_is_neither_undone_nor_unnamed",
    ),
    Mutation(
        "no task loses its title: a name that is cleared is told", "bridge/sync/merge_row.py",
        'base.get("name") is not None and row.values.get("name", ...) is None', "False",
        "tests/sync/test_titles.py::test_a_name_that_is_cleared_leaves_the_task_its_title_and_is_told",
    ),
    Mutation(
        "a second column of an equal header takes nothing", "bridge/core/mapping.py",
        "self.keys.count(key) > max(1, then.count(key))", "False",
        f"{COLUMNS}::test_a_second_column_of_one_header_left_of_the_agreed_one_takes_nothing",
    ),
)  # fmt: skip
