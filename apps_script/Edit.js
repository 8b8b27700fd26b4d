/**
 * The installable triggers. Never named onEdit or onChange: those would run a second time, as simple triggers.
 *
 * Under the lock: read, number, note as unsent. Then the lock is released and the POST is sent. Only a success answer
 * of the bridge removes the note, so what could not be sent is sent with the next edit or by the timer.
 */

/** Changes that may remove or move rows or columns without naming them: the bridge then compares everything. */
const STRUCTURE = ['REMOVE_ROW', 'REMOVE_COLUMN', 'INSERT_GRID', 'REMOVE_GRID', 'OTHER'];

/** Changes that may bring or end a copy of a tab. */
const TABS = ['INSERT_GRID', 'REMOVE_GRID'];

/** Names of what was sent when no cell was edited. */
const MOVED = 'Moved or removed rows';
const EARLIER = 'Earlier edits';
const NEW = 'New rows';

/**
 * The rows and columns that an edit covers, from 1. `typed`: the value typed into a single cell, empty if it was
 * cleared; the cell may show another value by the time it is read. `at`: the time of the edit event, in milliseconds
 * since 1970.
 * @typedef {{top: number, bottom: number, first: number, last: number, typed?: string, at?: number}} Place
 */

/**
 * A person typed, pasted, filled, cleared or undid something.
 * @param {GoogleAppsScript.Events.SheetsOnEdit} [e]
 * @returns {string} a message for whoever runs it by hand
 */
function bridgeEdited(e) {
  if (!e || !e.range) return byHand_('when a cell is edited');
  const at = Date.now();
  const sheet = e.range.getSheet();
  const tab = sheet.getSheetId();
  reporting_(e.range.getA1Notation(), [tab], () => {
    const state = state_(tab);
    if (!state.url) tellOfCopy_(sheet);
    if (!mine_(state)) return;
    const place = { ...place_(e.range), at, ...wordOf_(e) };
    if (!touches_(sheet, place, state.settings)) return;
    const answer = place.top === 1 ? sendAll_(state) : sendRows_(state, sheet, place);
    report_(e.range.getA1Notation(), answer);
    if (answer.ok && state.unsent.some(due_)) report_(EARLIER, sendUnsent_(state));
  });
  return '';
}

/**
 * Something happened to the spreadsheet, it is unknown in which tab; edits have a trigger of their own.
 * @param {GoogleAppsScript.Events.SheetsOnChange} [e]
 * @returns {string} a message for whoever runs it by hand
 */
function bridgeChanged(e) {
  if (!e || !e.changeType) return byHand_('when rows, columns or tabs change');
  if (STRUCTURE.includes(String(e.changeType))) eachOfMine_(MOVED, (state) => report_(MOVED, sendAll_(state)));
  if (TABS.includes(String(e.changeType))) eachOfMine_(MOVED, tellOfCopies_);
  return '';
}

/**
 * For each tab: gives ids to new leads that came without an edit; sends what is unsent; if nothing is, a heartbeat;
 * while another execution sends, neither. By hand it does the same.
 * @param {GoogleAppsScript.Events.TimeDriven} [e]
 * @returns {string} a message for whoever runs it by hand
 */
function bridgeEveryFiveMinutes(e) {
  eachOfMine_(EARLIER, (state) => {
    const sent = sendNew_(state);
    if (sent) report_(NEW, sent);
    if (sent || resting_(state)) return;
    if (state.unsent.some(due_)) report_(EARLIER, sendUnsent_(state));
    else if (!state.unsent.length) report_('', heartbeat_(state));
  });
  return e ? '' : byHand_('every five minutes');
}

/**
 * Says, in the script editor and in the sheet, that a trigger's function was run by hand.
 * @param {string} when Google runs it
 * @returns {string}
 */
function byHand_(when) {
  const said = 'Google runs this by itself ' + when + ': there is nothing to run here.';
  console.log(said);
  guarded_('toast_failed', () => tell_(said));
  return said;
}

/** Sends what is unsent, a minute after it failed; ends when nothing is. */
function bridgeTriesAgain() {
  eachOfMine_(EARLIER, (state) => {
    if (!resting_(state) && state.unsent.some(due_)) report_(EARLIER, sendUnsent_(state));
  });
  if (!states_().some((state) => mine_(state) && state.unsent.length)) remove_(retries_());
}

/**
 * Runs a trigger's work for each tab that this account connected; the failure of one does not stop the others.
 * @param {string} what is to be sent
 * @param {(state: State) => void} work
 */
function eachOfMine_(what, work) {
  /** @type {unknown[]} */
  const errors = [];
  reporting_(what, null, () =>
    states_()
      .filter(mine_)
      .forEach((state) => {
        try {
          reporting_(what, [state.tab], () => work(state));
        } catch (error) {
          errors.push(error);
        }
      })
  );
  if (errors.length) throw errors[0];
}

/**
 * Runs a trigger's work. Unexpected errors are shown, retried by the timer and rethrown so that Google mails the owner.
 * @param {string} what was to be sent
 * @param {number[] | null} tabs of which it was to be sent; null: unknown, so of all
 * @param {() => void} work
 */
function reporting_(what, tabs, work) {
  try {
    work();
  } catch (error) {
    guarded_('note_not_kept', () => (tabs || everyTab_()).forEach(noteAll_));
    guarded_('toast_failed', () => tell_(unsentWords_(what, sentence_(words_(error)))));
    throw error;
  }
}

/**
 * The sheet ids of all tabs, connected or not.
 * @returns {number[]}
 */
function everyTab_() {
  return SpreadsheetApp.getActiveSpreadsheet().getSheets().map((sheet) => sheet.getSheetId());
}

/**
 * What the event tells of a single cell: its value, or nothing but the old one when it was cleared. A paste tells
 * neither.
 * @param {{value?: any, oldValue?: any}} e
 * @returns {{typed?: string}}
 */
function wordOf_({ value, oldValue }) {
  if (typeof value === 'string') return { typed: value };
  return typeof oldValue === 'string' ? { typed: '' } : {};
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Range} range
 * @returns {Place}
 */
function place_(range) {
  return { top: range.getRow(), bottom: range.getLastRow(), first: range.getColumn(), last: range.getLastColumn() };
}

/**
 * False when all edited columns are ones that the bridge neither reads nor writes. An edit of the header row always
 * counts.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Place} place
 * @param {Settings | null} settings
 * @returns {boolean}
 */
function touches_(sheet, place, settings) {
  if (place.top === 1 || !settings) return true;
  const last = Math.min(place.last, sheet.getLastColumn());
  if (last < place.first) return false;
  const header = sheet.getRange(1, place.first, 1, last - place.first + 1).getDisplayValues()[0];
  return knownColumns_(header, settings).length > 0;
}

/**
 * Shows failures only: to the person with the cell or row, in the log without.
 * @param {string} what was sent, empty for a heartbeat
 * @param {Answer} answer
 */
function report_(what, answer) {
  const reasons = reasons_(answer.outcomes).slice(0, 3);
  if (!answer.ok) {
    console.warn('delivery_failed status=' + answer.status);
    reasons.push(unsentWords_(what, answer.why));
  }
  if (reasons.length) guarded_('toast_failed', () => tell_(reasons.join('\n')));
}

/**
 * @param {string} what was to be sent, empty when nothing was
 * @param {string} why it was not
 * @returns {string}
 */
function unsentWords_(what, why) {
  if (!what) return why + ' Edits are kept meanwhile.';
  return what + ' not sent yet. ' + why + ' Nothing is lost: it is sent with a later edit or by the timer.';
}

/**
 * The reasons why rows were not taken as they are. Rows that are incomplete or have a newer edit are left out.
 * @param {Outcome[]} outcomes
 * @returns {string[]}
 */
function reasons_(outcomes) {
  const named = outcomes.filter((one) => !['unchanged', 'stale'].includes(one.outcome) && (one.reasons || []).length);
  return named.map((one) => rowWords_(one, ''));
}

/**
 * A row's outcome in words that name the row.
 * @param {Outcome} one
 * @param {string} otherwise what to say when it has no reasons
 * @returns {string}
 */
function rowWords_(one, otherwise) {
  const words = (one.reasons || []).join('; ') || otherwise;
  const named = words.startsWith('row ' + one.row + ' ');
  return named ? 'R' + words.slice(1) : 'Row ' + one.row + ': ' + words;
}
