/**
 * What the script remembers, in script properties: shared by all who use the sheet, readable by all who may edit it.
 * A property holds at most 9 KB; writing several that belong together is done under the document lock.
 */

const KEY = Object.freeze({
  url: 'BRIDGE_URL',
  secret: 'BRIDGE_SECRET',
  tab: 'BRIDGE_TAB',
  seq: 'BRIDGE_SEQ',
  owner: 'BRIDGE_OWNER',
  settings: 'BRIDGE_SETTINGS',
  unsent: 'BRIDGE_UNSENT',
  unsentAll: 'BRIDGE_UNSENT_ALL',
});

/** Longest unsent note that is kept as a list; beyond it everything counts as unsent. */
const LONGEST_NOTE = 8500;

/** How long an edit waits for another one to finish reading, in milliseconds. */
const LOCK_WAIT = 20000;

/**
 * @typedef {{columns: string[], id?: string, assign_ids: boolean}} Settings
 * @typedef {{url: string, secret: string, tab: number, seq: number, owner: string, settings: Settings | null}} State
 */

/** @returns {State} */
function state_() {
  const kept = PropertiesService.getScriptProperties().getProperties();
  return {
    url: kept[KEY.url] || '',
    secret: kept[KEY.secret] || '',
    tab: Number(kept[KEY.tab] || 0),
    seq: Number(kept[KEY.seq] || 0),
    owner: kept[KEY.owner] || '',
    settings: kept[KEY.settings] ? JSON.parse(kept[KEY.settings]) : null,
  };
}

/**
 * Keeps these properties, in one call; null forgets one.
 * @param {Object<string, string | null>} changed
 */
function keep_(changed) {
  const properties = PropertiesService.getScriptProperties();
  const set = Object.keys(changed).filter((key) => changed[key] !== null);
  if (set.length) {
    properties.setProperties(Object.fromEntries(set.map((key) => [key, String(changed[key])])), false);
  }
  Object.keys(changed)
    .filter((key) => changed[key] === null)
    .forEach((key) => properties.deleteProperty(key));
}

/**
 * Runs `work` while no other execution of this script does; null when the lock is not to be had.
 * LockService throws under contention instead of waiting, so even asking is guarded.
 * @template T
 * @param {() => T} work
 * @returns {T | null}
 */
function locked_(work) {
  const lock = LockService.getDocumentLock();
  try {
    if (!lock.tryLock(LOCK_WAIT)) return null;
  } catch (error) {
    console.warn('lock_refused why=' + words_(error));
    return null;
  }
  try {
    return work();
  } finally {
    SpreadsheetApp.flush(); // what was written must be seen by the next holder
    lock.releaseLock();
  }
}

/**
 * The next number of a delivery. Call under the lock; the caller keeps it.
 * @param {State} state
 * @returns {number}
 */
function next_(state) {
  return state.seq + 1;
}
