/**
 * The troubles that the local Google can make, in plain words: what each does, and what the bridge is expected to do
 * about it. Words and shapes only; `trouble.js` shows them.
 */

/**
 * @typedef {object} Lasting a condition that holds until it is switched off
 * @property {string} name of the switch
 * @property {'check' | 'number' | 'choice'} kind
 * @property {unknown} well its value when all is well
 * @property {string} title
 * @property {string} does
 * @property {string} bridge
 * @property {string[]} [choices]
 * @property {number} [most]
 */

/** @type {{title: string, switches: Lasting[]}[]} */
export const GROUPS = [
  {
    title: 'Google as it is on a bad day',
    switches: [
      { name: 'latency', kind: 'number', well: 0, most: 60, title: 'Slow answers, seconds', does: 'Every call of the bridge takes this much longer.', bridge: 'Tasks and edits are accepted as fast as ever; the sheet follows later.' },
      { name: 'key_revoked', kind: 'check', well: false, title: 'Key revoked', does: 'The service account’s key is no longer taken.', bridge: 'Pauses, says so above, keeps everything. When the key is good again it goes on at the next edit or look.' },
      { name: 'unshared', kind: 'check', well: false, title: 'Sheet no longer shared', does: 'Every call gets 403.', bridge: 'Pauses, names the address to share with, keeps everything.' },
      { name: 'edit_queue', kind: 'number', well: null, most: 99, title: 'Edit events that may wait', does: 'Further ones are dropped. Google keeps 2; 0 drops all; empty: no limit.', bridge: 'A gap in the numbers of what arrives calls for a sweep; a sweep on the clock finds the rest.' },
      { name: 'script_delay', kind: 'number', well: 0, most: 30, title: 'Script begins late, up to seconds', does: 'Runs for quick edits overlap and overtake each other.', bridge: 'Older news never overwrites newer: the row is read under a lock and numbered.' },
      { name: 'owner_too', kind: 'check', well: false, title: 'Your own API calls too', does: 'Trouble also meets calls with the printed token.', bridge: 'Nothing: this is about you.' },
    ],
  },
  {
    title: 'Not documented by Google: the bridge works either way',
    switches: [
      { name: 'echo_skipped', kind: 'check', well: true, title: 'A write’s answer shows skipped cells', does: 'When off, the row’s id reads as empty there.', bridge: 'Reads the row again to see whose it is.' },
      { name: 'undo_fires_edit', kind: 'check', well: true, title: 'Undo is an edit', does: 'When off, no edit event follows an undo.', bridge: 'The next sweep finds it.' },
      { name: 'sort_fires_edit', kind: 'check', well: false, title: 'Sorting is an edit', does: 'Every sorted row is told.', bridge: 'Finds nothing to do: rows are known by their id.' },
      { name: 'replace_fires_edit', kind: 'check', well: false, title: 'Find and replace is an edit', does: 'When off, only a change without a place is told.', bridge: 'Compares every row.' },
      { name: 'cut_fires_source', kind: 'check', well: false, title: 'A cut tells where it was', does: 'One more edit event, for the emptied cells.', bridge: 'Takes a row that lost its id for moved, not for gone.' },
      { name: 'api_fires_change', kind: 'check', well: false, title: 'The bridge’s own writes come back', does: 'A change event follows every write of the API.', bridge: 'Sees that nothing differs and stops there: no loop.' },
      { name: 'unknown_change', kind: 'choice', well: 'OTHER', choices: ['OTHER', 'EDIT'], title: 'Kind of an unknown change', does: 'What sorting, replacing and renaming a tab are called.', bridge: 'Compares every row in either case.' },
    ],
  },
];

/** Switches put together of several numbers. */
export const SETS = [
  { name: 'quota', title: 'Quota', fields: { per_user: ['calls a minute', 60], per_project: ['of the whole project', 300] }, does: 'Beyond it, 429 with Google’s own text.', bridge: 'Waits, collects what changes meanwhile, and writes it in one call.' },
  { name: 'lag', title: 'Reads lag behind', fields: { seconds: ['seconds old', 5], lasting: ['seconds long', 20] }, does: 'For a while, reads show the sheet as it was some seconds ago.', bridge: 'Takes an old value for an old value, not for an edit, and reads again later.' },
];

/** What the next calls get instead of an answer, by what it is called. */
export const FAULTS = {
  '429, too many calls': { answer: 429 },
  '429 with Retry-After: 5': { answer: 429, retry_after: 5 },
  '500, an error inside': { answer: 500 },
  '502, a page of HTML': { answer: 502 },
  '503, unavailable': { answer: 503 },
  '503 after the write landed': { answer: 503, kind: 'write', landed: true },
  'The connection just ends': { answer: 'drop' },
  'It ends after the write landed': { answer: 'drop', kind: 'write', landed: true },
  '400, request rejected': { answer: 400 },
  '401, token refused': { answer: 401 },
  '403, not shared': { answer: 403 },
  '404, no such sheet': { answer: 404 },
};

export const FAULT = { title: 'The next calls fail', does: 'So many calls of the bridge get this instead of an answer.', bridge: 'Tries again, later each time; 401, 403 and 404 pause it with a reason; what gets 400 is tried apart, down to the cell at fault. A write that landed unseen is not made twice.' };

export const TRIGGERS = { title: 'Triggers gone', does: 'Google forgets them when their account goes: no edit is sent any more.', bridge: 'Misses the sheet’s heartbeat within minutes and says so; sweeps go on. “All well again” cannot bring them back: Bridge → Install does.' };
