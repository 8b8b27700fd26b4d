/**
 * The note of what the bridge has not acknowledged: lead id → number of the delivery that carried it last.
 * Ids, not row numbers, so that the note survives a sort. When it would grow too long it becomes "all".
 */

/** @returns {Object<string, number>} */
function unsent_() {
  const text = PropertiesService.getScriptProperties().getProperty(KEY.unsent);
  return text ? JSON.parse(text) : {};
}

/** @returns {boolean} */
function unsentAll_() {
  return PropertiesService.getScriptProperties().getProperty(KEY.unsentAll) !== null;
}

/**
 * The note with these ids added under this number, as properties to keep.
 * @param {string[]} ids
 * @param {number} seq
 * @returns {Object<string, string | null>}
 */
function noted_(ids, seq) {
  const note = unsent_();
  ids.forEach((id) => (note[id] = seq));
  const text = JSON.stringify(note);
  return text.length > LONGEST_NOTE ? { [KEY.unsent]: null, [KEY.unsentAll]: String(seq) } : { [KEY.unsent]: text };
}

/**
 * Everything counts as unsent: one blind write, safe without the lock.
 * @returns {string} the mark; who clears it makes sure that nobody has set another since
 */
function noteAll_() {
  const mark = Utilities.getUuid();
  keep_({ [KEY.unsentAll]: mark });
  return mark;
}

/**
 * Clears what this delivery carried; an id that a newer edit noted again stays.
 * @param {string[]} ids
 * @param {number} seq
 */
function acknowledged_(ids, seq) {
  const done = locked_(() => {
    const note = unsent_();
    ids.filter((id) => note[id] <= seq).forEach((id) => delete note[id]);
    keep_({ [KEY.unsent]: Object.keys(note).length ? JSON.stringify(note) : null });
    return true;
  });
  if (!done) console.warn('note_kept seq=' + seq); // sent again later; the bridge finds nothing new in it
}
