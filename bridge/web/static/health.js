/** The health of each sheet: last contact, latency, calls, what awaits approval and why. Shows what it is given. */

import { element } from './element.js';

const UNITS = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

const PURPOSES = {
  compare: 'compare everything',
  look: 'look at rows before writing',
  find: 'find rows that moved',
  tabs: 'find a renamed tab',
  write: 'write cells',
  append: 'append rows',
};

export class Health {
  /** @param {HTMLDetailsElement} pane drawn while it is open */
  constructor(pane) {
    this.pane = pane;
    this.sheets = [];
    pane.addEventListener('toggle', () => this.draw());
  }

  show(sheets) {
    this.sheets = sheets;
    this.draw();
  }

  draw() {
    if (this.pane.open) this.pane.querySelector('.sheet-states').replaceChildren(...this.sheets.map(sheetState));
  }
}

/** @param {Date} moment */
export function ago(moment) {
  const passed = Math.max(0, (Date.now() - moment) / 1000);
  const found = UNITS.find(([size]) => passed >= size);
  if (!found) return 'less than a minute ago';
  return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(passed / found[0]), found[1]);
}

function sheetState(one) {
  const known = facts(one).filter(([, text]) => text);
  const lines = known.flatMap(([name, text, kind = '']) => [
    element('dt', { textContent: name }),
    element('dd', { textContent: text, className: kind }),
  ]);
  return element('section', { className: 'sheet-state' }, element('h3', { textContent: `Sheet “${one.sheet}”` }), element('dl', {}, ...lines));
}

/** Lines about a sheet: name, text, and `wrong` where a person should look. Lines without text are not shown. */
function facts(one) {
  const { lag, calls } = one;
  return [
    ['Last heard', one.heard_at ? ago(new Date(one.heard_at)) : 'never'],
    ['Last compared', one.swept_at ? ago(new Date(one.swept_at)) : 'not yet'],
    ['Latency now', lag.now === null ? 'none, nothing waits' : seconds(lag.now), lag.now > 10 ? 'wrong' : ''],
    ['Latency, 95 %', lag.p95 === null ? 'no change yet' : `within ${seconds(Math.max(0.1, lag.p95))} (last ${lag.of} task changes)`],
    ['Calls to Google', `${calls.read} reads and ${calls.write} writes in the last minute, of ${calls.budget} each${purposes(calls)}${shared(calls)}`],
    ['Waiting to be written', String(one.pending)],
    ['Failed', String(one.buried), one.buried ? 'wrong' : ''],
    ['Refused, in conflict', `${one.refused}, ${one.conflicts}`],
    ['Rows gone', one.gone ? `${one.gone}, their tasks not archived yet` : ''],
    ['Awaiting approval', [one.held_why, ...Object.values(one.held_columns)].filter(Boolean).join('; '), 'wrong'],
    ['Paused', one.problem && `${one.problem}${again(one.not_before)}`, 'wrong'],
    ['No contact', one.silence, 'wrong'],
  ];
}

/** What the calls were for, the most frequent first. */
function purposes({ by }) {
  const found = Object.entries(by).sort(([, a], [, b]) => b - a);
  return found.length ? ': ' + found.map(([purpose, count]) => `${count} to ${PURPOSES[purpose] ?? purpose}`).join(', ') : '';
}

/** The calls of other sheets that share the quota. */
function shared({ read, write, budget, left }) {
  const others = left.read < budget - read || left.write < budget - write;
  return others ? `; with the other sheets, ${left.read} and ${left.write} are left` : '';
}

function seconds(number) {
  return number < 0.05 ? 'less than 0.1 s' : `${number.toFixed(1)} s`;
}

function again(moment) {
  return moment ? `; tried again at ${new Date(moment).toLocaleTimeString()}` : '';
}
