/**
 * The dialog in which a task is created, changed, archived and restored. Sends only what was changed, and never
 * overwrites a change that its person has not seen.
 */

import { call } from './api.js';

const FIELDS = ['title', 'notes', 'assignee', 'due', 'status', 'lead_id'];
const EMPTY = { title: '', notes: '', assignee: null, due: null, status: 'TODO', lead_id: null };

export class Editor {
  /**
   * @param {HTMLDialogElement} dialog
   * @param {(task: object) => void} saved called with the task as it is now
   * @param {(text: string, kind?: string) => void} say
   */
  constructor(dialog, saved, say) {
    this.dialog = dialog;
    this.saved = saved;
    this.say = say;
    this.form = dialog.querySelector('form');
    this.problem = dialog.querySelector('[role=alert]');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.save();
    });
    dialog.querySelector('.cancel').addEventListener('click', () => dialog.close());
    dialog.querySelector('.archive').addEventListener('click', () => this.keep(true));
    dialog.querySelector('.restore').addEventListener('click', () => this.keep(false));
  }

  /** @param {object} [task] none: a new one */
  open(task) {
    this.task = task;
    this.problem.textContent = '';
    this.dialog.querySelector('h2').textContent = task ? `Task ${task.id}` : 'New task';
    this.dialog.querySelector('.archive').hidden = !task || task.archived_at !== null;
    this.dialog.querySelector('.restore').hidden = !task?.archived_at;
    const story = this.dialog.querySelector('.story');
    story.hidden = !task?.lead_id;
    if (task?.lead_id) story.href = `#lead=${encodeURIComponent(task.lead_id)}`;
    this.fill(task ?? EMPTY, FIELDS);
    this.form.elements.lead_id.readOnly = Boolean(task); // the lead is what a row and its task have in common
    this.dialog.showModal();
    this.form.elements.title.focus();
  }

  fill(task, names) {
    names.forEach((name) => (this.form.elements[name].value = task[name] ?? ''));
  }

  /** field → value, of the fields that differ from the task as it was shown. */
  changed() {
    const shown = this.task ?? EMPTY;
    const given = FIELDS.map((name) => [name, this.form.elements[name].value.replaceAll('\r\n', '\n')]);
    const typed = given.map(([name, text]) => [name, text === '' && name !== 'notes' ? null : text]);
    return Object.fromEntries(typed.filter(([name, value]) => value !== (shown[name] ?? null)));
  }

  save() {
    const body = this.changed();
    if (this.task && !Object.keys(body).length) return this.dialog.close();
    return this.task ? this.send('PATCH', `/tasks/${this.task.id}`, body) : this.send('POST', '/tasks', body);
  }

  keep(archived) {
    return this.send('PATCH', `/tasks/${this.task.id}`, { archived });
  }

  async send(method, path, body) {
    const headers = this.task ? { 'If-Match': `"${this.task.version}"` } : {};
    try {
      const task = await (await call(method, path, { body, headers })).json();
      this.dialog.close();
      this.saved(task);
      this.say(`“${task.title}” is ${outcome(method, body)}.`);
    } catch (problem) {
      await this.refused(problem);
    }
  }

  async refused(problem) {
    this.problem.textContent = problem.message;
    const answer = problem.status === 412 && (await call('GET', `/tasks/${this.task.id}`).catch(() => null));
    if (!answer) return;
    const mine = Object.keys(this.changed());
    this.task = await answer.json();
    this.fill(this.task, FIELDS.filter((name) => !mine.includes(name)));
    this.problem.textContent = 'Somebody else changed this task meanwhile. Their values are filled in, your changes are kept. Save again to store yours.';
  }
}

function outcome(method, body) {
  if ('archived' in body) return body.archived ? 'archived' : 'back on the board';
  return method === 'POST' ? 'created' : 'saved';
}
