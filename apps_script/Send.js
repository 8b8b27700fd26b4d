/**
 * Turns ranges of the sheet into numbered, noted deliveries: rows, rows that are still unsent, or everything.
 */

/** Rows in one delivery; the bridge takes no more. */
const MOST_ROWS = 500;

/** Characters of rows in one delivery: at three bytes each within the bridge's 2 MB. */
const MOST_CHARACTERS = 500000;

/** Rows of one edit that are sent; above, the bridge reads the sheet itself: one call instead of eleven. */
const MOST_EDITED = 5000;

/**
 * `ids`: its leads, null for everything; `key`: the property that notes it as unsent.
 * @typedef {{ids: string[] | null, message: Object<string, any>}} Parcel
 * @typedef {Parcel & {key: string}} Delivery
 * `first`, `last`: the edited columns, from 1; `typed`: the value, if it was one cell; `at`: the time.
 * @typedef {{first: number, last: number, typed?: string, at?: number}} Edited
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
 * The parcels for an edit.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @param {Settings | null} settings
 * @returns {Parcel[]}
 */
function edited_(sheet, place, settings) {
  const last = Math.min(place.bottom, sheet.getLastRow());
  if (last - place.top >= MOST_EDITED) return [everything_(sheet, settings)];
  const found = read_(sheet, place.top, last, settings);
  const column = idColumn_(found.header, settings) + 1;
  const withIds = place.first <= column && column <= place.last;
  const seen = withNewIds_(sheet, place, settings, found);
  if (found.rows.length && !seen.rows.length) return withIds ? [everything_(sheet, settings)] : [];
  const { first, last: to, typed, at } = place;
  const edited = { first, last: to, at, ...(typed === undefined ? {} : { typed }) };
  if (typed !== undefined && !withIds && !seen.rows.length) return [elsewhere_(seen.header, place.top, edited)];
  const parcels = parcels_(seen, column - 1, edited);
  // Empty rows do not say which lead is gone.
  const emptied = withIds && (seen.blank > 0 || !seen.rows.length);
  return emptied ? [...parcels, everything_(sheet, settings)] : parcels;
}

/**
 * The rows of an edit after new leads among them have got ids, where the script gives them; then without those that
 * have none. None is given when only ids were edited.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @param {Settings | null} settings
 * @param {Seen} seen
 * @returns {Seen}
 */
function withNewIds_(sheet, place, settings, seen) {
  const column = idColumn_(seen.header, settings);
  const withIds = place.first <= column + 1 && column + 1 <= place.last;
  const perhapsNew = withIds || seen.rows.some((row) => !idOf_(row, column));
  if (!settings || !settings.assign_ids || !perhapsNew || (withIds && place.first === place.last)) return seen;
  const last = Math.min(place.bottom, sheet.getLastRow());
  giveIds_(sheet, settings, place, withIds);
  const now = read_(sheet, place.top, last, settings);
  return { ...now, rows: now.rows.filter((row) => idOf_(row, column)) };
}

/**
 * The parcel for a value typed into a row that is empty now: the row has moved, or the value was deleted.
 * @param {string[]} header
 * @param {number} row
 * @param {Edited} edited
 * @returns {Parcel}
 */
function elsewhere_(header, row, edited) {
  const empty = header.map(() => '');
  const rows = [{ row, cells: empty, shown: empty }];
  return { ids: null, message: { type: 'rows', time_zone: timeZone_(), header, edited, rows } };
}

/**
 * The parcels for these notes: everything if a note says so, or if one of the leads is missing.
 * @param {Note[]} notes
 * @param {State} state
 * @returns {Parcel[]}
 */
function again_(notes, state) {
  const sheet = tab_(state);
  if (!sheet || notes.some((note) => note.ids === null)) return [everything_(sheet, state.settings)];
  const wanted = new Set(notes.flatMap((note) => note.ids || []));
  const seen = read_(sheet, 2, sheet.getLastRow(), state.settings);
  const column = idColumn_(seen.header, state.settings);
  const rows = seen.rows.filter((row) => wanted.has(idOf_(row, column)));
  if (ids_(rows, column).length < wanted.size) return [everything_(sheet, state.settings)];
  return parcels_({ ...seen, rows }, column, null);
}

/**
 * The parcel that asks the bridge to compare everything. Its header lets the bridge answer which columns it knows.
 * @param {GoogleAppsScript.Spreadsheet.Sheet | null} sheet
 * @param {Settings | null} settings
 * @returns {Parcel}
 */
function everything_(sheet, settings) {
  if (!sheet) return { ids: null, message: { type: 'all' } };
  if (!settings || !settings.assign_ids) return { ids: null, message: { type: 'all', header: header_(sheet) } };
  giveIds_(sheet, settings, everyRow_(sheet), false);
  return { ids: null, message: { type: 'all', header: header_(sheet) } };
}

/**
 * All rows below the header.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {{top: number, bottom: number}}
 */
function everyRow_(sheet) {
  return { top: 2, bottom: sheet.getLastRow() };
}

/**
 * Rows as parcels within the bridge's limits.
 * @param {Seen} seen
 * @param {number} column of the id, from 0
 * @param {Edited | null} edited
 * @returns {Parcel[]}
 */
function parcels_(seen, column, edited) {
  const common = { type: 'rows', time_zone: timeZone_(), header: seen.header, ...(edited ? { edited } : {}) };
  return chunks_(seen.rows).map((rows) => ({ ids: ids_(rows, column), message: { ...common, rows } }));
}

/**
 * Rows in chunks of at most MOST_ROWS and MOST_CHARACTERS.
 * @param {Row[]} rows
 * @returns {Row[][]}
 */
function chunks_(rows) {
  /** @type {Row[][]} */
  const chunks = [];
  let room = 0;
  rows.forEach((row) => {
    const size = JSON.stringify(row).length;
    if (!chunks.length || size > room || chunks[chunks.length - 1].length === MOST_ROWS) {
      chunks.push([]);
      room = MOST_CHARACTERS;
    }
    chunks[chunks.length - 1].push(row);
    room -= size;
  });
  return chunks;
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
  const notes = deliveries.filter(isNoted_).map((one) => [one.key, noteText_(one.ids, seconds_())]);
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
