/** Decides which tasks the board shows, by the filter form. Makes no requests. */

import { element } from './element.js';

const WEEK = 7 * 86400_000;
const PAUSE = 120; // milliseconds without a key before 10,000 tasks are looked through

export class Filter {
  /**
   * @param {HTMLFormElement} form
   * @param {() => void} changed
   */
  constructor(form, changed) {
    this.form = form;
    this.assignees = '';
    this.read();
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => changed(this.read()), PAUSE);
    });
  }

  read() {
    const given = Object.fromEntries(new FormData(this.form));
    this.words = given.words.toLowerCase().split(/\s+/).filter(Boolean);
    Object.assign(this, { assignee: given.assignee, due: given.due, sync: given.sync, archived: given.kept === 'archived' });
  }

  get on() {
    return Boolean(this.words.length || this.assignee || this.due || this.sync || this.archived);
  }

  /** @param {Map<number, object>} outOfSync by task, as far as they were requested */
  matches(task, outOfSync) {
    if ((task.archived_at !== null) !== this.archived) return false;
    if (this.assignee && task.assignee !== this.assignee) return false;
    if (this.sync && !outOfSync.has(task.id)) return false;
    if (this.due && !isDue(task.due, this.due)) return false;
    return !this.words.length || this.said(task);
  }

  said({ id, title, lead_id, notes, assignee }) {
    const text = [id, title, lead_id, notes, assignee].join(' ').toLowerCase();
    return this.words.every((word) => text.includes(word));
  }

  /** Offers the assignees that there are. */
  offer(tasks) {
    const names = [...new Set(tasks.map((task) => task.assignee).filter(Boolean))].sort();
    if (names.join('\n') === this.assignees) return;
    this.assignees = names.join('\n');
    const select = this.form.elements.assignee;
    select.replaceChildren(select.firstElementChild, ...names.map((name) => element('option', { value: name, textContent: name })));
    select.value = names.includes(this.assignee) ? this.assignee : '';
    this.assignee = select.value;
  }
}

function isDue(due, which) {
  if (which === 'none' || !due) return which === 'none' && !due;
  const today = new Date().toLocaleDateString('sv'); // YYYY-MM-DD, of where the person is
  return which === 'over' ? due < today : due >= today && Date.parse(due) <= Date.parse(today) + WEEK;
}
