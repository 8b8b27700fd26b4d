/**
 * The installable triggers. Never named onEdit or onChange: those would run a second time, as simple triggers.
 *
 * Under the lock: read, number, note as unsent. Then the lock is released and the POST goes out; only a yes of the
 * bridge clears the note, so an edit whose POST fails is sent with the next edit or by the time trigger.
 */

/**
 * A person typed, pasted, filled, cleared or undid something.
 * @param {GoogleAppsScript.Events.SheetsOnEdit} e
 */
function bridgeEdited(e) {
  const state = state_();
  const range = e.range;
  const sheet = range.getSheet();
  if (!state.url || sheet.getSheetId() !== state.tab) return;
  if (range.getRow() === 1) sendAll_(); // a header moved or changed its name
  const edited = { first: range.getColumn(), last: range.getLastColumn() };
  const last = Math.min(range.getLastRow(), sheet.getLastRow());
  for (let first = Math.max(range.getRow(), 2); first <= last; first += MOST_ROWS) {
    sendRows_(sheet, first, Math.min(first + MOST_ROWS - 1, last), edited);
  }
  sendUnsent_();
}

/**
 * Rows or columns came or went: no event says which, so the bridge compares everything.
 * @param {GoogleAppsScript.Events.SheetsOnChange} e
 */
function bridgeChanged(e) {
  const quiet = ['EDIT', 'FORMAT', 'INSERT_ROW', 'INSERT_COLUMN', 'INSERT_GRID', 'REMOVE_GRID'];
  if (state_().url && quiet.indexOf(String(e.changeType)) < 0) sendAll_();
}

/** Every five minutes: what is unsent goes out; when nothing is, the bridge hears that the trigger lives. */
function bridgeEveryFiveMinutes() {
  const state = state_();
  if (!state.url) return;
  if (unsentAll_() || Object.keys(unsent_()).length) sendUnsent_();
  else deliver_({ type: 'heartbeat', seq: state.seq });
}

/**
 * Reads, numbers, notes and sends one block of rows.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} first
 * @param {number} last
 * @param {{first: number, last: number} | null} edited
 */
function sendRows_(sheet, first, last, edited) {
  const message = locked_(() => numbered_(read_(sheet, first, last), sheet, edited));
  if (!message) noteAll_();
  else if (message.rows.length) sent_(message);
}

/**
 * The message for what was read: ids given, number taken, ids noted as unsent. Call under the lock. An edit that touched
 * no column the bridge knows makes an empty message.
 * @param {{header: Wire[], rows: Row[]}} seen
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {{first: number, last: number} | null} edited
 */
function numbered_(seen, sheet, edited) {
  const state = state_();
  const column = idColumn_(seen.header, state.settings);
  const rows = touches_(seen.header, state.settings, edited) ? seen.rows : [];
  if (!rows.length) return { type: 'rows', seq: state.seq, header: seen.header, rows, ids: [] };
  if (state.settings && state.settings.assign_ids) assignIds_(sheet, rows, column);
  const ids = rows.map((row) => idOf_(row, column)).filter((id) => id);
  const seq = next_(state);
  keep_({ [KEY.seq]: String(seq), ...noted_(ids, seq) });
  return { type: 'rows', seq, time_zone: timeZone_(), header: seen.header, rows, ids, ...(edited ? { edited } : {}) };
}

/**
 * True unless the edit lies wholly in columns that the bridge neither reads nor writes.
 * @param {Wire[]} header
 * @param {Settings | null} settings
 * @param {{first: number, last: number} | null} edited
 * @returns {boolean}
 */
function touches_(header, settings, edited) {
  if (!settings || !edited) return true;
  const known = settings.columns.map(plain_);
  return header.slice(edited.first - 1, edited.last).some((text) => known.indexOf(plain_(String(text))) >= 0);
}

/**
 * Sends a numbered message; a yes clears its note, a refused row is told to the person.
 * @param {{type: string, seq: number, header: Wire[], rows: Row[], ids: string[]}} message
 * @returns {boolean}
 */
function sent_(message) {
  const { ids, ...body } = message;
  const sent = deliver_(body);
  if (!sent.ok) {
    console.warn('delivery_failed seq=' + message.seq + ' status=' + sent.status);
    if (sent.status >= 400 && sent.status < 500) tell_(sent.why);
    return false;
  }
  acknowledged_(ids, message.seq);
  const told = sent.outcomes.filter((outcome) => outcome.outcome === 'refused' || outcome.outcome === 'conflict');
  if (told.length) tell_(told.slice(0, 3).map((outcome) => outcome.reasons.join('; ')).join('\n'));
  return true;
}

/** Sends what earlier deliveries could not: the rows as they are now, found by their ids wherever they stand. */
function sendUnsent_() {
  if (unsentAll_()) return sendAll_();
  const state = state_();
  const sheet = tab_(state);
  const waiting = unsent_();
  if (!sheet || !Object.keys(waiting).length) return undefined;
  const message = locked_(() => {
    const seen = read_(sheet, 2, sheet.getLastRow());
    const column = idColumn_(seen.header, state_().settings);
    const rows = seen.rows.filter((row) => idOf_(row, column) in waiting).slice(0, MOST_ROWS);
    return { found: rows.length, ...numbered_({ header: seen.header, rows }, sheet, null) };
  });
  if (!message || message.found < Object.keys(waiting).length) return sendAll_();
  const { found, ...rest } = message;
  return sent_(rest);
}

/**
 * Asks the bridge to compare everything; until it says yes, everything counts as unsent.
 * @returns {{ok: boolean, why: string}}
 */
function sendAll_() {
  const mark = noteAll_();
  const taken = locked_(() => {
    const seq = next_(state_());
    keep_({ [KEY.seq]: String(seq) });
    return { seq, note: unsent_() };
  });
  if (!taken) return { ok: false, why: 'Another edit is being sent; everything will be sent with the next one.' };
  const sent = deliver_({ type: 'all', seq: taken.seq });
  if (sent.ok) {
    if (PropertiesService.getScriptProperties().getProperty(KEY.unsentAll) === mark) keep_({ [KEY.unsentAll]: null });
    acknowledged_(Object.keys(taken.note), taken.seq);
  }
  return sent;
}

/**
 * The tab the bridge is installed for; null when it is gone.
 * @param {State} state
 * @returns {GoogleAppsScript.Spreadsheet.Sheet | null}
 */
function tab_(state) {
  const sheets = SpreadsheetApp.getActiveSpreadsheet().getSheets();
  return sheets.find((sheet) => sheet.getSheetId() === state.tab) || null;
}
