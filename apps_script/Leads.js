/**
 * What a new lead is: a row without an id in which a person's value stands in a synced column. Not the bridge's, not a
 * formula's, and not what cells hold before anybody fills them: an unticked box, an option of a dropdown, the word for
 * a new lead. bridge/core/mapping.py has the same rule.
 */

/** So many separate spans of rows are read, each by a call; more are read as one. */
const MOST_SPANS = 20;

/**
 * All cells, of a wide tab those up to the last column that the bridge knows, from one look; `values[0]` is the header,
 * `column` the id's (from 0, -1 if there is none).
 * @typedef {{header: string[], values: any[][], column: number}} Look
 */

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @returns {Look}
 */
function look_(sheet, settings) {
  const [rows, columns] = [sheet.getLastRow(), width_(sheet, settings)];
  const values = rows && columns ? sheet.getRange(1, 1, rows, columns).getValues() : [[]];
  const header = headed_(values[0].map(String));
  return { header, values, column: idColumn_(header, settings) };
}

/**
 * The same, but of rows that have an id no more than that they have one: whether there are new leads is seen of a large
 * tab without reading all of it.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @returns {Look}
 */
function glance_(sheet, settings) {
  const header = header_(sheet);
  const column = idColumn_(header, settings);
  if (column < 0) return { header, values: [header], column };
  const ids = sheet.getRange(1, column + 1, sheet.getLastRow(), 1).getValues();
  const withId = header.map((_, at) => (at === column ? 'id' : ''));
  const values = ids.map(() => withId);
  const without = ids.map((_, index) => index + 1).filter((row) => row > 1 && !idText_(ids[row - 1][0]));
  spans_(without).forEach(({ top, bottom }) => {
    const width = knownWidth_(header, settings);
    const rows = sheet.getRange(top, 1, bottom - top + 1, width).getValues();
    rows.forEach((cells, index) => (values[top - 1 + index] = cells));
  });
  return { header, values, column };
}

/**
 * Rows in few spans, each of which is one read.
 * @param {number[]} rows ascending
 * @returns {{top: number, bottom: number}[]}
 */
function spans_(rows) {
  const blocks = blocks_(rows);
  const few = blocks.length > MOST_SPANS ? [rows] : blocks;
  return few.map((block) => ({ top: block[0], bottom: block[block.length - 1] }));
}

/**
 * The numbers of the rows that are to get an id.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Look} look
 * @param {Settings} settings
 * @param {{top: number, bottom: number}} span of rows, from 1
 * @returns {number[]}
 */
function newLeads_(sheet, look, settings, { top, bottom }) {
  const columns = telling_(look.header, settings);
  const rows = look.values.map((cells, index) => ({ cells, number: index + 1 })).slice(top - 1, bottom);
  const without = rows.filter(({ cells }) => !idText_(cells[look.column])).map(({ number }) => number);
  /** @type {(number: number, at: number) => boolean} */
  const tells = (number, at) => tells_(look.values[number - 1][at], look.header[at], settings);
  const found = without.filter((number) => columns.some((at) => tells(number, at)));
  if (!found.length) return [];
  const typed = typed_(sheet, look.header, settings, found);
  return found.filter((number) => columns.some((at) => tells(number, at) && typed(number, at)));
}

/**
 * The columns in which a person says something of a lead, beside its id.
 * @param {string[]} header
 * @param {Settings} settings
 * @returns {number[]}
 */
function telling_(header, settings) {
  const others = [...(settings.ours || []), settings.id || 'id'].map(plain_);
  return knownColumns_(header, settings).filter((at) => !others.includes(plain_(header[at])));
}

/**
 * False for what cells hold before anybody fills them.
 * @param {any} cell
 * @param {string} header
 * @param {Settings} settings
 * @returns {boolean}
 */
function tells_(cell, header, settings) {
  const words = Object.entries(settings.defaults || {}).filter(([name]) => plain_(name) === plain_(header));
  const text = likeness_(String(cell));
  return text !== '' && cell !== false && !words.some(([, word]) => likeness_(word) === text);
}

/**
 * Tells of a cell in these rows whether it was typed: it has no formula and, unless it is a name, no dropdown.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {string[]} header
 * @param {Settings} settings
 * @param {number[]} numbers of the rows, ascending
 * @returns {(number: number, at: number) => boolean}
 */
function typed_(sheet, header, settings, numbers) {
  const regions = spans_(numbers).map(({ top, bottom }) => {
    const region = sheet.getRange(top, 1, bottom - top + 1, header.length);
    return { top, bottom, formulas: region.getFormulas(), rules: region.getDataValidations() };
  });
  const { VALUE_IN_LIST, VALUE_IN_RANGE } = SpreadsheetApp.DataValidationCriteria;
  const name = plain_(settings.name || 'name');
  return (number, at) => {
    const region = regions.find(({ top, bottom }) => top <= number && number <= bottom);
    if (!region) return false;
    const rule = region.rules[number - region.top][at];
    const chosen = rule && [VALUE_IN_LIST, VALUE_IN_RANGE].includes(rule.getCriteriaType());
    return !region.formulas[number - region.top][at] && !(chosen && plain_(header[at]) !== name);
  };
}

/**
 * The numbers of the rows that are copies: equal, with their id, to a row outside or further up.
 * @param {Look} look
 * @param {Settings} settings
 * @param {{top: number, bottom: number}} span of rows, from 1
 * @returns {number[]}
 */
function copiedRows_(look, settings, { top, bottom }) {
  const columns = [look.column, ...telling_(look.header, settings)];
  const rows = look.values.map((cells, index) => ({ number: index + 1, id: idText_(cells[look.column]), cells }));
  /** @type {(row: {cells: any[]}) => string} */
  const key = ({ cells }) => JSON.stringify(columns.map((at) => (at === look.column ? idText_(cells[at]) : cells[at])));
  const [inside, outside] = [rows.slice(top - 1, bottom), [...rows.slice(1, top - 1), ...rows.slice(bottom)]];
  const taken = new Set(outside.filter((row) => row.id).map(key));
  return inside.filter((row) => row.id && (taken.has(key(row)) || !taken.add(key(row)))).map(({ number }) => number);
}

/**
 * The id in a cell as the bridge reads it, not as the cell shows it: long numbers are shown rounded.
 * @param {any} cell
 * @returns {string} empty if there is none
 */
function idText_(cell) {
  return cell === false ? '' : asSeen_(String(cell));
}
