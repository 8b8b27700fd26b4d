/** The history: what changed, who did it, in which direction, how long it took, and a button to undo it. */

import { call, following, whyNot } from './api.js';
import { element } from './element.js';

const UNDOABLE = ['applied', 'waiting'];
const FIXED = ['task', 'id', 'lead_id']; // not values; the bridge says what to do instead
const PORTION = 50;
const MOST = 1000;
const PAUSE = 300;
const FURTHER = 5; // pages of the bridge's search for each press of Older

/** The lead that the address names, as the sheet's menu writes it: #lead=<id>. */
export function namedLead() {
  return new URLSearchParams(location.hash.slice(1)).get('lead');
}

export class Story {
  /**
   * @param {HTMLDetailsElement} pane read while it is open
   * @param {(text: string, kind?: string) => void} say
   */
  constructor(pane, say) {
    this.pane = pane;
    this.say = say;
    this.shown = '';
    this.reset();
    this.form = pane.querySelector('form');
    this.overtaken = new Set(); // changes whose field has changed since, as the bridge answered
    this.older = pane.querySelector('.more');
    pane.addEventListener('toggle', () => pane.open && this.refresh());
    window.addEventListener('hashchange', () => this.open());
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', () => this.asked());
    this.older.addEventListener('click', () => {
      if (this.full) this.most = Math.min(MOST, this.most + PORTION);
      else this.pages += FURTHER;
      this.refresh();
    });
  }

  /** Opens at the lead in the address, if it names one. */
  open() {
    const lead = namedLead();
    if (lead !== null) this.form.elements.lead_id.value = lead;
    this.pane.open = this.pane.open || lead !== null;
    if (this.pane.open) this.refresh();
    if (lead !== null) this.pane.scrollIntoView?.({ block: 'nearest' });
  }

  /** The newest only. */
  reset() {
    this.most = PORTION;
    this.pages = 1;
  }

  /** Another filter was chosen; debounced. */
  asked() {
    this.reset();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PAUSE);
    if (namedLead() !== null) history.replaceState(null, '', location.pathname);
  }

  async refresh() {
    if (!this.pane.open) return;
    const given = Object.entries(Object.fromEntries(new FormData(this.form))).filter(([, text]) => text);
    const { changes, more } = await this.found(given);
    this.full = changes.length === this.most;
    this.older.hidden = !more || (this.full && this.most >= MOST);
    const text = JSON.stringify([given, changes, more]);
    if (text === this.shown) return;
    this.shown = text;
    const lead = this.form.elements.lead_id.value;
    this.pane.querySelector('.whose').textContent = lead ? `of lead ${lead}` : 'of every lead';
    const empty = this.pane.querySelector('.empty');
    empty.hidden = changes.length > 0;
    empty.textContent = more ? 'No match among the newest changes. Older searches further.' : 'No change matches.';
    this.pane.querySelector('tbody').replaceChildren(...changes.map((change) => this.line(change)));
  }

  /** The newest changes that match. The bridge searches its history in pages and links to the next. */
  async found(given) {
    const found = [];
    let next = `/changes?${new URLSearchParams([...given, ['limit', String(this.most)]])}`;
    for (let page = 0; next && page < this.pages && found.length < this.most; page += 1) {
      const answer = await call('GET', next);
      found.push(...(await answer.json()));
      next = following(answer);
    }
    return { changes: found.slice(0, this.most), more: Boolean(next) || found.length > this.most };
  }

  line(change) {
    const took = change.seconds === null ? '' : change.seconds < 0.05 ? 'at once' : `${change.seconds.toFixed(1)} s`;
    const outcome = [change.state, change.reason].filter(Boolean).join(': ');
    const cells = [
      new Date(change.at).toLocaleString(),
      change.actor.length > 22 ? `${change.actor.slice(0, 21)}…` : change.actor,
      change.lead_id ?? '',
      change.field,
      `${shown(change.old)} → ${shown(change.new)}`,
      change.side === 'sheet' ? 'sheet → task' : 'task → sheet',
      took,
      `${change.rule ?? ''}${outcome ? ` (${outcome})` : ''}`,
    ];
    const undoable = UNDOABLE.includes(change.state) && !FIXED.includes(change.field);
    const last = element('td', {}, ...(undoable ? [this.button(change)] : []));
    const columns = cells.map((text) => element('td', { textContent: text }));
    columns[1].title = change.actor;
    return element('tr', {}, ...columns, last);
  }

  button(change) {
    const textContent = this.overtaken.has(change.id) ? 'Undo anyway' : 'Undo';
    const button = element('button', { type: 'button', textContent, disabled: Boolean(whyNot()), title: whyNot() });
    button.setAttribute('aria-label', `${textContent} ${change.field} of lead ${change.lead_id}, change ${change.id}`);
    button.addEventListener('click', () => this.undo(change, button));
    return button;
  }

  /** Undoes; where the field has changed since, the button then offers to force it. */
  async undo(change, button) {
    const force = this.overtaken.has(change.id) ? '?force=true' : '';
    button.disabled = true;
    try {
      this.say((await (await call('POST', `/changes/${change.id}/undo${force}`)).json()).done);
    } catch (problem) {
      this.say(problem.message, 'wrong');
      if (problem.code === 'changed_since') this.overtaken.add(change.id);
    }
    this.shown = '';
    await this.refresh();
  }
}

function shown(value) {
  const text = value === null ? '(empty)' : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
