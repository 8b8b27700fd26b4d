/**
 * The menu "Bridge". Each item is one function that asks and tells; what it does is elsewhere.
 */

/** A simple trigger, without any rights yet: it may only draw the menu. */
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

/** Opens the sidebar for the set-up. Asks for all rights first: from a sidebar, Google cannot ask. */
function bridgeInstall() {
  ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Sidebar').setTitle('Bridge'));
}

/** Asks the bridge to compare every row. */
function bridgeSyncEverything() {
  say_(() => {
    const answer = sendAll_(installed_());
    return answer.ok ? 'The bridge is comparing every row now.' : answer.why;
  });
}

/** Says who sends the edits, what is unsent and whether the bridge answers. */
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
    'Edits will no longer be told at once. Rows and tasks stay as they are. The bridge itself still compares the ' +
    'sheet every few minutes, until it is taken out of bridge.toml or no longer shared. Uninstall?';
  if (ui.alert('Bridge', text, ui.ButtonSet.YES_NO) !== ui.Button.YES) return;
  say_(() => {
    uninstallBridge();
    return 'Uninstalled.';
  });
}

/**
 * The state, where the bridge is installed. Who asks does not want to wait out a rest.
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
 * Shows what `work` has to say, if anything, or why it failed.
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
