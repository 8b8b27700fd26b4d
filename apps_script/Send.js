/**
 * Numbers, notes and sends deliveries: rows of an edit, rows that are still unsent, or everything.
 */

/**
 * Sends the rows of an edit, or everything after many failures: the notes of a long outage would fill the properties,
 * and deleting them one by one would take minutes.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @returns {Answer}
 */
function sendRows_(state, sheet, place) {
  return send_(
    state,
    locked_(() => {
      const now = state_(state.tab);
      if (now.unsent.filter(due_).length >= MOST_NOTES) {
        return numbered_([everything_(sheet, now.settings)], now, now.unsent);
      }
      return numbered_(edited_(sheet, place, now.settings), now, []);
    })
  );
}

/**
 * Sends the rows of failed deliveries as they are now, found by their ids.
 * @param {State} state
 * @returns {Answer}
 */
function sendUnsent_(state) {
  return send_(
    state,
    locked_(() => {
      const now = state_(state.tab);
      const due = now.unsent.filter(due_);
      return due.length ? numbered_(again_(due, now), now, due) : [];
    })
  );
}

/**
 * Sends rows as they are, without an edit. Empty rows have no outcome.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @returns {Answer}
 */
function sendPlace_(state, sheet, place) {
  return send_(
    state,
    locked_(() => {
      const now = state_(state.tab);
      const last = Math.min(place.bottom, sheet.getLastRow());
      if (now.settings && now.settings.assign_ids) giveIds_(sheet, now.settings, place, false);
      const seen = read_(sheet, place.top, last, now.settings);
      return numbered_(parcels_(seen, idColumn_(seen.header, now.settings), null), now, []);
    })
  );
}

/**
 * Gives ids to new leads, and sends these: rows of forms, other scripts and programs come without an edit event. Does
 * nothing while the lock is taken.
 * @param {State} state
 * @returns {Answer | null} null: there are none
 */
function sendNew_(state) {
  const deliveries = locked_(() => {
    const now = state_(state.tab);
    const sheet = tab_(now);
    if (!sheet || !now.settings || !now.settings.assign_ids) return [];
    if (!newLeads_(sheet, glance_(sheet, now.settings), now.settings, everyRow_(sheet)).length) return [];
    const ids = giveIds_(sheet, now.settings, everyRow_(sheet), false);
    if (!ids.size) return [];
    if (ids.size > MOST_EDITED) return numbered_([everything_(sheet, null)], now, []);
    const seen = read_(sheet, 2, sheet.getLastRow(), now.settings);
    const column = idColumn_(seen.header, now.settings);
    const rows = seen.rows.filter((row) => ids.has(idOf_(row, column)));
    return numbered_(parcels_({ ...seen, rows }, column, null), now, []);
  });
  return deliveries && deliveries.length ? send_(state, deliveries) : null;
}

/**
 * Asks the bridge to compare everything, which replaces all notes.
 * @param {State} state
 * @returns {Answer}
 */
function sendAll_(state) {
  return send_(
    state,
    locked_(() => {
      const now = state_(state.tab);
      return numbered_([everything_(tab_(now), now.settings)], now, now.unsent);
    })
  );
}

/**
 * Sends a heartbeat and takes new settings. Takes no number, because it may be lost.
 * @param {State} state
 * @returns {Answer}
 */
function heartbeat_(state) {
  const sheet = tab_(state);
  const seen = sheet ? { header: header_(sheet), copies: copies_(state) } : {};
  const answer = post_(state, { type: 'heartbeat', seq: state.seq, ...seen });
  learn_(state, answer);
  return answer;
}

/**
 * Numbers the parcels and notes them as unsent, in place of the `replaced` notes. Call under the lock. If the notes
 * cannot be stored, the parcels are sent anyway: should that fail too, the bridge's next sweep finds the changes.
 * @param {Parcel[]} parcels
 * @param {State} state
 * @param {Note[]} replaced
 * @returns {Delivery[]}
 */
function numbered_(parcels, state, replaced) {
  const deliveries = parcels.map(({ ids, message }, index) => {
    const seq = state.seq + 1 + index;
    return { ids, message: { ...message, seq }, key: state.prefix + UNSENT + seq };
  });
  const notes = deliveries.filter(isNoted_).map((one) => [one.key, noteOf_(one, seconds_())]);
  if (!deliveries.length) return deliveries;
  guarded_('note_not_kept', () => {
    keep_({ [state.prefix + KEY.seq]: String(state.seq + deliveries.length), ...Object.fromEntries(notes) });
    forget_(replaced.map((note) => note.key));
  });
  return deliveries;
}

/**
 * Sends in order and stops at the first that the bridge does not accept: that one and the rest stay unsent.
 * @param {State} state
 * @param {Delivery[] | null} deliveries null: no lock was available, so it is unknown what to send
 * @returns {Answer}
 */
function send_(state, deliveries) {
  if (!deliveries) {
    noteAll_(state.tab);
    return no_(0, 'The sheet is busy with other edits.');
  }
  if (resting_(state)) {
    failed_(deliveries, 0);
    return no_(0, 'The bridge did not answer lately: the next try is in ' + restLeft_(state) + '.');
  }
  /** @type {Answer} */
  let answer = { ok: true, status: 200, why: '', outcomes: [], settings: null, problem: '' };
  deliveries.every((delivery, index) => {
    const sent = post_(state, delivery.message);
    answer = { ...sent, outcomes: answer.outcomes.concat(sent.outcomes) };
    if (sent.ok) acknowledged_(delivery);
    else failed_(deliveries.slice(index), sent.status);
    return sent.ok;
  });
  learn_(state, answer);
  return answer;
}

/**
 * Stores the bridge's settings for this sheet if they are new.
 * @param {State} state
 * @param {Answer} answer
 */
function learn_(state, answer) {
  const said = JSON.stringify(answer.settings);
  if (answer.settings && said !== JSON.stringify(state.settings)) {
    guarded_('settings_not_kept', () => keep_({ [state.prefix + KEY.settings]: said }));
  }
}
