/**
 * The script's state, in script properties, which everyone who may edit the sheet shares and can read. A value has at
 * most 9 KB, Google's service fails now and then, and several values are not changed atomically.
 *
 * Each tab has a connection of its own: its properties are BRIDGE_<sheet id>_URL and so on. Earlier versions kept one
 * connection, BRIDGE_URL and so on, and its tab in BRIDGE_TAB: it stays as it is until the bridge is installed anew.
 */

/** What all properties of the bridge begin with. */
const OURS = 'BRIDGE_';

/** The tab of a connection that an earlier version stored. */
const FORMER_TAB = 'BRIDGE_TAB';

/** What stands after the beginning that the properties of a tab share. */
const KEY = Object.freeze({
  url: 'URL',
  secret: 'SECRET',
  seq: 'SEQ',
  owner: 'OWNER',
  settings: 'SETTINGS',
  rest: 'REST',
});

/** How long an edit waits for the lock, in ms. Waiting counts as trigger time: 90 minutes a day. */
const LOCK_WAIT = 10000;

/**
 * The bridge's settings for this sheet: the headers it knows, the missing ones, the header of the id, and whether the
 * script assigns ids to new rows. For that also: the header of the name, those of the columns that the bridge fills,
 * and header → what stands in its cells by default.
 * @typedef {{columns: string[], missing?: string[], id?: string, assign_ids: boolean, name?: string, ours?: string[],
 *   defaults?: Object<string, string>}} Settings
 *
 * `tab`: the sheet id of the tab that is synced; `seq`: the number of the last delivery; `prefix`: what its properties
 * begin with.
 * @typedef {{url: string, secret: string, tab: number}} Connection
 * @typedef {Connection & {prefix: string, seq: number, owner: string, settings: Settings | null, unsent: Note[],
 *   rest: Rest}} State
 */

/**
 * The state of a tab, in one call; without a `url` if it is not connected.
 * @param {number} tab its sheet id
 * @returns {State}
 */
function state_(tab) {
  return stateOf_(properties_(), tab);
}

/**
 * The state of every connected tab, in one call.
 * @returns {State[]}
 */
function states_() {
  const kept = properties_();
  const tabs = Object.keys(kept).map((key) => (/^BRIDGE_(\d+)_URL$/.exec(key) || [])[1]);
  const former = kept[OURS + KEY.url] ? [kept[FORMER_TAB] || '0'] : [];
  const found = new Set([...former, ...tabs].filter((tab) => tab).map(Number));
  return Array.from(found, (tab) => stateOf_(kept, tab)).filter((state) => state.url);
}

/** @returns {Object<string, string>} */
function properties_() {
  return patient_(() => PropertiesService.getScriptProperties().getProperties());
}

/**
 * The state of a tab from these properties.
 * @param {Object<string, string>} kept
 * @param {number} tab
 * @returns {State}
 */
function stateOf_(kept, tab) {
  const own = prefix_(tab);
  const former = !kept[own + KEY.url] && kept[OURS + KEY.url] && Number(kept[FORMER_TAB] || 0) === tab;
  const prefix = former ? OURS : own;
  const settings = json_(kept[prefix + KEY.settings] || '');
  return {
    prefix,
    tab,
    url: kept[prefix + KEY.url] || '',
    secret: kept[prefix + KEY.secret] || '',
    seq: Number(kept[prefix + KEY.seq]) || Date.now() * 1000, // after a loss, stay above the last number
    owner: kept[prefix + KEY.owner] || '',
    settings: Array.isArray(settings.columns) ? settings : null,
    unsent: notes_(kept, prefix, own),
    rest: { tries: 0, until: 0, ...json_(kept[prefix + KEY.rest] || '') },
  };
}

/**
 * What the properties of a tab begin with.
 * @param {number} tab
 * @returns {string}
 */
function prefix_(tab) {
  return OURS + tab + '_';
}

/**
 * The names of all properties of a connection.
 * @param {State} state
 * @returns {string[]}
 */
function names_(state) {
  const names = Object.values(KEY).map((key) => state.prefix + key);
  return [...names, ...(state.prefix === OURS ? [FORMER_TAB] : []), ...state.unsent.map((note) => note.key)];
}

/**
 * Stores these properties.
 * @param {Object<string, string>} texts
 */
function keep_(texts) {
  patient_(() => PropertiesService.getScriptProperties().setProperties(texts, false));
}

/**
 * Deletes these properties.
 * @param {string[]} keys
 */
function forget_(keys) {
  const properties = PropertiesService.getScriptProperties();
  keys.forEach((key) => patient_(() => properties.deleteProperty(key)));
}

/**
 * Tries three times, within half a second.
 * @template T
 * @param {() => T} work
 * @returns {T}
 */
function patient_(work) {
  for (let wait = 100; ; wait *= 3) {
    try {
      return work();
    } catch (error) {
      if (wait > 300) throw error;
      Utilities.sleep(wait);
    }
  }
}

/**
 * Runs `work` under the document lock; null if the lock is not available in time. Google throws under contention
 * instead of waiting ("too many LockService operations"), so tryLock is guarded.
 * @template T
 * @param {() => T} work
 * @returns {T | null}
 */
function locked_(work) {
  const lock = LockService.getDocumentLock();
  try {
    if (!lock.tryLock(LOCK_WAIT)) return null;
  } catch (error) {
    return null;
  }
  try {
    const done = work();
    SpreadsheetApp.flush(); // the next holder, and the bridge, must see what was written here
    return done;
  } finally {
    lock.releaseLock();
  }
}

/**
 * True if this execution's account installed the bridge. Triggers of an account that was taken over do nothing.
 * @param {State} state
 * @returns {boolean}
 */
function mine_(state) {
  const me = email_();
  return Boolean(state.url) && (!me || !state.owner || likeness_(me) === likeness_(state.owner));
}

/**
 * The account this execution runs as; empty where Google does not say.
 * @returns {string}
 */
function email_() {
  return Session.getEffectiveUser().getEmail();
}

/**
 * The object in a JSON text; an empty one if the text is not JSON.
 * @param {string} text
 * @returns {any}
 */
function json_(text) {
  try {
    return JSON.parse(text) || {};
  } catch (error) {
    return {};
  }
}
