/**
 * Gives ids to new leads, where the bridge asks for it (`assign_ids`).
 *
 * A person may sort or insert rows between any two calls of a script, and Google writes no cell on a condition. So each
 * write follows a look at its rows, and a look at everything follows it: an id that went into another lead's row is
 * taken out, and what stood there is put back.
 */

/** What the ids that are given begin with. */
const GIVEN = 'L-';

/** How often what moved meanwhile is put right. */
const MOST_LOOKS = 10;

/**
 * A cell of the id column that holds an id which is wrong there; `row` from 1, `instead`: what is to stand there.
 * @typedef {{row: number, id: string, instead: any}} Wrong
 * @typedef {Map<string, any[]>} Leads id → the cells of its row
 */

/**
 * Gives an id to each new lead in these rows. Call under the lock.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @param {{top: number, bottom: number}} span of rows, from 1
 * @param {boolean} pasted copies are new leads, too
 * @returns {Set<string>} the ids
 */
function giveIds_(sheet, settings, span, pasted) {
  const before = look_(sheet, settings);
  if (before.column < 0) return new Set();
  const copies = pasted ? copiedRows_(before, settings, span) : [];
  const rows = [...newLeads_(sheet, before, settings, span), ...copies].sort((one, other) => one - other);
  /** @type {Leads} */
  const given = new Map();
  blocks_(rows).forEach((block) => writeIds_(sheet, before, block, given));
  if (given.size) settleIds_(sheet, settings, before, given);
  return new Set(given.keys());
}

/**
 * Writes a new id into each of these rows that is still as it was. The others get one with the next look.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Look} before
 * @param {number[]} rows without a gap
 * @param {Leads} given filled with the ids, each with the lead that it is for
 */
function writeIds_(sheet, before, rows, given) {
  const now = sheet.getRange(rows[0], 1, rows.length, before.header.length).getValues();
  const same = rows.filter((row, index) => {
    return before.header.every((_, at) => sameCell_(now[index][at], before.values[row - 1][at]));
  });
  blocks_(same).forEach((block) => {
    const ids = block.map(() => GIVEN + Utilities.getUuid().replace(/-/g, '').slice(0, 10));
    ids.forEach((id, index) => given.set(id, before.values[block[index] - 1]));
    sheet.getRange(block[0], before.column + 1, block.length).setValues(ids.map((id) => [id]));
  });
}

/**
 * Looks where the ids stand now, and puts back what stood in cells of other leads, until all is right.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Settings} settings
 * @param {Look} before
 * @param {Leads} given
 */
function settleIds_(sheet, settings, before, given) {
  /** @type {Leads} */
  const stood = new Map(before.values.slice(1).map((cells) => [idText_(cells[before.column]), cells]));
  const written = new Map(given);
  stood.delete('');
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    SpreadsheetApp.flush();
    const now = look_(sheet, settings);
    const stays = now.column === before.column;
    const found = stays ? misplaced_(settings, now, stood, written) : inOtherColumn_(before, now, given);
    const wrong = found.length || !stays ? found : homeless_(now, given);
    if (!wrong.length) return;
    wrong.forEach((one) => putBack_(sheet, before.column, one));
    const back = wrong.map(({ instead }) => idText_(instead));
    back.forEach((id) => stood.has(id) && written.set(id, stood.get(id) || []));
  }
  console.warn('ids_not_settled');
}

/**
 * The cells where an id that was written stands in another lead's row, or a new one in an empty row. A row's other
 * cells tell whose it is: of the leads whose ids were written, or are nowhere any more, the one that it is most like.
 * @param {Settings} settings
 * @param {Look} now
 * @param {Leads} stood before
 * @param {Leads} written ids, each with the lead that it is for
 * @returns {Wrong[]}
 */
function misplaced_(settings, now, stood, written) {
  const rows = now.values.map((cells, index) => ({ cells, row: index + 1, id: idText_(cells[now.column]) })).slice(1);
  const present = new Set(rows.map(({ id }) => id));
  const columns = telling_(now.header, settings);
  const others = now.header.map((_, at) => at).filter((at) => at !== now.column);
  const doubted = rows.filter(({ cells, id }) => {
    const own = written.get(id);
    return own && !others.every((at) => sameCell_(cells[at], own[at]));
  });
  const right = new Set(rows.filter((row) => written.has(row.id) && !doubted.includes(row)).map(({ id }) => id));
  const leads = [...stood, ...written].filter(([id]) => !right.has(id) && (written.has(id) || !present.has(id)));
  const wrong = likestPairs_(doubted, new Map(leads), now.column).filter(({ id, owner }) => id !== owner);
  const before = (/** @type {string} */ owner) => (stood.get(owner) || [])[now.column] ?? owner;
  const moved = wrong.map(({ row, id, owner }) => ({ row, id, instead: before(owner) }));
  const empty = doubted.filter(({ cells, row, id }) => {
    const isMoved = moved.some((one) => one.row === row);
    return !isMoved && !stood.has(id) && !columns.some((at) => tells_(cells[at], now.header[at], settings));
  });
  return [...moved, ...empty.map(({ row, id }) => ({ row, id, instead: '' }))];
}

/**
 * Each row with the lead, `owner`, that it is most like; no lead has two rows. Where two are equally like it, a row
 * keeps the id that it has.
 * @param {{row: number, id: string, cells: any[]}[]} rows
 * @param {Leads} leads
 * @param {number} column of the id
 * @returns {{row: number, id: string, owner: string}[]}
 */
function likestPairs_(rows, leads, column) {
  const pairs = rows.flatMap(({ row, id, cells }) =>
    Array.from(leads).map(([owner, theirs]) => {
      return { row, id, owner, alike: alike_(theirs, cells, column) + (owner === id ? 0.5 : 0) };
    }),
  );
  const taken = new Set();
  return pairs
    .filter(({ alike }) => alike > 0)
    .sort((one, other) => other.alike - one.alike)
    .filter(({ row, owner }) => {
      const isFree = !taken.has(row) && !taken.has(owner);
      if (isFree) taken.add(row).add(owner);
      return isFree;
    });
}

/**
 * The rows without an id whose new id was taken out of another row: it is theirs still, as the bridge may have seen it.
 * @param {Look} now
 * @param {Leads} given
 * @returns {Wrong[]}
 */
function homeless_(now, given) {
  const ids = now.values.map((cells) => idText_(cells[now.column]));
  const lost = Array.from(given).filter(([id]) => !ids.includes(id));
  return lost.flatMap(([id, own]) => {
    const same = now.header.map((_, at) => at).filter((at) => at !== now.column);
    const equal = (/** @type {any[]} */ cells) => same.every((one) => sameCell_(cells[one], own[one]));
    const at = now.values.findIndex((cells, row) => row > 0 && !ids[row] && equal(cells));
    if (at > 0) ids[at] = id;
    return at > 0 ? [{ row: at + 1, id: '', instead: id }] : [];
  });
}

/**
 * The cells where given ids stand in another column, because columns were moved or inserted meanwhile.
 * @param {Look} before
 * @param {Look} now
 * @param {Leads} given
 * @returns {Wrong[]}
 */
function inOtherColumn_(before, now, given) {
  const at = before.header.indexOf(now.header[before.column] || '');
  const rows = now.values.map((cells, index) => ({ row: index + 1, id: idText_(cells[before.column]) }));
  return rows
    .filter(({ id }) => given.has(id))
    .map(({ row, id }) => ({ row, id, instead: at < 0 ? '' : (before.values[row - 1] || [])[at] ?? '' }));
}

/**
 * Puts back what stood in a cell, if the wrong id still stands there. A text stays text, whatever it looks like.
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {number} column from 0
 * @param {Wrong} wrong
 */
function putBack_(sheet, column, { row, id, instead }) {
  const cell = sheet.getRange(row, column + 1);
  if (idText_(cell.getValue()) !== id) return;
  cell.setValue(typeof instead === 'string' && instead ? "'" + instead : instead);
}

/**
 * How many cells of two rows are equal and not empty, beside the id.
 * @param {any[]} one
 * @param {any[]} other
 * @param {number} column of the id
 * @returns {number}
 */
function alike_(one, other, column) {
  return one.filter((cell, at) => at !== column && cell !== '' && cell !== false && sameCell_(cell, other[at])).length;
}

/**
 * @param {any} one
 * @param {any} other
 * @returns {boolean}
 */
function sameCell_(one, other) {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
}

/**
 * Numbers in blocks without a gap, each of which is one write.
 * @param {number[]} rows ascending
 * @returns {number[][]}
 */
function blocks_(rows) {
  /** @type {number[][]} */
  const blocks = [];
  rows.forEach((row, index) => {
    if (index && rows[index - 1] === row - 1) blocks[blocks.length - 1].push(row);
    else blocks.push([row]);
  });
  return blocks;
}
