/**
 * Install and uninstall: the connection, the triggers, the first hello.
 */

const HANDLERS = ['bridgeEdited', 'bridgeChanged', 'bridgeEveryFiveMinutes'];

/**
 * Installs the bridge for the active tab. Running it again, also with a new connection string, is safe.
 * @param {string} connection `<address>#<secret>`, as `leadbridge connection` prints it
 * @returns {string} what a person wants to read
 */
function installBridge(connection) {
  const { url, secret } = parse_(connection);
  const me = Session.getEffectiveUser().getEmail();
  const owner = state_().owner;
  if (owner && owner !== me) {
    throw new Error('The bridge is already installed here by ' + owner + ', who must choose Bridge → Uninstall first.');
  }
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getActiveSheet();
  const seq = Math.max(Date.now() * 1000, state_().seq); // grows across installations
  keep_({
    [KEY.url]: url,
    [KEY.secret]: secret,
    [KEY.tab]: String(sheet.getSheetId()),
    [KEY.seq]: String(seq),
    [KEY.owner]: me,
  });
  removeTriggers_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  ScriptApp.newTrigger('bridgeEdited').forSpreadsheet(spreadsheet).onEdit().create();
  ScriptApp.newTrigger('bridgeChanged').forSpreadsheet(spreadsheet).onChange().create();
  ScriptApp.newTrigger('bridgeEveryFiveMinutes').timeBased().everyMinutes(5).create();
  const header = header_(sheet);
  const sent = deliver_({ type: 'hello', seq, owner: me, header });
  if (!sent.ok) throw new Error(sent.why);
  if (idColumn_(header, state_().settings) < 0) {
    return 'Connected, but the first row has no id column: give one column the header "id".';
  }
  return 'Connected: edits of "' + sheet.getName() + '" reach the bridge from now on.';
}

/** Removes the triggers and forgets the connection; the sheet and the tasks stay as they are. */
function uninstallBridge() {
  const { owner } = state_();
  const me = Session.getEffectiveUser().getEmail();
  if (owner && owner !== me) throw new Error('The triggers belong to ' + owner + '; only that account can remove them.');
  removeTriggers_();
  keep_(Object.fromEntries(Object.values(KEY).map((key) => [key, null])));
}

/** Only one's own triggers are visible and removable. */
function removeTriggers_() {
  ScriptApp.getProjectTriggers()
    .filter((trigger) => HANDLERS.indexOf(trigger.getHandlerFunction()) >= 0)
    .forEach((trigger) => ScriptApp.deleteTrigger(trigger));
}

/**
 * @param {string} connection
 * @returns {{url: string, secret: string}}
 */
function parse_(connection) {
  const parts = String(connection || '').trim().split('#');
  if (parts.length !== 2 || !/^https?:\/\/[^/]+\/.*hooks\/sheets\/[^/]+$/.test(parts[0])) {
    throw new Error('That is no connection string; it looks like https://…/hooks/sheets/leads#whsec_…');
  }
  if (!/^whsec_[A-Za-z0-9+/]{32,}=*$/.test(parts[1])) {
    throw new Error('The secret in the connection string is cut off; copy the whole line.');
  }
  return { url: parts[0], secret: parts[1] };
}
