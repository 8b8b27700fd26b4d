/**
 * Backs off while the bridge does not answer, to save trigger time. Each request without an answer costs TIMEOUT
 * seconds of the 90 minutes that Google gives triggers a day; after those no edit is noticed at all. So nothing is sent
 * for a while, and edits are noted as unsent: some minutes long it is tried every minute, then ever more rarely. Quick
 * errors do not count.
 */

/** Milliseconds without an answer after which to back off. */
const SLOW_MS = 4000;

/** Seconds of the first and of the longest back-off. The first ends before the timer runs again, for two tabs too. */
const FIRST_REST = 25;
const LONGEST_REST = 1800;

/** So many requests without an answer are followed by the first back-off: five minutes of trigger time for each tab. */
const SHORT_RESTS = 20;

/**
 * `tries`: requests without an answer, one after the other; `until` in seconds since 1970.
 * @typedef {{tries: number, until: number}} Rest
 */

/**
 * Sends a message, and starts or ends the back-off.
 * @param {State} state
 * @param {Object<string, any>} message
 * @returns {Answer}
 */
function post_(state, message) {
  const began = Date.now();
  const answer = deliver_(state, message);
  const slow = !answer.status && Date.now() - began >= SLOW_MS;
  if (answer.status && state.rest.tries) guarded_('rest_not_ended', () => forget_([state.prefix + KEY.rest]));
  if (slow) guarded_('rest_not_kept', () => keep_({ [state.prefix + KEY.rest]: longer_(state) }));
  return answer;
}

/**
 * True during the back-off.
 * @param {State} state
 * @returns {boolean}
 */
function resting_(state) {
  return seconds_() < state.rest.until;
}

/**
 * The remaining back-off, in words.
 * @param {State} state
 * @returns {string}
 */
function restLeft_(state) {
  const minutes = Math.ceil((state.rest.until - seconds_()) / 60);
  return minutes === 1 ? 'a minute' : minutes + ' minutes';
}

/**
 * The next back-off, as it is stored.
 * @param {State} state
 * @returns {string}
 */
function longer_(state) {
  const tries = state.rest.tries + 1;
  const length = Math.min(LONGEST_REST, FIRST_REST * 2 ** Math.max(0, tries - SHORT_RESTS));
  return JSON.stringify({ tries, until: seconds_() + length });
}
