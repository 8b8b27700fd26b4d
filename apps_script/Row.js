/**
 * Menu items for the chosen rows: sync them now, show their history.
 */

/** The text for each outcome of the bridge, if it has no reasons. */
const MEANING = Object.freeze({
  task_created: 'its task was created.',
  task_updated: 'its task was updated.',
  task_linked: 'it was linked with an existing task.',
  task_restored: 'its task was restored.',
  unchanged: 'the sheet and its task agree.',
  stale: 'a newer edit had arrived first.',
  conflict: 'both sides had changed; the history shows which value was kept.',
  refused: 'it was not taken.',
});

/** Rows whose outcome is shown one by one. */
const MOST_SHOWN = 10;

/** Sends the chosen rows as they are and shows the outcome of each. */
function bridgeSyncRow() {
  say_(() => {
    const sheet = SpreadsheetApp.getActiveSheet();
    const state = connected_(sheet);
    const answer = sendPlace_(state, sheet, chosenRows_(state, sheet));
    if (!answer.ok) return answer.why;
    return outcomesText_(answer.outcomes) || 'That row is empty.';
  });
}

/** Opens a dialog with a link to the history of the first chosen row: a script cannot open a page by itself. */
function bridgeShowHistory() {
  say_(() => {
    const sheet = SpreadsheetApp.getActiveSheet();
    const state = connected_(sheet);
    const id = chosenId_(state, sheet);
    const link = '<p><a target="_blank" rel="noopener" href="' + html_(historyAddress_(state.url, id)) + '">';
    const page = HtmlService.createHtmlOutput(link + 'Open the history of lead ' + html_(id) + '</a></p>');
    SpreadsheetApp.getUi().showModalDialog(page.setWidth(360).setHeight(80), 'History');
    return '';
  });
}

/**
 * The state of this tab. Throws, with a message for a person, if it is not connected.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {State}
 */
function connected_(sheet) {
  const states = installed_();
  const state = states.find(({ tab }) => tab === sheet.getSheetId());
  if (!state) throw new Error('Choose a row of ' + states.map(tabName_).join(' or ') + ' first, below the header.');
  return state;
}

/**
 * The chosen rows, without the header. Throws, with a message for a person, if none is chosen.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {Place}
 */
function chosenRows_(state, sheet) {
  const range = sheet.getActiveRange();
  if (!range || range.getLastRow() < 2) {
    throw new Error('Choose a row of ' + tabName_(state) + ' first, below the header.');
  }
  const place = place_(range);
  return { ...place, top: Math.max(2, place.top) };
}

/**
 * The id of the first chosen row; throws when it has none.
 * @param {State} state
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {string}
 */
function chosenId_(state, sheet) {
  const { top } = chosenRows_(state, sheet);
  const { header, rows } = read_(sheet, top, top, state.settings);
  const id = rows.length ? idOf_(rows[0], idColumn_(header, state.settings)) : '';
  if (!id) throw new Error('Row ' + top + ' has no id, so it has no history yet.');
  return id;
}

/**
 * The bridge's page at this lead.
 * @param {string} url of the webhook
 * @param {string} id
 * @returns {string}
 */
function historyAddress_(url, id) {
  return url.replace(/\/hooks\/sheets\/[^/]+$/, '') + '/#lead=' + encodeURIComponent(id);
}

/**
 * @param {Outcome[]} outcomes
 * @returns {string} a line for each row, for at most MOST_SHOWN
 */
function outcomesText_(outcomes) {
  /** @type {Object<string, string>} */
  const meaning = MEANING;
  const lines = outcomes.slice(0, MOST_SHOWN).map((one) => rowWords_(one, meaning[one.outcome] || one.outcome + '.'));
  const more = outcomes.length - lines.length;
  return (more > 0 ? [...lines, 'And ' + more + ' more rows.'] : lines).join('\n');
}

/**
 * A text as HTML.
 * @param {string} text
 * @returns {string}
 */
function html_(text) {
  return text.replace(/[&<>"']/g, (sign) => '&#' + sign.charCodeAt(0) + ';');
}
