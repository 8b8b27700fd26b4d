/**
 * The menu "Bridge". Each item is one function; what it does is elsewhere.
 */

/** A simple trigger: it may only draw the menu (no rights yet). */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu('Bridge')
    .addItem('Install…', 'bridgeMenuInstall')
    .addItem('Sync everything', 'bridgeSyncEverything')
    .addItem('Status', 'bridgeStatus')
    .addSeparator()
    .addItem('Uninstall', 'uninstallBridge')
    .addToUi();
}

/** Asks for the connection string and installs. */
function bridgeMenuInstall() {
  const ui = SpreadsheetApp.getUi();
  const answer = ui.prompt(
    'Bridge → Install',
    'Paste the connection string (on the bridge: leadbridge connection).',
    ui.ButtonSet.OK_CANCEL
  );
  if (answer.getSelectedButton() !== ui.Button.OK) return;
  try {
    ui.alert(installBridge(answer.getResponseText()));
  } catch (error) {
    ui.alert('Not installed: ' + words_(error));
  }
}

/** Asks the bridge to compare every row. */
function bridgeSyncEverything() {
  const sent = sendAll_();
  tell_(sent.ok ? 'The bridge is comparing every row now.' : sent.why);
}

/** Says what a person wants to know: who owns the triggers, what is unsent, what the bridge answers. */
function bridgeStatus() {
  const state = state_();
  if (!state.url) return SpreadsheetApp.getUi().alert('Not installed: choose Bridge → Install.');
  const sent = deliver_({ type: 'heartbeat', seq: state.seq });
  const unsent = unsentAll_() ? 'all rows' : Object.keys(unsent_()).length + ' rows';
  return SpreadsheetApp.getUi().alert(
    [
      sent.ok ? 'The bridge answers.' : sent.why,
      'Unsent: ' + unsent + '.',
      'The triggers run as ' + (state.owner || 'an unknown account') + '.',
    ].join('\n')
  );
}

/**
 * A short message in the corner of the sheet.
 * @param {string} text
 */
function tell_(text) {
  SpreadsheetApp.getActiveSpreadsheet().toast(text, 'Bridge', 10);
}

/**
 * An error's message, whatever was thrown.
 * @param {unknown} error
 * @returns {string}
 */
function words_(error) {
  return error instanceof Error ? error.message : String(error);
}
