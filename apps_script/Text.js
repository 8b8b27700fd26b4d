/**
 * Text as a person sees it, for comparisons. bridge/core/text.py has the same rules and their sources.
 */

/** Signs that nobody sees. */
const INVISIBLE = signs_([
  '\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f',
  '\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe00-\\ufe0f\\ufeff\\ufff0-\\ufffb',
  '\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}',
]);

/** Every kind of blank. */
const BLANKS = signs_([
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u2800\\u3000\\u3164\\uffa0',
]);

/**
 * A pattern of one or more of these signs.
 * @param {string[]} ranges parts of a character class
 * @returns {RegExp}
 */
function signs_(ranges) {
  return new RegExp('[' + ranges.join('') + ']+', 'gu');
}

/**
 * The text with composed letters, without invisible signs and outer blanks, and with one blank for any run.
 * @param {string} text
 * @returns {string}
 */
function asSeen_(text) {
  const visible = text.replace(INVISIBLE, '').normalize('NFC');
  return visible.replace(BLANKS, ' ').replace(/^ | $/g, '');
}

/**
 * The text as a person sees it who does not heed case.
 * @param {string} text
 * @returns {string}
 */
function likeness_(text) {
  const folded = Array.from(asSeen_(text), (sign) => sign.toLowerCase().toUpperCase().toLowerCase());
  return folded.join('').replace(/i\u0307/g, 'i').normalize('NFC');
}
