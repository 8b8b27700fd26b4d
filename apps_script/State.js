/**
 * The script's state, in script properties, which everyone who may edit the sheet shares and can read. A value has at
 * most 9 KB, Google's service fails now and then, and several values are not changed atomically.
 */

const KEY = Object.freeze({
  url: 'BRIDGE_URL',
  secret: 'BRIDGE_SECRET',
  tab: 'BRIDGE_TAB',
  seq: 'BRIDGE_SEQ',
  owner: 'BRIDGE_OWNER',
  settings: 'BRIDGE_SETTINGS',
  rest: 'BRIDGE_REST',
});

/** How long an edit waits for the lock, in ms. Waiting counts as trigger time: 90 minutes a day. */
const LOCK_WAIT = 10000;

/**
 * The bridge's settings for this sheet: the headers it knows, the missing ones, the header of the id, and whether the
 * script assigns ids to new rows.
 * @typedef {{columns: string[], missing?: string[], id?: string, assign_ids: boolean}} Settings
 *
 * `tab`: the sheet id of the tab that is synced; `seq`: the number of the last delivery.
 * @typedef {{url: string, secret: string, tab: number}} Connection
 * @typedef {Connection & {seq: number, owner: string, settings: Settings | null, unsent: Note[], rest: Rest}} State
 */

/**
 * The whole state, in one call.
 * @returns {State}
 */
function state_() {
  const kept = patient_(() => PropertiesService.getScriptProperties().getProperties());
  const settings = json_(kept[KEY.settings] || '');
  return {
    url: kept[KEY.url] || '',
    secret: kept[KEY.secret] || '',
    tab: Number(kept[KEY.tab] || 0),
    seq: Number(kept[KEY.seq]) || Date.now() * 1000, // after a loss, stay above the last number
    owner: kept[KEY.owner] || '',
    settings: Array.isArray(settings.columns) ? settings : null,
    unsent: notes_(kept),
    rest: { length: 0, until: 0, ...json_(kept[KEY.rest] || '') },
  };
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
