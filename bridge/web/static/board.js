/**
 * The task board: three columns of cards, moved by dragging, by arrow keys or by their select. Polls for tasks
 * changed since the newest change it knows. Never overwrites a change it has not shown: every move sends the version
 * it saw.
 */

import { all, call } from './api.js';
import { COLUMNS, Card } from './card.js';
import { column } from './column.js';
import { flash } from './element.js';
import { TaskStates } from './task_states.js';

const LONG_AGO = '2000-01-01T00:00:00Z';

export class Board {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} template of a card
   * @param {(text: string, kind?: string) => void} say shows the person a message
   * @param {(text: string) => void} announce tells a screen reader what others see
   * @param {(task: object) => void} open shows a task to be changed
   */
  constructor(root, template, say, announce, open) {
    Object.assign(this, { template, say, announce });
    this.open = (id) => open(this.tasks.get(id));
    this.filter = null;
    this.tasks = new Map();
    this.cards = new Map();
    this.moving = new Map();
    this.taskStates = new TaskStates();
    this.since = '';
    this.sending = Promise.resolve();
    this.dragging = false;
    const does = { move: (id, status) => this.move(id, status), draw: () => this.draw() };
    this.columns = Object.keys(COLUMNS).map((status) => column(status, does));
    root.replaceChildren(...this.columns.map(({ root: shown }) => shown));
  }

  /** Asks for what changed since last time and draws it. */
  async refresh() {
    const first = !this.since;
    const query = first ? '' : `?archived=true&updated_since=${encodeURIComponent(this.since)}`;
    const fresh = [];
    await all(`/tasks${query}`, (page) => {
      if (first && !this.tasks.size) setTimeout(() => this.draw()); // readable while the rest loads
      fresh.push(...page.filter((task) => this.take(task)));
    });
    if (first || fresh.length) this.draw();
    this.since ||= LONG_AGO;
    if (!first) fresh.forEach((task) => this.flash(task.id));
    await this.showStates();
  }

  /** Requests and shows the sync states of the shown tasks. */
  async showStates() {
    const bySync = Boolean(this.filter?.sync);
    const before = this.taskStates.outOfSync;
    await this.taskStates.ask(this.shown(), bySync);
    if (bySync && before !== this.taskStates.outOfSync && keys(before) !== keys(this.taskStates.outOfSync)) this.draw();
    this.shown().forEach((id) => this.cards.get(id).showState(this.taskStates.byTask.get(id)));
  }

  shown() {
    return this.columns.flatMap(({ list }) => [...list.children].map((card) => Number(card.dataset.id)));
  }

  /** Draws by another filter, from the first portion on; requests archived tasks when they are wanted. */
  async refilter() {
    this.columns.forEach((one) => one.fold());
    this.draw();
    if (this.filter.archived) (await all('/tasks?archived=true')).forEach((task) => this.take(task));
    await this.showStates();
    this.draw();
  }

  /** Keeps a task from the API; false if a newer version is known. */
  take(task) {
    if (task.updated_at > this.since) this.since = task.updated_at;
    if (this.tasks.get(task.id)?.version >= task.version) return false;
    this.tasks.set(task.id, task);
    return true;
  }

  /** Does not redraw while a card is dragged. */
  draw() {
    if (this.dragging) return;
    const held = document.activeElement;
    const known = [...this.tasks.values()];
    this.filter.offer(known);
    const wanted = known.filter((task) => this.filter.matches(task, this.taskStates.outOfSync)).sort((a, b) => b.id - a.id);
    for (const one of this.columns) {
      const mine = wanted.filter((task) => this.status(task) === one.status);
      one.show(mine.slice(0, one.most).map((task) => this.card(task)), mine.length, this.filter.on);
    }
    if (held !== document.activeElement && held?.isConnected) held.focus();
  }

  /** The status to show: the new column of a card that was just moved, until the API has answered. */
  status(task) {
    return this.moving.get(task.id) ?? task.status;
  }

  /** The task's card, created when needed, up to date. */
  card(task) {
    let card = this.cards.get(task.id);
    if (!card) {
      const does = { move: (id, status) => this.move(id, status), open: this.open, drag: (on) => this.drag(on) };
      card = new Card(this.template, task.id, does);
      this.cards.set(task.id, card);
    }
    card.show(task, this.status(task), this.moving.has(task.id));
    return card.root;
  }

  drag(begins) {
    this.dragging = begins;
    if (!begins) this.draw();
  }

  flash(id) {
    const card = this.cards.get(id)?.root;
    if (card?.isConnected) flash(card);
  }

  /** Shows a task that was created or changed in the editor. */
  saved(task) {
    this.take(task);
    this.draw();
    this.flash(task.id);
  }

  /** Shows the card in its new column at once and tells the API; one move after the other. */
  move(id, status) {
    const task = this.tasks.get(id);
    if (!task || this.status(task) === status) return;
    this.moving.set(id, status);
    this.draw();
    this.sending = this.sending.then(() => this.send(id, status));
  }

  async send(id, status) {
    const { title, version } = this.tasks.get(id);
    try {
      const headers = { 'If-Match': `"${version}"` };
      const answer = await call('PATCH', `/tasks/${id}`, { body: { status }, headers });
      this.take(await answer.json());
      this.announce(`${title} is now ${COLUMNS[status]}.`);
    } catch (problem) {
      await this.refused(id, title, problem);
    }
    if (this.moving.get(id) === status) this.moving.delete(id);
    this.draw();
    this.flash(id);
  }

  async refused(id, title, problem) {
    if (problem.status !== 412) return this.say(`“${title}” was not moved. ${problem.message}`, 'wrong');
    const answer = await call('GET', `/tasks/${id}`).catch(() => null); // the next refresh brings it otherwise
    if (answer) this.take(await answer.json());
    return this.say(`“${title}” was changed by somebody else meanwhile. This is how it is now; your move was not made.`);
  }
}

function keys(map) {
  return [...map.keys()].join();
}
