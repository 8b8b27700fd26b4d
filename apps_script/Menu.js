/**
 * The menu "Bridge". Each item is a function that asks and shows messages; the work is done in other files.
 */

/** A simple trigger, which runs without permissions: it may only draw the menu. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu('Bridge')
    .addItem('Install', 'bridgeInstall')
    .addItem('Status', 'bridgeStatus')
    .addSeparator()
    .addItem('Sync this row now', 'bridgeSyncRow')
    .addItem('Sync everything', 'bridgeSyncEverything')
    .addItem('Show history of this row', 'bridgeShowHistory')
    .addSeparator()
    .addItem('Uninstall', 'bridgeUninstall')
    .addToUi();
}

/** Opens the sidebar for the set-up. Requests all scopes first, because Google cannot ask from a sidebar. */
function bridgeInstall() {
  ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Sidebar').setTitle('Bridge'));
}

/** Requests a comparison of every row. */
function bridgeSyncEverything() {
  say_(() => {
    const answer = sendAll_(installed_());
    return answer.ok ? 'The bridge is comparing every row now.' : answer.why;
  });
}

/** Shows who sends the edits, what is unsent and whether the bridge answers. */
function bridgeStatus() {
  say_(() => {
    const state = installed_();
    const answer = heartbeat_(state);
    const said = [answer.ok ? 'The bridge answers.' : answer.why, problemWords_(answer.problem)];
    return [...said, unsentText_(state), triggersText_(state)].filter((words) => words).join('\n');
  });
}

/** Removes the triggers and the connection, after asking. */
function bridgeUninstall() {
  const ui = SpreadsheetApp.getUi();
  if (!triggers_().length && !state_().url) {
    say_(() => 'The bridge is not installed here.');
    return;
  }
  const text =
    'Edits will no longer be sent at once. Rows and tasks stay as they are. The bridge itself still compares the ' +
    'sheet every few minutes, until it is taken out of bridge.toml or no longer shared. Uninstall?';
  if (ui.alert('Bridge', text, ui.ButtonSet.YES_NO) !== ui.Button.YES) return;
  say_(() => {
    uninstallBridge();
    return 'Uninstalled.';
  });
}

/**
 * The state; throws if the bridge is not installed. A person's request ignores the back-off.
 * @returns {State}
 */
function installed_() {
  const state = state_();
  if (!state.url) throw new Error('The bridge is not installed here: choose Bridge → Install.');
  return { ...state, rest: { ...state.rest, until: 0 } };
}

/**
 * @param {State} state
 * @returns {string}
 */
function unsentText_(state) {
  if (!state.unsent.length) return 'Nothing is unsent.';
  if (state.unsent.some((note) => note.ids === null)) return 'Unsent: the bridge has yet to compare every row.';
  return 'Unsent rows: ' + new Set(state.unsent.flatMap((note) => note.ids || [])).size + '.';
}

/**
 * @param {State} state
 * @returns {string}
 */
function triggersText_(state) {
  const sheet = tab_(state);
  if (!sheet) return 'The tab it was installed for is gone: choose Bridge → Install in another one.';
  const owner = state.owner || 'an unknown account';
  if (state.owner === email_() && triggers_().length < HANDLERS.length) {
    return 'Its triggers are gone, so no edit is sent: choose Bridge → Install.';
  }
  return 'Edits of "' + sheet.getName() + '" are sent by ' + owner + '.';
}

/**
 * Shows the message that `work` returns, if any, or why it failed.
 * @param {() => string} work
 */
function say_(work) {
  let text;
  try {
    text = work();
  } catch (error) {
    text = words_(error);
  }
  if (text) SpreadsheetApp.getUi().alert(text);
}

/**
 * A short message in the corner of the sheet.
 * @param {string} text
 */
function tell_(text) {
  SpreadsheetApp.getActiveSpreadsheet().toast(text.length > 400 ? text.slice(0, 399) + '…' : text, 'Bridge', 10);
}

/**
 * A text with one full stop.
 * @param {string} text
 * @returns {string}
 */
function sentence_(text) {
  return text.replace(/[.\s]+$/, '') + '.';
}

/**
 * An error's message, whatever was thrown.
 * @param {unknown} error
 * @returns {string}
 */
function words_(error) {
  return error instanceof Error ? error.message : String(error);
}
