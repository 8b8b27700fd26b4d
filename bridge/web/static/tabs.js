/** The spreadsheet's tabs below the grid: choose, add, rename, delete. Shows and reports; changes nothing itself. */

import { element } from './element.js';

export class Tabs {
  /**
   * @param {HTMLElement} root
   * @param {{choose: (id: number) => void, add: () => void, rename: (id: number, title: string) => void,
   *   remove: (id: number) => void}} does
   */
  constructor(root, does) {
    this.does = does;
    this.list = element('div', { className: 'list' });
    this.list.setAttribute('role', 'tablist');
    this.list.setAttribute('aria-label', 'Tabs of the spreadsheet');
    this.list.addEventListener('keydown', (event) => this.key(event));
    const button = (text, title, act) => {
      const made = element('button', { type: 'button', title }, text);
      made.addEventListener('click', act);
      return made;
    };
    this.remove = button('Delete tab', 'Delete the tab that is shown', () => this.ask());
    root.replaceChildren(
      this.list,
      button('Add tab', 'Add a tab at the end', () => does.add()),
      button('Rename tab', 'Rename the tab that is shown (F2)', () => this.rename()),
      this.remove,
    );
  }

  /** @param {{sheet_id: number, title: string}[]} tabs in order */
  show(tabs, shown) {
    const now = JSON.stringify([tabs, shown]);
    if (now === this.now || this.list.querySelector('input')) return; // a title is being typed
    this.now = now;
    const held = this.list.contains(document.activeElement);
    this.shown = tabs.find((tab) => tab.sheet_id === shown);
    this.remove.disabled = tabs.length === 1;
    this.list.replaceChildren(...tabs.map((tab) => this.tab(tab)));
    if (held) this.selected().focus();
  }

  tab({ sheet_id: id, title }) {
    const chosen = id === this.shown.sheet_id;
    const made = element('button', { type: 'button', tabIndex: chosen ? 0 : -1 }, title);
    made.dataset.id = id;
    made.setAttribute('role', 'tab');
    made.setAttribute('aria-selected', String(chosen));
    made.setAttribute('aria-controls', 'sheet');
    made.addEventListener('click', () => this.does.choose(id));
    made.addEventListener('dblclick', () => this.rename());
    return made;
  }

  selected() {
    return this.list.querySelector('[aria-selected=true]');
  }

  /** Arrows choose the neighbour, F2 renames, Delete deletes. */
  key(event) {
    if (event.target.matches('input')) return;
    const beside = { ArrowLeft: this.selected().previousElementSibling, ArrowRight: this.selected().nextElementSibling };
    if (event.key === 'F2') this.rename();
    else if (event.key === 'Delete') this.ask();
    else if (beside[event.key]) this.does.choose(Number(beside[event.key].dataset.id));
    else return;
    event.preventDefault();
  }

  /** The title becomes a field: Enter or leaving it saves the text, Escape does not. */
  rename() {
    const { sheet_id: id, title } = this.shown;
    const field = element('input', { value: title, maxLength: 100 });
    field.setAttribute('aria-label', `New title of the tab ${title}`);
    let open = true;
    const done = (keep) => {
      if (!open) return; // taking the field away makes it lose the focus
      open = false;
      const given = field.value.trim();
      field.replaceWith(this.tab(this.shown));
      this.selected().focus();
      if (keep && given && given !== title) this.does.rename(id, given);
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === 'Escape') done(event.key === 'Enter');
    });
    field.addEventListener('blur', () => done(true));
    this.selected().replaceWith(field);
    field.select();
  }

  ask() {
    if (this.remove.disabled) return;
    if (window.confirm(`Delete the tab “${this.shown.title}” with all it holds?`)) this.does.remove(this.shown.sheet_id);
  }
}
