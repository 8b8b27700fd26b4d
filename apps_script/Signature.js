/**
 * Standard Webhooks (standardwebhooks.com): HMAC-SHA256 over `id.timestamp.body` with the bytes inside the secret.
 */

/**
 * @param {string} secret whsec_<base64>
 * @param {string} id
 * @param {number} timestamp seconds since 1970
 * @param {string} body
 * @returns {string} the header webhook-signature
 */
function sign_(secret, id, timestamp, body) {
  const key = Utilities.base64Decode(secret.replace(/^whsec_/, ''));
  const signature = Utilities.computeHmacSha256Signature(bytes_(id + '.' + timestamp + '.' + body), key);
  return 'v1,' + Utilities.base64Encode(signature);
}

/**
 * The UTF-8 bytes of a text. Google signs strings as US-ASCII, where é becomes a question mark.
 * @param {string} text
 * @returns {number[]}
 */
function bytes_(text) {
  return Utilities.newBlob(text).getBytes();
}
