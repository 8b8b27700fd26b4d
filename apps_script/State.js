/**
 * What the script remembers, in script properties: shared by everyone who may edit the sheet, and readable by them.
 * Google lets a value hold 9 KB, fails now and then for no reason of ours, and changes several values one by one.
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

/** How long an edit waits for another to finish reading, in ms. Waiting is run time: Google gives 90 minutes a day. */
const LOCK_WAIT = 10000;

/**
 * What the bridge says of this sheet: the headers it knows, those it misses, which of them is the id, whether new rows
 * get one from here.
 * @typedef {{columns: string[], missing?: string[], id?: string, assign_ids: boolean}} Settings
 *
 * `tab`: the sheet id of the tab that is synced; `seq`: the number of the last delivery.
 * @typedef {{url: string, secret: string, tab: number}} Connection
 * @typedef {Connection & {seq: number, owner: string, settings: Settings | null, unsent: Note[], rest: Rest}} State
 */

/**
 * Everything remembered, in one call.
 * @returns {State}
 */
function state_() {
  const kept = patient_(() => PropertiesService.getScriptProperties().getProperties());
  const settings = json_(kept[KEY.settings] || '');
  return {
    url: kept[KEY.url] || '',
    secret: kept[KEY.secret] || '',
    tab: Number(kept[KEY.tab] || 0),
    seq: Number(kept[KEY.seq]) || Date.now() * 1000, // a lost number must not start anew below the last one
    owner: kept[KEY.owner] || '',
    settings: Array.isArray(settings.columns) ? settings : null,
    unsent: notes_(kept),
    rest: { length: 0, until: 0, ...json_(kept[KEY.rest] || '') },
  };
}

/**
 * Remembers these texts.
 * @param {Object<string, string>} texts
 */
function keep_(texts) {
  patient_(() => PropertiesService.getScriptProperties().setProperties(texts, false));
}

/**
 * Forgets these keys.
 * @param {string[]} keys
 */
function forget_(keys) {
  const properties = PropertiesService.getScriptProperties();
  keys.forEach((key) => patient_(() => properties.deleteProperty(key)));
}

/**
 * Tries thrice, within half a second.
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
 * Runs `work` while no other execution of this script does; null when the lock is not to be had in time.
 * Google throws under contention instead of waiting ("too many LockService operations"), so even asking is guarded.
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
 * True when this execution is to speak for the sheet. Triggers left behind by an account that was taken over are
 * silent.
 * @param {State} state
 * @returns {boolean}
 */
function mine_(state) {
  const me = email_();
  return Boolean(state.url) && (!me || !state.owner || me === state.owner);
}

/**
 * The account this execution runs as; empty where Google does not say.
 * @returns {string}
 */
function email_() {
  return Session.getEffectiveUser().getEmail();
}

/**
 * The object in a JSON text; an empty one when there is none.
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
