// UrlFetchApp: real HTTP, to this machine only. Statuses from 400 on throw unless muted; a connection that fails always does.

const FETCH_OPTIONS = [
  'contentType', 'escaping', 'followRedirects', 'headers', 'method', 'muteHttpExceptions', 'payload', 'timeoutSeconds',
  'validateHttpsCertificates',
];

function fetch(url, options = {}) {
  expect('UrlFetchApp.fetch', arguments, ['String'], ['String', 'Object']);
  const unknown = Object.keys(options).find((key) => !FETCH_OPTIONS.includes(key) || options[key] === undefined);
  if (unknown) throw new Error(`Attribute provided with no value: ${unknown}`);
  const { payload = null } = options;
  if (payload !== null && !['String', 'number[]'].includes(kindOf(payload))) {
    throw new Error('UrlFetchApp: a payload of this kind is not available in the local stand-in');
  }
  const reply = host('fetch', url, {
    method: String(options.method || 'get').toUpperCase(),
    headers: options.headers || {},
    payload,
    type: options.contentType || 'application/x-www-form-urlencoded',
    seconds: options.timeoutSeconds || 360,
    follow: options.followRedirects !== false,
  });
  if (reply.status >= 400 && !options.muteHttpExceptions) {
    throw new Error(
      `Request failed for ${url} returned code ${reply.status}. Truncated server response: ` +
        `${reply.text.slice(0, 100)} (use muteHttpExceptions option to examine full response)`
    );
  }
  return strict('HTTPResponse', {
    getResponseCode: () => reply.status,
    getContentText: () => reply.text,
    getHeaders: () => reply.headers,
    getAllHeaders: () => reply.headers,
  });
}

global.UrlFetchApp = strict('UrlFetchApp', { fetch });
