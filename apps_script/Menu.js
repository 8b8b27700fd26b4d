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
    .addItem('Disconnect this tab', 'bridgeDisconnect')
    .addItem('Uninstall', 'bridgeUninstall')
    .addToUi();
}

/** Opens the sidebar for the set-up. Requests all scopes first, because Google cannot ask from a sidebar. */
function bridgeInstall() {
  ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
  SpreadsheetApp.getUi().showSidebar(HtmlService.createHtmlOutputFromFile('Sidebar').setTitle('Bridge'));
}

/** Requests a comparison of every row, of every tab that is connected. */
function bridgeSyncEverything() {
  say_(() =>
    ofEach_(installed_(), (state) => {
      const answer = sendAll_(state);
      return answer.ok ? 'The bridge is comparing every row now.' : answer.why;
    })
  );
}

/** Shows, for each tab, who sends the edits, what is unsent and whether the bridge answers. */
function bridgeStatus() {
  say_(() => ofEach_(installed_(), statusText_));
}

/**
 * @param {State} state
 * @returns {string}
 */
function statusText_(state) {
  const answer = heartbeat_(state);
  const said = [answer.ok ? 'The bridge answers.' : answer.why, problemWords_(answer.problem)];
  const copies = copies_(state).map((name) => copyWords_(name, state));
  return [...said, unsentText_(state), triggersText_(state), ...copies].filter((words) => words).join('\n');
}

/** Ends the connection of the active tab, after asking. */
function bridgeDisconnect() {
  const sheet = SpreadsheetApp.getActiveSheet();
  if (!state_(sheet.getSheetId()).url) {
    say_(() => notConnected_(sheet.getName()));
    return;
  }
  asking_('Edits of "' + sheet.getName() + '" will no longer be sent at once. ' + STAYS + ' Disconnect?', () => {
    disconnectBridge(sheet.getSheetId());
    return '"' + sheet.getName() + '" is disconnected.';
  });
}

/** Removes the triggers and every connection, after asking. */
function bridgeUninstall() {
  if (!triggers_().length && !states_().length) {
    say_(() => 'The bridge is not installed here.');
    return;
  }
  asking_('Edits will no longer be sent at once. ' + STAYS + ' Uninstall?', () => {
    uninstallBridge();
    return 'Uninstalled.';
  });
}

/** What does not change when a tab is no longer connected. */
const STAYS =
  'Rows and tasks stay as they are. The bridge itself still compares the sheet every few minutes, until it is taken ' +
  'out of bridge.toml or no longer shared.';

/**
 * Does the work, and shows the message that it returns, if a person says yes.
 * @param {string} question
 * @param {() => string} work
 */
function asking_(question, work) {
  const ui = SpreadsheetApp.getUi();
  if (ui.alert('Bridge', question, ui.ButtonSet.YES_NO) === ui.Button.YES) say_(work);
}

/**
 * The states of the connected tabs; throws if there is none. A person's request ignores the back-off.
 * @returns {State[]}
 */
function installed_() {
  const states = states_();
  if (!states.length) throw new Error('The bridge is not installed here: choose Bridge → Install.');
  return states.map((state) => ({ ...state, rest: { ...state.rest, until: 0 } }));
}

/**
 * What `words` says of each tab; of several, below their names.
 * @param {State[]} states
 * @param {(state: State) => string} words
 * @returns {string}
 */
function ofEach_(states, words) {
  if (states.length === 1) return words(states[0]);
  return states.map((state) => tabName_(state) + '\n' + words(state)).join('\n\n');
}

/**
 * The tab's name in quotes.
 * @param {{tab: number}} state
 * @returns {string}
 */
function tabName_(state) {
  const sheet = tab_(state);
  return sheet ? '"' + sheet.getName() + '"' : 'a tab that is gone';
}

/**
 * What to say of a tab without a connection.
 * @param {string} name
 * @returns {string}
 */
function notConnected_(name) {
  const others = states_().map(tabName_);
  const connected = others.length ? ' Connected: ' + others.join(', ') + '.' : '';
  return '"' + name + '" is not connected: choose Bridge → Install.' + connected;
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
