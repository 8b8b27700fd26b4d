/** Items that need a person, each with the button that resolves it. Decides nothing: the bridge says what and why. */

import { call, whyNot } from './api.js';
import { element } from './element.js';

const TITLES = {
  conflict: 'Conflict',
  refused: 'Refused',
  dead_letter: 'Failed',
  deletions: 'Many rows gone',
  column: 'Another column',
  silent: 'No contact',
  paused: 'Paused',
  header: 'Column missing',
  twice: 'Two columns fit',
  unsigned: 'Wrong signature',
  row: 'Row without a task',
  copied_tab: 'Copied tab',
  other_bridge: 'Another bridge',
  older_database: 'Older database',
  other_tab: 'Another tab sends',
  other_spreadsheet: 'Another spreadsheet sends',
};

/** kind → the button's text and path; items without a button say in words what to do. */
const BUTTONS = {
  conflict: (need) => [`Take “${need.value ?? 'empty'}” instead`, `/changes/${need.id}/take`],
  refused: (need) => (need.value === null ? null : ['Try again', `/dead-letters/${need.id}/retry`]),
  dead_letter: (need) => ['Try again', `/dead-letters/${need.id}/retry`],
  paused: (need) => ['Look again now', `/sheets/${need.sheet}/look`],
  deletions: (need) => (need.value ? ['Archive their tasks', `/sheets/${need.sheet}/rows/approve`] : null),
  column: (need) => ['The new column is right', `/sheets/${need.sheet}/columns/${encodeURIComponent(need.field)}/approve`],
};

export class Needs {
  /**
   * @param {HTMLElement} pane hidden while nothing waits
   * @param {(text: string, kind?: string) => void} say
   */
  constructor(pane, say) {
    this.pane = pane;
    this.say = say;
    this.shown = '';
  }

  async refresh() {
    const needs = await (await call('GET', '/needs')).json();
    const text = JSON.stringify(needs);
    if (text === this.shown) return; // keeps the focus
    this.shown = text;
    this.pane.hidden = !needs.length;
    this.pane.querySelector('.count').textContent = String(needs.length);
    this.pane.querySelector('ul').replaceChildren(...needs.map((need) => this.line(need)));
  }

  line(need) {
    const where = [need.row && `row ${need.row}`, need.lead_id && `lead ${need.lead_id}`].filter(Boolean).join(', ');
    const words = element('p', {}, element('b', { textContent: TITLES[need.kind] }), ` ${where ? where + ': ' : ''}${need.why}`);
    const [text, path] = BUTTONS[need.kind]?.(need) ?? [];
    const link = need.link && element('a', { href: need.link, rel: 'noreferrer', textContent: need.row ? `Row ${need.row}` : 'Open the sheet' });
    return element('li', { className: need.kind }, words, ...(link ? [link] : []), ...(text ? [this.button(text, path)] : []));
  }

  button(text, path) {
    const button = element('button', { type: 'button', textContent: text, disabled: Boolean(whyNot()), title: whyNot() });
    button.addEventListener('click', async () => {
      button.disabled = true;
      try {
        this.say((await (await call('POST', path)).json()).done);
      } catch (problem) {
        this.say(problem.message, 'wrong');
      }
      this.shown = '';
      await this.refresh();
    });
    return button;
  }
}
