/**
 * Spares the day's run time when the bridge is silent. Waiting for an answer that never comes costs TIMEOUT seconds of
 * the 90 minutes Google gives the triggers in a day, after which no edit is noticed at all. So after a silence nothing
 * is sent for a while, twice as long each time; edits are noted as unsent. A quick no costs little and is never rested
 * on.
 */

/** Milliseconds without an answer that are too dear to spend on every edit. */
const DEAR = 4000;

/** Seconds of the first rest and of the longest. */
const FIRST_REST = 60;
const LONGEST_REST = 1800;

/**
 * `length` in seconds, 0 when the bridge answers; `until` in seconds since 1970.
 * @typedef {{length: number, until: number}} Rest
 */

/**
 * Sends a message, and remembers whether it pays to send another.
 * @param {State} state
 * @param {Object<string, any>} message
 * @returns {Answer}
 */
function post_(state, message) {
  const began = Date.now();
  const answer = deliver_(state, message);
  const dear = !answer.status && Date.now() - began >= DEAR;
  if (answer.status && state.rest.length) guarded_('rest_not_ended', () => forget_([KEY.rest]));
  if (dear) guarded_('rest_not_kept', () => keep_({ [KEY.rest]: longer_(state) }));
  return answer;
}

/**
 * True while nothing is to be sent.
 * @param {State} state
 * @returns {boolean}
 */
function resting_(state) {
  return seconds_() < state.rest.until;
}

/**
 * How long the rest still takes, in words.
 * @param {State} state
 * @returns {string}
 */
function restLeft_(state) {
  const minutes = Math.ceil((state.rest.until - seconds_()) / 60);
  return minutes === 1 ? 'a minute' : minutes + ' minutes';
}

/**
 * The next rest, as it is kept.
 * @param {State} state
 * @returns {string}
 */
function longer_(state) {
  const length = Math.min(LONGEST_REST, state.rest.length * 2 || FIRST_REST);
  return JSON.stringify({ length, until: seconds_() + length });
}
