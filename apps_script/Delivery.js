/**
 * One signed POST to the bridge, and the meaning of its answer. Decides nothing about rows and stores nothing.
 */

/** Seconds; Google's own default of 360 would use up the day's trigger time. */
const TIMEOUT = 15;

/** What to do when Google denies a scope of the manifest. */
const NO_RIGHTS =
  'Google has not been given all the rights this script asks for: reload the sheet, choose Bridge → Install and tick ' +
  'every box.';

/** The bridge's code for a delivery that is signed too long ago, or in the future. */
const TIMESTAMP_OFF = 'timestamp_off';

/**
 * @typedef {{row: number, outcome: string, reasons?: string[]}} Outcome
 * @typedef {object} Answer
 * @property {boolean} ok
 * @property {number} status 0: no answer
 * @property {string} why a sentence for a person, empty when all is well
 * @property {Outcome[]} outcomes
 * @property {Settings | null} settings
 * @property {string} problem why the bridge cannot sync the sheet, empty when it can
 */

/**
 * Sends a message. Failures are returned, never thrown.
 * @param {Connection} connection
 * @param {Object<string, any>} message
 * @returns {Answer}
 */
function deliver_(connection, message) {
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet().getId();
  const body = JSON.stringify({ ...message, spreadsheet, sheet_id: connection.tab });
  try {
    const response = UrlFetchApp.fetch(connection.url, request_(connection.secret, body));
    return answer_(response.getResponseCode(), json_(response.getContentText()));
  } catch (error) {
    // DNS, connection and time-out are thrown, whatever muteHttpExceptions says; so is an exhausted quota.
    const unreached = sentence_('The bridge cannot be reached: ' + words_(error).slice(0, 200));
    return no_(0, lacksRights_() ? NO_RIGHTS : unreached);
  }
}

/**
 * @param {string} secret
 * @param {string} body
 * @returns {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions}
 */
function request_(secret, body) {
  const id = 'msg_' + Utilities.getUuid();
  const timestamp = seconds_();
  // A cast, because the published types do not know timeoutSeconds yet.
  return /** @type {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions} */ ({
    method: 'post',
    contentType: 'application/json',
    payload: body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign_(secret, id, timestamp, body),
    },
    muteHttpExceptions: true,
    followRedirects: false, // a POST that is redirected arrives as a GET
    timeoutSeconds: TIMEOUT,
  });
}

/**
 * @param {number} status
 * @param {any} reply
 * @returns {Answer}
 */
function answer_(status, reply) {
  if (status < 200 || status > 299) return no_(status, refusal_(status, reply));
  if (!reply.delivery) return no_(status, 'Something answers at that address, but it is not the bridge.');
  const { outcomes = [], settings = null, problem = '' } = reply;
  return { ok: true, status, why: '', outcomes, settings, problem: problem || '' };
}

/**
 * @param {number} status
 * @param {string} why
 * @returns {Answer}
 */
function no_(status, why) {
  return { ok: false, status, why, outcomes: [], settings: null, problem: '' };
}

/**
 * True when a scope of the manifest was not granted. Google's status says so; its error messages are translated.
 * @returns {boolean}
 */
function lacksRights_() {
  const status = ScriptApp.getAuthorizationInfo(ScriptApp.AuthMode.FULL).getAuthorizationStatus();
  return status === ScriptApp.AuthorizationStatus.REQUIRED;
}

/**
 * What a person can do about a refusal. 401 has two causes, and the bridge's code says which.
 * @param {number} status
 * @param {{detail?: string, code?: string}} reply
 * @returns {string}
 */
function refusal_(status, { detail, code }) {
  const said = detail ? ' ' + sentence_('The bridge says: ' + detail) : '';
  if (status === 401 && code === TIMESTAMP_OFF) return 'The clock of the bridge is wrong: set it.' + said;
  if (status === 401) return 'The secret is wrong: copy the connection string anew.' + said;
  if (status === 404) return 'The address is wrong: copy the connection string anew.' + said;
  if (status === 429 || status >= 500) return 'The bridge is busy or in trouble (' + status + ').' + said;
  if (status >= 300 && status < 400) return 'The address redirects to another one: use the target address.';
  return 'The bridge refuses the message (' + status + ').' + said;
}
