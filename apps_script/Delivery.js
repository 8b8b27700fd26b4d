/**
 * Signs and sends one message to the bridge (Standard Webhooks), and keeps what it answers.
 */

/** Seconds; Google's own default of 360 would eat the day's trigger time. */
const TIMEOUT = 15;

/**
 * Sends `message`. `ok` only when the bridge has taken it; `why` is a sentence for a person otherwise.
 * @param {Object<string, any>} message
 * @returns {{ok: boolean, status: number, why: string, outcomes: any[]}}
 */
function deliver_(message) {
  const state = state_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const body = JSON.stringify({ spreadsheet: spreadsheet.getId(), sheet_id: state.tab, ...message });
  let response;
  try {
    response = UrlFetchApp.fetch(state.url, request_(state.secret, body));
  } catch (error) {
    // Thrown for DNS, connection and time-out, whatever muteHttpExceptions says.
    return { ok: false, status: 0, why: 'The bridge cannot be reached: ' + words_(error), outcomes: [] };
  }
  const status = response.getResponseCode();
  const reply = json_(response.getContentText());
  if (status < 200 || status > 299) return { ok: false, status, why: sentence_(status, reply), outcomes: [] };
  if (reply.settings && JSON.stringify(reply.settings) !== JSON.stringify(state.settings)) {
    keep_({ [KEY.settings]: JSON.stringify(reply.settings) });
  }
  return { ok: true, status, why: '', outcomes: reply.outcomes || [] };
}

/**
 * @param {string} secret
 * @param {string} body
 * @returns {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions}
 */
function request_(secret, body) {
  const id = 'msg_' + Utilities.getUuid();
  const timestamp = String(Math.floor(Date.now() / 1000));
  return /** @type {GoogleAppsScript.URL_Fetch.URLFetchRequestOptions} */ ({
    method: 'post',
    contentType: 'application/json',
    payload: body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': 'v1,' + sign_(secret, id + '.' + timestamp + '.' + body),
    },
    muteHttpExceptions: true,
    followRedirects: false,
    timeoutSeconds: TIMEOUT,
  });
}

/**
 * HMAC-SHA256 over the UTF-8 bytes: of texts, Google would take US-ASCII and turn é into ?.
 * @param {string} secret whsec_<base64>
 * @param {string} text
 * @returns {string} base64
 */
function sign_(secret, text) {
  const key = Utilities.base64Decode(secret.replace(/^whsec_/, ''));
  return Utilities.base64Encode(Utilities.computeHmacSha256Signature(Utilities.newBlob(text).getBytes(), key));
}

/**
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

/**
 * What a person can do about an answer that is not a yes.
 * @param {number} status
 * @param {any} problem
 * @returns {string}
 */
function sentence_(status, problem) {
  const detail = problem.detail ? ' (' + problem.detail + ')' : '';
  if (status === 401) return 'The bridge does not accept the secret: install again with a new connection string' + detail + '.';
  if (status === 404) return 'The bridge does not know this sheet: check the address in the connection string' + detail + '.';
  if (status === 429 || status >= 500) return 'The bridge is busy; the rows are kept and sent again' + detail + '.';
  return 'The bridge refuses the message' + detail + '.';
}
