/**
 * The menus of the sheet's script, and what it shows: alerts and prompts that the person answers while it waits, its
 * sidebar and its dialogs. Knows no item itself: the script defines and runs them.
 */

import { call } from './api.js';
import { element } from './element.js';

const LOOK = 250;
const LABELS = { OK: 'OK', CANCEL: 'Cancel', YES: 'Yes', NO: 'No', CLOSE: 'Close' };

export class Menu {
  /**
   * @param {HTMLElement} pane the sheet's, with a toolbar
   * @param {() => string} chosen the chosen range, such as `'Leads'!B3`
   * @param {(text: string, kind?: string) => void} say shows the person a message
   */
  constructor(pane, chosen, say) {
    this.tools = pane.querySelector('[role=toolbar]');
    this.pane = pane;
    this.chosen = chosen;
    this.say = say;
    this.running = 0;
    this.asked = null;
    document.addEventListener('click', (event) => this.fold(event.target));
    document.addEventListener('keydown', (event) => event.key === 'Escape' && this.fold(null));
  }

  /** Draws the menus once; afterwards shows open questions of any script, also of one that another page started. */
  async refresh() {
    if (!this.made) await this.draw();
    if (!this.running) await this.look();
  }

  async draw() {
    const { menus } = await run({ item: 'onOpen' });
    this.made = menus.map(({ title, items }) =>
      element('details', { className: 'menu' }, element('summary', { textContent: title }), element('div', {}, ...items.map((one) => this.item(one)))),
    );
    this.tools.append(...this.made);
  }

  item(one) {
    if (!one) return element('hr');
    const made = element('button', { type: 'button', textContent: one.caption });
    made.addEventListener('click', () => this.choose(one));
    return made;
  }

  /** Closes the open menu, unless the click was in it. */
  fold(target) {
    this.made?.filter((menu) => !menu.contains(target)).forEach((menu) => (menu.open = false));
  }

  /** Runs an item's function; while it runs, shows its questions. */
  async choose({ caption, handler }) {
    this.fold(null);
    this.running += 1;
    this.tools.setAttribute('aria-busy', 'true');
    const watching = setInterval(() => this.look().catch(() => {}), LOOK); // no answer: looks again
    try {
      this.show((await run({ item: handler, at: this.chosen(), attended: true })).dialogs);
    } catch (problem) {
      this.say(`${caption}: ${problem.message}`, 'wrong');
    } finally {
      clearInterval(watching);
      this.running -= 1;
      if (!this.running) this.tools.removeAttribute('aria-busy');
    }
  }

  show(dialogs) {
    const page = dialogs.filter(({ kind }) => kind === 'sidebar' || kind === 'dialog').at(-1);
    if (page) this.panel(page);
  }

  /** A page of the script's own, beside the sheet. */
  panel({ kind, title }) {
    this.shown?.remove();
    const close = element('button', { type: 'button', textContent: 'Close' });
    const frame = element('iframe', { src: `/local/${kind}`, title });
    this.shown = element('aside', { className: 'panel' }, element('div', {}, element('h2', { textContent: title }), close), frame);
    this.shown.setAttribute('aria-label', title);
    close.addEventListener('click', () => this.shown.remove());
    this.pane.append(this.shown);
    close.focus();
  }

  /** Shows the oldest open question, and removes one that was answered elsewhere. */
  async look() {
    const { questions } = await (await call('GET', '/local/questions')).json();
    if (this.asked && !questions.some(({ id }) => id === this.asked.id)) this.drop();
    if (!this.asked && questions.length) this.ask(questions[0]);
  }

  ask(question) {
    const { kind, title, text, buttons } = question;
    const field = element('input', { hidden: kind !== 'prompt' });
    const said = element('p', { textContent: text, id: 'asked-text' });
    const answers = buttons.split('_').map((name) => element('button', { value: name, textContent: LABELS[name] }));
    const form = element('form', { method: 'dialog' }, element('h2', { textContent: title || 'Bridge' }), said, field, element('div', {}, ...answers));
    const shown = element('dialog', { className: 'asked' }, form);
    field.setAttribute('aria-labelledby', said.id);
    shown.setAttribute('aria-describedby', said.id);
    shown.addEventListener('close', () => this.answer(question, kind === 'prompt' ? typed(shown, field) : shown.returnValue || null));
    this.asked = { id: question.id, shown };
    document.body.append(shown);
    shown.showModal();
  }

  async answer({ id }, answer) {
    if (this.asked?.id !== id) return;
    this.drop();
    await call('POST', '/local/answer', { body: { id, answer } }).catch(() => {}); // not open any more
  }

  drop() {
    const { shown } = this.asked;
    this.asked = null;
    shown.remove();
  }
}

async function run(asked) {
  return (await call('POST', '/local/menu', { body: asked })).json();
}

function typed(shown, field) {
  return ['OK', 'YES'].includes(shown.returnValue) ? field.value : null;
}
