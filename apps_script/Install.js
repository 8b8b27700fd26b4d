/**
 * Install and uninstall: the connection, the triggers, the first hello. Nothing is changed unless the bridge answers.
 */

const HANDLERS = ['bridgeEdited', 'bridgeChanged', 'bridgeEveryFiveMinutes'];

/**
 * Installs the bridge for the active tab. Running it again, also with another connection string, is safe. Throws, with a
 * sentence for a person, when it cannot; then all is as it was.
 * @param {string} [connection] `<address>#<secret>`, as the bridge prints it; the present one when it is left out
 * @returns {string} what a person wants to read
 */
function installBridge(connection) {
  const { owner } = state_();
  if (owner && email_() && owner !== email_()) {
    throw new Error(
      'The bridge is already installed here, by ' + owner + ': two would send every edit twice. Ask them to choose ' +
        'Bridge → Uninstall; if that account is gone, run takeOverBridge in Extensions → Apps Script.'
    );
  }
  return install_(connection);
}

/**
 * Installs although another account has, whose triggers fall silent. For when that account is gone.
 * @param {string} [connection]
 * @returns {string}
 */
function takeOverBridge(connection) {
  return install_(connection);
}

/** Removes the triggers and forgets the connection; rows and tasks stay as they are. */
function uninstallBridge() {
  const { owner } = state_();
  if (owner && email_() && owner !== email_()) {
    throw new Error('The triggers belong to ' + owner + ', and only that account can remove them.');
  }
  remove_(triggers_());
  forget_(PropertiesService.getScriptProperties().getKeys().filter((key) => key.startsWith('BRIDGE_')));
}

/**
 * @param {string} [connection]
 * @returns {string}
 */
function install_(connection) {
  ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
  const before = state_();
  const sheet = SpreadsheetApp.getActiveSpreadsheet().getActiveSheet();
  const header = header_(sheet);
  const state = {
    ...before,
    ...parsed_(connection || (before.url && before.url + '#' + before.secret)),
    tab: sheet.getSheetId(),
    seq: Math.max(Date.now() * 1000, before.seq), // grows across installations
    owner: email_(),
  };
  const { settings } = hello_(state, header);
  replaceTriggers_();
  remember_({ ...state, settings });
  if (settings && settings.assign_ids) sendAll_(state); // rows that were here before get their ids
  if (idColumn_(header, settings) < 0) {
    return 'Connected, but no row can be synced yet: the first row needs an id column. Give one column the header "id".';
  }
  return 'Connected: edits of "' + sheet.getName() + '" reach the bridge from now on.';
}

/**
 * Introduces the sheet; throws, in words for a person, unless the bridge says yes.
 * @param {State} state
 * @param {string[]} header
 * @returns {Answer}
 */
function hello_(state, header) {
  const answer = deliver_(state, { type: 'hello', seq: state.seq, owner: state.owner, header });
  if (answer.ok) return answer;
  const own = /^https?:\/\/(localhost|127\.|10\.|192\.168\.|\[)/.test(state.url);
  const hint = own && !answer.status ? ' Google itself reaches public addresses only.' : '';
  throw new Error('Nothing was installed. ' + answer.why + hint);
}

/**
 * Keeps the connection. Under the lock, so that no edit under way puts an older number back. Notes of unsent rows are
 * dropped: the hello made the bridge compare everything.
 * @param {State} state
 */
function remember_(state) {
  const done = locked_(() => {
    keep_({
      [KEY.url]: state.url,
      [KEY.secret]: state.secret,
      [KEY.tab]: String(state.tab),
      [KEY.seq]: String(state.seq),
      [KEY.owner]: state.owner,
      [KEY.settings]: JSON.stringify(state.settings),
    });
    forget_(state.unsent.map((note) => note.key));
    return true;
  });
  if (!done) throw new Error('The sheet is busy with other edits: install again in a moment.');
}

/** New triggers first, then the old ones go; when one cannot be made, the old ones stay. */
function replaceTriggers_() {
  const old = triggers_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  try {
    ScriptApp.newTrigger('bridgeEdited').forSpreadsheet(spreadsheet).onEdit().create();
    ScriptApp.newTrigger('bridgeChanged').forSpreadsheet(spreadsheet).onChange().create();
    ScriptApp.newTrigger('bridgeEveryFiveMinutes').timeBased().everyMinutes(5).create();
  } catch (error) {
    const known = old.map((trigger) => trigger.getUniqueId());
    remove_(triggers_().filter((trigger) => !known.includes(trigger.getUniqueId())));
    throw error;
  }
  remove_(old);
}

/**
 * The bridge's triggers of this account; Google shows nobody another's.
 * @returns {GoogleAppsScript.Script.Trigger[]}
 */
function triggers_() {
  return ScriptApp.getProjectTriggers().filter((trigger) => HANDLERS.includes(trigger.getHandlerFunction()));
}

/** @param {GoogleAppsScript.Script.Trigger[]} triggers */
function remove_(triggers) {
  triggers.forEach((trigger) => ScriptApp.deleteTrigger(trigger));
}

/**
 * The parts of a connection string.
 * @param {string} connection
 * @returns {{url: string, secret: string}}
 */
function parsed_(connection) {
  const [url, secret, ...more] = String(connection || '').trim().split('#');
  if (!url) throw new Error('The connection string is missing. The bridge prints it: leadbridge connection.');
  if (!/^https?:\/\/[^/\s]+(\/[^/\s]+)*\/hooks\/sheets\/[^/\s]+$/.test(url)) {
    throw new Error('The address is not one of the bridge: it looks like https://example.org/hooks/sheets/leads.');
  }
  if (!secret || more.length || !/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(secret)) {
    throw new Error('The secret after the # is missing or cut off: copy the whole line, up to its end.');
  }
  return { url, secret };
}
