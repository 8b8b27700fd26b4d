/**
 * Notes of unacknowledged deliveries, one property each: acknowledging one is a delete that needs no lock and cannot
 * erase the note of a newer edit. A note has lead ids, not row numbers, so it survives sorting and inserting. A note
 * too long for a property becomes null: "everything". The edit of one cell is noted with what was typed: told late, it
 * is a person's word all the same, also if the cell shows what the bridge wrote.
 */

const UNSENT = 'UNSENT_';

/** The handler of the trigger that there is while something is unsent. */
const RETRY = 'bridgeTriesAgain';

/** The most bytes of a note with a list; a property holds 9 KB. */
const LONGEST_NOTE = 8800;

/** The most characters of a typed value that is noted. */
const LONGEST_TYPED = 1000;

/** The most notes of failed deliveries; the next edit replaces them by one note, "everything". */
const MOST_NOTES = 20;

/** Seconds after which a delivery without a result counts as failed: its execution has ended. */
const IN_FLIGHT = 60;

/**
 * `header`: of the edited column; `at`: when, in milliseconds since 1970.
 * @typedef {{header: string, text: string, at: number}} Typed
 * `since`: when the delivery was sent, in seconds since 1970, 0 if it failed; `ids`: null for everything; `typed`: of
 * an edit of one cell.
 * @typedef {{key: string, since: number, ids: string[] | null, typed?: Typed}} Note
 */

/**
 * The notes of a tab among all properties, under either of these prefixes.
 * @param {Object<string, string>} kept
 * @param {...string} prefixes
 * @returns {Note[]}
 */
function notes_(kept, ...prefixes) {
  return Object.keys(kept)
    .filter((key) => prefixes.some((prefix) => key.startsWith(prefix + UNSENT)))
    .map((key) => {
      const { since, ids, typed } = json_(kept[key]);
      const found = Array.isArray(ids) ? ids : null;
      return { key, since: Number(since) || 0, ids: found, ...(found && typed ? { typed } : {}) };
    });
}

/**
 * The note of a delivery as it is stored.
 * @param {Delivery} delivery
 * @param {number} since
 * @returns {string}
 */
function noteOf_({ ids, message }, since) {
  const { first = 0, last, typed, at } = message.edited || {};
  const told = ids && ids.length === 1 && first === last && typed !== undefined && typed.length <= LONGEST_TYPED;
  return noteText_(ids, since, told ? { header: message.header[first - 1], text: typed, at } : undefined);
}

/**
 * The number of the delivery that a note is of.
 * @param {Note} note
 * @returns {number}
 */
function seqOf_({ key }) {
  return Number(key.slice(key.lastIndexOf(UNSENT) + UNSENT.length)) || 0;
}

/**
 * A note as it is stored.
 * @param {string[] | null} ids
 * @param {number} since
 * @param {Typed} [typed]
 * @returns {string}
 */
function noteText_(ids, since, typed) {
  const text = JSON.stringify({ since, ids, typed });
  return bytes_(text).length > LONGEST_NOTE ? JSON.stringify({ since, ids: null }) : text;
}

/**
 * True when the note's delivery has failed.
 * @param {Note} note
 * @returns {boolean}
 */
function due_(note) {
  return seconds_() - note.since > IN_FLIGHT;
}

/**
 * Notes, without reading or locking anything, that the bridge must compare everything. One fixed key is enough: whoever
 * replaces the note sends "all" afterwards, which covers everyone who set it before.
 * @param {number} tab
 */
function noteAll_(tab) {
  guarded_('note_not_kept', () => keep_({ [prefix_(tab) + UNSENT + 'ALL']: noteText_(null, 0) }));
}

/**
 * Marks these deliveries as failed: they are due with the next edit. A body that the bridge refuses (too large,
 * invalid) would be refused again, so those become "everything", which the bridge reads itself.
 * @param {Delivery[]} deliveries
 * @param {number} status
 */
function failed_(deliveries, status) {
  const refused = status === 413 || status === 422;
  const due = deliveries.filter(isNoted_).map((one) => [one.key, refused ? noteText_(null, 0) : noteOf_(one, 0)]);
  guarded_('note_left', () => keep_(Object.fromEntries(due)));
  if (due.length) guarded_('retry_not_made', tryAgain_);
}

/** Makes the trigger that sends what is unsent every minute, unless there is one; it ends with the last note. */
function tryAgain_() {
  if (!retries_().length) ScriptApp.newTrigger(RETRY).timeBased().everyMinutes(1).create();
}

/**
 * The trigger of `tryAgain_`.
 * @returns {GoogleAppsScript.Script.Trigger[]}
 */
function retries_() {
  return ScriptApp.getProjectTriggers().filter((trigger) => trigger.getHandlerFunction() === RETRY);
}

/**
 * Removes the note of an accepted delivery. If that fails, the delivery is sent again later and changes nothing.
 * @param {Delivery} delivery
 */
function acknowledged_(delivery) {
  if (isNoted_(delivery)) guarded_('note_left', () => forget_([delivery.key]));
}

/**
 * False for a delivery whose rows all lack an id: the bridge can only refuse them.
 * @param {Delivery} delivery
 * @returns {boolean}
 */
function isNoted_(delivery) {
  return delivery.ids === null || delivery.ids.length > 0;
}

/**
 * Runs work whose failure does no harm, and logs the failure.
 * @param {string} event
 * @param {() => void} work
 */
function guarded_(event, work) {
  try {
    work();
  } catch (error) {
    console.warn(event + ' why=' + words_(error));
  }
}

/**
 * Now, in seconds since 1970.
 * @returns {number}
 */
function seconds_() {
  return Math.floor(Date.now() / 1000);
}
