/**
 * From places in the sheet to numbered, noted deliveries: rows, rows that are still unsent, or everything.
 */

/** Rows in one delivery; the bridge takes no more. */
const MOST_ROWS = 500;

/** Characters of rows in one delivery: at three bytes each within the bridge's 2 MB. */
const MOST_CHARACTERS = 500000;

/** Rows of one edit that are sent; beyond, the bridge reads the sheet itself, which is one call instead of eleven. */
const MOST_EDITED = 5000;

/**
 * `ids`: the leads it is about, null for everything; `key`: where it is noted as unsent.
 * @typedef {{ids: string[] | null, message: Object<string, any>}} Parcel
 * @typedef {Parcel & {key: string}} Delivery
 * `first`, `last`: the columns touched, from 1; `typed` and `at`: what, where it was one cell, and when.
 * @typedef {{first: number, last: number, typed?: string, at?: number}} Edited
 */

/**
 * Sends the rows of an edit. After many that failed, everything instead: the notes of a long outage would fill the
 * properties, and forgetting them one by one would take minutes.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @returns {Answer}
 */
function sendRows_(state, sheet, place) {
  return send_(
    state,
    locked_(() => {
      const now = state_();
      if (now.unsent.filter(due_).length >= MOST_NOTES) {
        return numbered_([everything_(sheet, now.settings)], now, now.unsent);
      }
      return numbered_(edited_(sheet, place, now.settings), now, []);
    })
  );
}

/**
 * Sends what earlier deliveries could not: the rows as they are now, found by their ids wherever they stand.
 * @param {State} state
 * @returns {Answer}
 */
function sendUnsent_(state) {
  return send_(
    state,
    locked_(() => {
      const now = state_();
      const due = now.unsent.filter(due_);
      return due.length ? numbered_(again_(due, now), now, due) : [];
    })
  );
}

/**
 * Sends rows as they are, which nobody has edited just now. No row that holds anything: no outcome.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @returns {Answer}
 */
function sendPlace_(state, sheet, place) {
  return send_(
    state,
    locked_(() => {
      const now = state_();
      const seen = read_(sheet, place.top, Math.min(place.bottom, sheet.getLastRow()));
      if (now.settings && now.settings.assign_ids) assignIds_(sheet, seen, now.settings);
      return numbered_(parcels_(seen, idColumn_(seen.header, now.settings), null), now, []);
    })
  );
}

/**
 * Asks the bridge to compare everything, which settles all notes at once.
 * @param {State} state
 * @returns {Answer}
 */
function sendAll_(state) {
  return send_(
    state,
    locked_(() => {
      const now = state_();
      return numbered_([everything_(tab_(now), now.settings)], now, now.unsent);
    })
  );
}

/**
 * Says that the triggers live; brings news of the settings. Takes no number: nothing depends on its arrival.
 * @param {State} state
 * @returns {Answer}
 */
function heartbeat_(state) {
  const sheet = tab_(state);
  const answer = post_(state, { type: 'heartbeat', seq: state.seq, ...(sheet ? { header: header_(sheet) } : {}) });
  learn_(state, answer);
  return answer;
}

/**
 * What an edit makes to send.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @param {Settings | null} settings
 * @returns {Parcel[]}
 */
function edited_(sheet, place, settings) {
  const last = Math.min(place.bottom, sheet.getLastRow());
  if (last - place.top >= MOST_EDITED) return [everything_(sheet, settings)];
  const seen = read_(sheet, place.top, last);
  const column = idColumn_(seen.header, settings) + 1;
  const withIds = place.first <= column && column <= place.last;
  // Who edits nothing but ids means what they do: an id taken away is not to be made up for.
  if (settings && settings.assign_ids && !(withIds && place.first === place.last)) {
    if (withIds) freeCopies_(sheet, seen, column - 1);
    assignIds_(sheet, seen, settings);
  }
  const { first, last: to, typed, at } = place;
  const edited = { first, last: to, at, ...(typed === undefined ? {} : { typed }) };
  if (typed !== undefined && !withIds && !seen.rows.length) return [elsewhere_(seen.header, place.top, edited)];
  const parcels = parcels_(seen, column - 1, edited);
  // Rows that were emptied say nothing any more, not even which lead is gone.
  const emptied = withIds && (seen.blank > 0 || !seen.rows.length);
  return emptied ? [...parcels, everything_(sheet, settings)] : parcels;
}

/**
 * The parcel for a word that was typed where nothing stands any more: its row has moved, or the word was taken away.
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
 * What these notes make to send: everything when a note says so, or when one of the leads is not to be found.
 * @param {Note[]} notes
 * @param {State} state
 * @returns {Parcel[]}
 */
function again_(notes, state) {
  const sheet = tab_(state);
  if (!sheet || notes.some((note) => note.ids === null)) return [everything_(sheet, state.settings)];
  const wanted = new Set(notes.flatMap((note) => note.ids || []));
  const seen = read_(sheet, 2, sheet.getLastRow());
  const column = idColumn_(seen.header, state.settings);
  const rows = seen.rows.filter((row) => wanted.has(idOf_(row, column)));
  if (ids_(rows, column).length < wanted.size) return [everything_(sheet, state.settings)];
  return parcels_({ ...seen, rows }, column, null);
}

/**
 * The parcel that asks the bridge to compare everything. It carries the header, so that the bridge can say anew which
 * columns it knows.
 * @param {GoogleAppsScript.Spreadsheet.Sheet | null} sheet
 * @param {Settings | null} settings
 * @returns {Parcel}
 */
function everything_(sheet, settings) {
  if (!sheet) return { ids: null, message: { type: 'all' } };
  if (!settings || !settings.assign_ids) return { ids: null, message: { type: 'all', header: header_(sheet) } };
  const seen = read_(sheet, 2, sheet.getLastRow());
  assignIds_(sheet, seen, settings);
  return { ids: null, message: { type: 'all', header: seen.header } };
}

/**
 * Rows as parcels the bridge takes.
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
 * Rows in lots of at most MOST_ROWS and MOST_CHARACTERS.
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
 * Gives the parcels the next numbers and notes them as unsent, in place of the notes they make up for. Call under the
 * lock. When nothing can be kept they are sent all the same: should that fail too, the bridge's next sweep finds them.
 * @param {Parcel[]} parcels
 * @param {State} state
 * @param {Note[]} replaced
 * @returns {Delivery[]}
 */
function numbered_(parcels, state, replaced) {
  const deliveries = parcels.map(({ ids, message }, index) => {
    const seq = state.seq + 1 + index;
    return { ids, message: { ...message, seq }, key: UNSENT + seq };
  });
  const notes = deliveries.filter(isNoted_).map((one) => [one.key, noteText_(one.ids, seconds_())]);
  if (!deliveries.length) return deliveries;
  guarded_('note_not_kept', () => {
    keep_({ [KEY.seq]: String(state.seq + deliveries.length), ...Object.fromEntries(notes) });
    forget_(replaced.map((note) => note.key));
  });
  return deliveries;
}

/**
 * Sends in order and stops at the first that the bridge does not take: that one and the rest stay unsent.
 * @param {State} state
 * @param {Delivery[] | null} deliveries null: the lock was not to be had, so nobody knows what to send
 * @returns {Answer}
 */
function send_(state, deliveries) {
  if (!deliveries) {
    noteAll_();
    return no_(0, 'The sheet is busy with other edits.');
  }
  if (resting_(state)) {
    failed_(deliveries, 0);
    return no_(0, 'The bridge gave no answer lately: it is tried again in ' + restLeft_(state) + '.');
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
 * Keeps what the bridge says of this sheet, when it says something new.
 * @param {State} state
 * @param {Answer} answer
 */
function learn_(state, answer) {
  const said = JSON.stringify(answer.settings);
  if (answer.settings && said !== JSON.stringify(state.settings)) {
    guarded_('settings_not_kept', () => keep_({ [KEY.settings]: said }));
  }
}
