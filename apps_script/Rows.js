/**
 * Reads rows as the bridge wants them: typed values and shown texts of the same cells.
 */

/** Rows in one delivery. */
const MOST_ROWS = 500;

/** Up to this row, header and rows are read as one region; further down the region would be mostly ballast. */
const ONE_REGION = 200;

/**
 * @typedef {string | number | boolean | null | {date: string}} Wire
 * @typedef {{row: number, cells: Wire[], shown: string[]}} Row
 */

/**
 * The header's texts.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {Wire[]}
 */
function header_(sheet) {
  const width = sheet.getLastColumn();
  return width ? wire_(sheet.getRange(1, 1, 1, width).getValues()[0], timeZone_()) : [];
}

/**
 * Header and rows `first` to `last` that are not blank. The id of a row and its values come out of one read: by the time
 * a trigger runs the row may have moved, but what is read belongs together.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} first
 * @param {number} last
 * @returns {{header: Wire[], rows: Row[]}}
 */
function read_(sheet, first, last) {
  const width = sheet.getLastColumn();
  const end = Math.min(last, sheet.getLastRow());
  if (!width || end < first) return { header: header_(sheet), rows: [] };
  const from = end <= ONE_REGION ? 1 : first;
  const region = sheet.getRange(from, 1, end - from + 1, width);
  const values = region.getValues();
  const shown = region.getDisplayValues();
  const zone = timeZone_();
  const header = from === 1 ? wire_(values[0], zone) : header_(sheet);
  const rows = [];
  for (let row = Math.max(first, 2); row <= end; row++) {
    const cells = wire_(values[row - from], zone);
    if (cells.some((cell) => cell !== '')) rows.push({ row, cells, shown: shown[row - from] });
  }
  return { header, rows };
}

/**
 * Cells as JSON: a Date becomes the date and time its cell shows.
 * @param {any[]} cells
 * @param {string} zone
 * @returns {Wire[]}
 */
function wire_(cells, zone) {
  return cells.map((cell) =>
    cell instanceof Date ? { date: Utilities.formatDate(cell, zone, "yyyy-MM-dd'T'HH:mm:ss") } : cell
  );
}

/** @returns {string} */
function timeZone_() {
  return SpreadsheetApp.getActiveSpreadsheet().getSpreadsheetTimeZone();
}

/**
 * Where the id column stands (0-based), -1 when there is none. The bridge says which header it takes for the id.
 * @param {Wire[]} header
 * @param {Settings | null} settings
 * @returns {number}
 */
function idColumn_(header, settings) {
  const wanted = plain_((settings && settings.id) || 'id');
  return header.findIndex((text) => plain_(String(text)) === wanted);
}

/**
 * A header's text as it is compared.
 * @param {string} text
 * @returns {string}
 */
function plain_(text) {
  return text.replace(/_/g, ' ').trim().toLowerCase().split(/\s+/).join(' ');
}

/**
 * The text that names a row in the unsent note; empty when the row has no id.
 * @param {Row} row
 * @param {number} column
 * @returns {string}
 */
function idOf_(row, column) {
  return column < 0 ? '' : row.shown[column].trim();
}

/**
 * Gives rows that have none an id of their own, in the sheet and in what was read. Call under the lock.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Row[]} rows
 * @param {number} column
 */
function assignIds_(sheet, rows, column) {
  rows
    .filter((row) => column >= 0 && !idOf_(row, column))
    .forEach((row) => {
      const id = 'L-' + Utilities.getUuid().slice(0, 8);
      sheet.getRange(row.row, column + 1).setValue(id);
      row.cells[column] = row.shown[column] = id;
    });
}
