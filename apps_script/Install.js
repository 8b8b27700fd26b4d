/**
 * Install and uninstall: the connection of a tab, the triggers, which all tabs share, and the first request. Nothing is
 * changed unless the bridge answers.
 */

/** At least 24 bytes in base64; a truncated secret is reported before anything is sent. */
const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Installs the bridge. Running it again, also with another connection string, is safe. Throws, with a
 * message for a person, if it fails; then nothing was changed.
 * @param {string} [connection] `<address>#<secret>`, as the bridge prints it; default: the current one
 * @param {number} [tab] the sheet id of the tab to sync; default: the active one
 * @returns {string} a message for a person
 */
function installBridge(connection, tab) {
  return install_(connection, tab, refuseOther_);
}

/**
 * Installs although another account has, whose triggers stop. For use when that account is gone.
 * @param {string} [connection]
 * @param {number} [tab]
 * @returns {string}
 */
function takeOverBridge(connection, tab) {
  return install_(connection, tab, () => undefined);
}

/** Removes the triggers and every connection; rows and tasks stay as they are. */
function uninstallBridge() {
  states_().forEach(refuseToRemove_);
  remove_([...triggers_(), ...retries_()]);
  forget_(PropertiesService.getScriptProperties().getKeys().filter((key) => key.startsWith(OURS)));
}

/**
 * Ends the connection of one tab; with the last one the triggers go.
 * @param {number} [tab] the sheet id of the tab; default: the active one
 */
function disconnectBridge(tab) {
  const states = states_();
  const wanted = tab === undefined ? SpreadsheetApp.getActiveSheet().getSheetId() : tab;
  const ended = states.filter((state) => state.tab === wanted);
  if (!ended.length) throw new Error('That tab is not connected.');
  if (ended.length === states.length) {
    uninstallBridge();
    return;
  }
  ended.forEach(refuseToRemove_);
  ended.forEach((state) => forget_(names_(state)));
}

/**
 * Throws when the connection is another account's, whose triggers this one cannot remove.
 * @param {State} state
 */
function refuseToRemove_({ owner }) {
  if (owner && email_() && likeness_(owner) !== likeness_(email_())) {
    throw new Error('The triggers belong to ' + owner + ', and only that account can remove them.');
  }
}

/**
 * @param {string | undefined} connection
 * @param {number | undefined} tab
 * @param {(state: State) => void} admit throws if this account must not install
 * @returns {string}
 */
function install_(connection, tab, admit) {
  if (lacksRights_()) throw new Error(NO_RIGHTS);
  states_().forEach(admit);
  const sheet = chosenTab_(tab);
  const header = header_(sheet);
  const before = state_(sheet.getSheetId());
  const state = {
    ...before,
    ...parsed_(connection || present_(before)),
    prefix: prefix_(before.tab),
    seq: Math.max(Date.now() * 1000, ...states_().map(({ seq }) => seq)), // grows across installations
    owner: email_(),
  };
  const { settings } = hello_(state, header);
  const replaced = claim_({ ...state, settings }, admit);
  const ends = ended_(replaced, state);
  replaced.filter((other) => other.url !== state.url).forEach((other) => tellReplaced_(other, state));
  if (settings && settings.assign_ids) sendAll_(state); // rows that were here before get their ids
  const lacking = lacking_(header, settings);
  if (lacking) return 'Connected, but no row can be synced yet. ' + lacking + ends;
  return 'Connected: edits of "' + sheet.getName() + '" reach the bridge from now on.' + ends;
}

/**
 * The connection string that a tab has; without one, that of a connection whose tab is gone.
 * @param {State} state
 * @returns {string}
 */
function present_(state) {
  const found = state.url ? state : states_().find((other) => !tab_(other));
  return found ? found.url + '#' + found.secret : '';
}

/**
 * The connections that end when this one is made: that of the same tab, and of another tab the one to the same address,
 * since the bridge syncs one tab by it.
 * @param {State} state
 * @returns {State[]}
 */
function replaced_(state) {
  return states_().filter((other) => other.tab === state.tab || other.url === state.url);
}

/**
 * Tells the bridge of a former connection of the tab which address has taken its place; it may be gone by now.
 * @param {State} former
 * @param {State} state
 */
function tellReplaced_(former, state) {
  const { ok, status } = deliver_(former, { type: 'heartbeat', seq: former.seq, replaced_by: state.url });
  if (!ok) console.warn('replaced_untold status=' + status);
}

/**
 * What to say of the connections that ended; empty if each was made anew.
 * @param {State[]} replaced
 * @param {State} state
 * @returns {string}
 */
function ended_(replaced, state) {
  const said = replaced.map((other) => {
    if (other.tab !== state.tab) return ' This connection was that of ' + tabName_(other) + ', which has none now.';
    return other.url === state.url ? '' : ' Its connection with ' + other.url + ' has ended.';
  });
  return said.join('');
}

/**
 * Throws when another account has installed the bridge.
 * @param {State} state
 */
function refuseOther_({ owner }) {
  if (!owner || !email_() || likeness_(owner) === likeness_(email_())) return;
  throw new Error(
    'The bridge is already installed here, by ' + owner + ': two would send every edit twice. Ask them to choose ' +
      'Bridge → Uninstall; if that account is gone, run takeOverBridge in Extensions → Apps Script.'
  );
}

/**
 * The tab with this sheet id, or the active one.
 * @param {number | undefined} tab
 * @returns {GoogleAppsScript.Spreadsheet.Sheet}
 */
function chosenTab_(tab) {
  const sheet = tab === undefined ? SpreadsheetApp.getActiveSpreadsheet().getActiveSheet() : tab_({ tab });
  if (!sheet) throw new Error('That tab is gone: choose another one.');
  return sheet;
}

/**
 * A message with the columns missing in the first row; empty if there are none.
 * @param {string[]} header
 * @param {Settings | null} settings
 * @returns {string}
 */
function lacking_(header, settings) {
  const reported = (settings && settings.missing) || [];
  const missing = reported.length || idColumn_(header, settings) >= 0 ? reported : ['id'];
  if (!missing.length) return '';
  return 'The first row needs ' + missing.map((name) => 'a column "' + name + '"').join(' and ') + '.';
}

/**
 * Sends the first request; throws, with a message for a person, unless the bridge accepts it.
 * @param {State} state
 * @param {string[]} header
 * @returns {Answer}
 */
function hello_(state, header) {
  const answer = deliver_(state, { type: 'hello', seq: state.seq, owner: state.owner, header });
  if (answer.ok) return answer;
  throw new Error('Nothing was installed. ' + refusedWords_(state, answer));
}

/**
 * Why a connection does not work.
 * @param {Connection} connection
 * @param {Answer} answer
 * @returns {string}
 */
function refusedWords_({ url }, answer) {
  const own = /^https?:\/\/(localhost|127\.|10\.|192\.168\.|\[)/.test(url);
  return answer.why + (own && !answer.status ? ' Google itself reaches public addresses only.' : '');
}

/**
 * Creates the triggers and stores the connection. Under the lock, so that only one of two simultaneous installations
 * succeeds, and no running edit stores an older number. Notes of unsent rows are dropped: the first request made the
 * bridge compare everything. The triggers of this account serve every tab, so each connection is its own from now on.
 * @param {State} state
 * @param {(state: State) => void} admit
 * @returns {State[]} the connections that it replaced
 */
function claim_(state, admit) {
  const replaced = locked_(() => {
    const states = states_();
    states.forEach(admit);
    const ends = replaced_(state);
    replaceTriggers_();
    const { prefix } = state;
    const mine = {
      [prefix + KEY.url]: state.url,
      [prefix + KEY.secret]: state.secret,
      [prefix + KEY.seq]: String(state.seq),
      [prefix + KEY.owner]: state.owner,
      [prefix + KEY.settings]: JSON.stringify(state.settings),
    };
    keep_({ ...Object.fromEntries(states.map((other) => [other.prefix + KEY.owner, state.owner])), ...mine });
    forget_([state_(state.tab), ...ends].flatMap(names_).filter((name) => !(name in mine)));
    return ends;
  });
  if (!replaced) throw new Error('The sheet is busy with other edits: install again in a moment.');
  return replaced;
}

/**
 * The parts of a connection string, which has no blank, wherever a chat or a mail has broken it.
 * @param {string} connection
 * @returns {{url: string, secret: string}}
 */
function parsed_(connection) {
  const [url, secret, ...more] = asSeen_(String(connection || '')).replace(/ /g, '').split('#');
  if (!url) throw new Error('The connection string is missing. The bridge prints it: leadbridge connection.');
  if (!/^https?:\/\/[^/\s]+(\/[^/\s]+)*\/hooks\/sheets\/[^/\s]+$/.test(url)) {
    throw new Error('The address is not one of the bridge: it looks like https://example.org/hooks/sheets/leads.');
  }
  if (!secret || more.length || !SECRET.test(secret)) {
    throw new Error('The secret after the # is missing or cut off: copy the whole line, up to its end.');
  }
  return { url, secret };
}
