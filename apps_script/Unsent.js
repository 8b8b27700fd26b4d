/**
 * The notes of what the bridge has not acknowledged: one property for each delivery, so that acknowledging it is one
 * delete that needs no lock and can never erase the note of a newer edit. A note names lead ids, not row numbers: it
 * survives sorting and inserting. Too long for a property, it becomes null: "everything".
 */

const UNSENT = 'BRIDGE_UNSENT_';

/** Bytes of a note that are kept as a list; a property holds 9 KB. */
const LONGEST_NOTE = 8800;

/** So many failed deliveries are noted one by one; the next edit makes them one note, "everything". */
const MOST_NOTES = 20;

/** Seconds after which a delivery that nobody reported on counts as failed: its execution has died. */
const IN_FLIGHT = 60;

/**
 * `since`: when the delivery left, in seconds since 1970, 0 when it failed; `ids`: null for everything.
 * @typedef {{key: string, since: number, ids: string[] | null}} Note
 */

/**
 * The notes among all properties.
 * @param {Object<string, string>} kept
 * @returns {Note[]}
 */
function notes_(kept) {
  return Object.keys(kept)
    .filter((key) => key.startsWith(UNSENT))
    .map((key) => {
      const { since, ids } = json_(kept[key]);
      return { key, since: Number(since) || 0, ids: Array.isArray(ids) ? ids : null };
    });
}

/**
 * A note as it is kept.
 * @param {string[] | null} ids
 * @param {number} since
 * @returns {string}
 */
function noteText_(ids, since) {
  const text = JSON.stringify({ since, ids });
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
 * Notes, without reading or locking anything, that the bridge must compare everything.
 * One fixed key is enough: whoever takes it over sends "all" afterwards, and so covers whoever set it before.
 */
function noteAll_() {
  guarded_('note_not_kept', () => keep_({ [UNSENT + 'ALL']: noteText_(null, 0) }));
}

/**
 * These deliveries failed: they are due with the next edit. A form that the bridge refuses (too large, unknown) it
 * would refuse again, so those become "everything", which the bridge then reads for itself.
 * @param {Delivery[]} deliveries
 * @param {number} status
 */
function failed_(deliveries, status) {
  const refused = status === 413 || status === 422;
  const due = deliveries.filter(isNoted_).map((one) => [one.key, noteText_(refused ? null : one.ids, 0)]);
  guarded_('note_left', () => keep_(Object.fromEntries(due)));
}

/**
 * The bridge has this delivery. Should forgetting fail, it is sent again later and changes nothing.
 * @param {Delivery} delivery
 */
function acknowledged_(delivery) {
  if (isNoted_(delivery)) guarded_('note_left', () => forget_([delivery.key]));
}

/**
 * A delivery whose rows all lack an id leaves no note: the bridge can only refuse them.
 * @param {Delivery} delivery
 * @returns {boolean}
 */
function isNoted_(delivery) {
  return delivery.ids === null || delivery.ids.length > 0;
}

/**
 * Does what may fail without harm; says so in the log.
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
