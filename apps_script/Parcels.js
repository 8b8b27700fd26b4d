/**
 * Turns ranges of the sheet into parcels, which become deliveries: rows within the bridge's limits, or everything.
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
  if (typed && !withIds && !seen.rows.length) return [elsewhere_(seen.header, place.top, edited)];
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
 * The parcels for these notes: first each edit of one cell, with the value that was typed, then the rows of the others.
 * In place of those: everything, if a note says so or if one of the leads is missing.
 * @param {Note[]} notes
 * @param {State} state
 * @returns {Parcel[]}
 */
function again_(notes, state) {
  const sheet = tab_(state);
  if (!sheet) return [everything_(sheet, state.settings)];
  const told = notes.filter((note) => note.typed).sort((one, other) => seqOf_(one) - seqOf_(other));
  if (!told.length && notes.some((note) => note.ids === null)) return [everything_(sheet, state.settings)];
  const seen = read_(sheet, 2, sheet.getLastRow(), state.settings);
  const column = idColumn_(seen.header, state.settings);
  const edits = told.map((note) => typedAgain_(note, seen, column)).filter((parcel) => parcel !== null);
  const wanted = new Set(notes.filter((note) => !note.typed).flatMap((note) => note.ids || []));
  const rows = seen.rows.filter((row) => wanted.has(idOf_(row, column)));
  const unclear = edits.length < told.length || notes.some((note) => note.ids === null);
  if (unclear || ids_(rows, column).length < wanted.size) return [...edits, everything_(sheet, state.settings)];
  return [...edits, ...parcels_({ ...seen, rows }, column, null)];
}

/**
 * The parcel for an edit of one cell that is told late; null when its row or column is not there any more.
 * @param {Note} note
 * @param {Seen} seen
 * @param {number} column of the id, from 0
 * @returns {Parcel | null}
 */
function typedAgain_({ ids, typed }, seen, column) {
  const rows = seen.rows.filter((row) => ids && idOf_(row, column) === ids[0]);
  const at = typed ? seen.header.indexOf(typed.header) : -1;
  if (!typed || rows.length !== 1 || at < 0) return null;
  const edited = { first: at + 1, last: at + 1, typed: typed.text, at: typed.at };
  return parcels_({ ...seen, rows }, column, edited)[0];
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
