/**
 * Finds tabs that are copies of a connected one: the same headers and the same ids. Nothing of a copy is sent, so the
 * person and the bridge are told. Changes no cell.
 */

/**
 * The names of the tabs without a connection that are copies of this state's tab.
 * @param {State} state
 * @returns {string[]}
 */
function copies_(state) {
  const own = tab_(state);
  const { settings } = state;
  const sheets = SpreadsheetApp.getActiveSpreadsheet().getSheets();
  if (!own || !settings || sheets.length === 1) return [];
  const connected = states_().map(({ tab }) => tab);
  const alike = sheets.filter((sheet) => !connected.includes(sheet.getSheetId()) && headedLike_(sheet, settings));
  if (!alike.length) return [];
  const ids = new Set(idsOf_(own, settings));
  return alike.filter((sheet) => idsOf_(sheet, settings).some((id) => ids.has(id))).map((sheet) => sheet.getName());
}

/**
 * True if the tab has every column that the bridge knows of the connected one.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @returns {boolean}
 */
function headedLike_(sheet, settings) {
  const header = header_(sheet);
  const known = knownColumns_(header, settings).length;
  return known > 0 && known >= settings.columns.length && idColumn_(header, settings) >= 0;
}

/**
 * The ids in the tab's id column.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @returns {string[]}
 */
function idsOf_(sheet, settings) {
  const column = idColumn_(header_(sheet), settings);
  const last = sheet.getLastRow();
  if (column < 0 || last < 2) return [];
  const shown = sheet.getRange(2, column + 1, last - 1).getDisplayValues();
  return shown.map(([id]) => asSeen_(id)).filter((id) => id);
}

/**
 * Tells, when a tab without a connection is edited, that it is a copy of a connected one; nothing if it is none.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 */
function tellOfCopy_(sheet) {
  const alike = states_().filter((state) => mine_(state) && state.settings && headedLike_(sheet, state.settings));
  alike
    .filter((state) => copies_(state).includes(sheet.getName()))
    .forEach((state) => {
      heartbeat_(state);
      tell_(copyWords_(sheet.getName(), state));
    });
}

/**
 * Tells the bridge and the person of the copies that this state's tab has now.
 * @param {State} state
 */
function tellOfCopies_(state) {
  heartbeat_(state);
  copies_(state).forEach((name) => tell_(copyWords_(name, state)));
}

/**
 * @param {string} name of the copy
 * @param {State} state of the connected tab
 * @returns {string}
 */
function copyWords_(name, state) {
  return (
    '"' + name + '" is a copy of ' + tabName_(state) + ', with the same ids: edits in it are not sent. Delete it, or ' +
    'give it ids and a connection string of its own (Bridge → Install).'
  );
}
