/**
 * Reads the tab, finds columns by their headers. A row is everything from column A to the last header.
 */

/** What an error value shows. A text may look like one. */
const ERRORS = Object.freeze(
  ['#NULL!', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#N/A', '#ERROR!', 'Loading...']
);

/** Up to this row, header and rows are read as one region; further down most of it would not be needed. */
const ONE_REGION = 200;

/** Tabs with more columns are read only as far as the bridge knows columns. */
const NARROW = 100;

/**
 * @typedef {string | number | boolean | {date: string} | {error: string}} Wire
 * @typedef {{row: number, cells: Wire[], shown: string[]}} Row
 * `blank`: how many of the requested rows are empty.
 * @typedef {{header: string[], rows: Row[], blank: number}} Seen
 */

/**
 * The synced tab; null if it was deleted.
 * @param {{tab: number}} state
 * @returns {GoogleAppsScript.Spreadsheet.Sheet | null}
 */
function tab_(state) {
  const sheets = SpreadsheetApp.getActiveSpreadsheet().getSheets();
  return sheets.find((sheet) => sheet.getSheetId() === state.tab) || null;
}

/**
 * The header and the non-empty rows `first` to `last`. Id and values of a row come from one read: by now another row
 * may be in the trigger's range, but id and values belong together.
 *
 * Further down, the header is read separately. Only moving a column in between could mix them up, and that fires its
 * own event, which asks the bridge to compare everything.
 * Of a wide tab, cells beyond the last column that the bridge knows are not read: to the bridge, they are unknown.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} first at least 2
 * @param {number} last
 * @param {Settings | null} settings
 * @returns {Seen}
 */
function read_(sheet, first, last, settings) {
  const columns = sheet.getLastColumn();
  if (!columns || last < first) return { header: header_(sheet), rows: [], blank: 0 };
  const whole = columns > NARROW ? header_(sheet) : [];
  const width = whole.length ? knownWidth_(whole, settings) : columns;
  const top = last <= ONE_REGION ? 1 : first;
  const region = sheet.getRange(top, 1, last - top + 1, width);
  const values = region.getValues();
  const shown = region.getDisplayValues();
  const header = top === 1 ? headed_(shown[0].concat(whole.slice(width))) : header_(sheet);
  const errors = errors_(region, values);
  const zone = timeZone_();
  const rows = [];
  for (let row = first; row <= last; row++) {
    const [cells, texts, wrong] = [values, shown, errors].map((lines) => lines[row - top].slice(0, header.length));
    if (!isBlank_(cells)) rows.push({ row, cells: wire_(cells, texts, zone, wrong), shown: texts });
  }
  return { header, rows, blank: last - first + 1 - rows.length };
}

/**
 * How many columns to read: all, of a wide tab those up to the last that the bridge knows.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings | null} settings
 * @returns {number}
 */
function width_(sheet, settings) {
  const columns = sheet.getLastColumn();
  return columns > NARROW ? knownWidth_(header_(sheet), settings) : columns;
}

/**
 * How many columns hold all that the bridge knows; all of them while it is unknown what it knows.
 * @param {string[]} header
 * @param {Settings | null} settings
 * @returns {number}
 */
function knownWidth_(header, settings) {
  const last = settings ? knownColumns_(header, settings).pop() : undefined;
  return last === undefined ? header.length : last + 1;
}

/**
 * The texts of the first row.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {string[]}
 */
function header_(sheet) {
  const columns = sheet.getLastColumn();
  return columns ? headed_(sheet.getRange(1, 1, 1, columns).getDisplayValues()[0]) : [];
}

/**
 * The texts up to the last one that is not empty.
 * @param {string[]} texts
 * @returns {string[]}
 */
function headed_(texts) {
  let end = texts.length;
  while (end && !asSeen_(texts[end - 1])) end--;
  return texts.slice(0, end);
}

/**
 * True if nothing is to be seen in any cell. An unticked checkbox counts as empty: columns of them reach below the last
 * lead.
 * @param {any[]} cells
 * @returns {boolean}
 */
function isBlank_(cells) {
  return cells.every((cell) => cell === false || asSeen_(String(cell)) === '');
}

/**
 * Cells as JSON. A Date becomes the date and time that the cell shows, independent of the script's time zone; a picture
 * becomes the text that it shows.
 * @param {any[]} cells
 * @param {string[]} texts what they show
 * @param {string} zone of the spreadsheet
 * @param {boolean[]} errors true for each cell that holds an error value
 * @returns {Wire[]}
 */
function wire_(cells, texts, zone, errors) {
  return cells.map((cell, index) => {
    if (errors[index]) return { error: cell };
    if (cell instanceof Date) return { date: Utilities.formatDate(cell, zone, "yyyy-MM-dd'T'HH:mm:ss") };
    return typeof cell === 'object' ? texts[index] : cell;
  });
}

/**
 * Which cells hold an error value. getValues() gives its text for both; only a text has a rich text.
 * @param {GoogleAppsScript.Spreadsheet.Range} region
 * @param {any[][]} values of it
 * @returns {boolean[][]}
 */
function errors_(region, values) {
  const alike = values.map((line) => line.map((value) => ERRORS.includes(value)));
  if (!alike.some((line) => line.includes(true))) return alike;
  const texts = region.getRichTextValues();
  return alike.map((line, row) => line.map((looks, column) => looks && !texts[row][column]));
}

/** @returns {string} */
function timeZone_() {
  return SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone();
}

/**
 * The index of the id column (from 0); -1 if there is none. The bridge says which header is the id's.
 * @param {string[]} header
 * @param {Settings | null} settings
 * @returns {number}
 */
function idColumn_(header, settings) {
  const wanted = plain_((settings && settings.id) || 'id');
  return header.findIndex((text) => plain_(text) === wanted);
}

/**
 * A header as it is compared: lead_id, "Lead ID" and "lead  id" are equal.
 * @param {string} text
 * @returns {string}
 */
function plain_(text) {
  return likeness_(text.replace(/_/g, ' '));
}

/**
 * The row's id; empty if it has none. A number counts as its value, since long ones are shown rounded; 007 as shown.
 * @param {Row} row
 * @param {number} column
 * @returns {string}
 */
function idOf_(row, column) {
  if (column < 0) return '';
  const [cell, shown] = [row.cells[column], asSeen_(row.shown[column])];
  return typeof cell === 'number' && !/^0\d+$/.test(shown) ? String(cell) : shown;
}

/**
 * The ids of these rows, each once.
 * @param {Row[]} rows
 * @param {number} column
 * @returns {string[]}
 */
function ids_(rows, column) {
  return Array.from(new Set(rows.map((row) => idOf_(row, column)).filter((id) => id)));
}

/**
 * The indexes (from 0) of the columns that the bridge reads or writes.
 * @param {string[]} header
 * @param {Settings} settings
 * @returns {number[]}
 */
function knownColumns_(header, settings) {
  const known = settings.columns.map(plain_);
  return header.map((_, index) => index).filter((index) => known.includes(plain_(header[index])));
}
