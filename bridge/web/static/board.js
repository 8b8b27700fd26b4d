/**
 * The task board: three columns of cards, moved by dragging, by arrow keys or by their select. Live by asking what
 * changed since the newest change it knows. Refuses to overwrite a change it has not shown: every move names the
 * version it saw.
 */

import { all, call } from './api.js';
import { COLUMNS, Card } from './card.js';
import { column } from './column.js';
import { flash } from './element.js';
import { Standings } from './standings.js';

const LONG_AGO = '2000-01-01T00:00:00Z';

export class Board {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} template of a card
   * @param {(text: string, kind?: string) => void} say tells the person something
   * @param {(text: string) => void} announce tells a screen reader something everybody else sees
   * @param {(task: object) => void} open shows a task to be changed
   */
  constructor(root, template, say, announce, open) {
    Object.assign(this, { template, say, announce });
    this.open = (id) => open(this.tasks.get(id));
    this.filter = null;
    this.tasks = new Map();
    this.cards = new Map();
    this.moving = new Map();
    this.standings = new Standings();
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
      if (first && !this.tasks.size) setTimeout(() => this.draw()); // to be read while the rest comes
      fresh.push(...page.filter((task) => this.take(task)));
    });
    if (first || fresh.length) this.draw();
    this.since ||= LONG_AGO;
    if (!first) fresh.forEach((task) => this.flash(task.id));
    await this.stand();
  }

  /** Asks how the shown tasks stand with their rows. */
  async stand() {
    const byStep = Boolean(this.filter?.sync);
    const before = this.standings.outOfStep;
    await this.standings.ask(this.shown(), byStep);
    if (byStep && before !== this.standings.outOfStep && keys(before) !== keys(this.standings.outOfStep)) this.draw();
    this.shown().forEach((id) => this.cards.get(id).stand(this.standings.byTask.get(id)));
  }

  shown() {
    return this.columns.flatMap(({ list }) => [...list.children].map((card) => Number(card.dataset.id)));
  }

  /** Draws what another filter shows, from the first portion on; the archived ones are asked for when they are wanted. */
  async refilter() {
    this.columns.forEach((one) => one.fold());
    this.draw();
    if (this.filter.archived) (await all('/tasks?archived=true')).forEach((task) => this.take(task));
    await this.stand();
    this.draw();
  }

  /** Keeps a task as the API told it; an answer that was overtaken by a newer one is not news. */
  take(task) {
    if (task.updated_at > this.since) this.since = task.updated_at;
    if (this.tasks.get(task.id)?.version >= task.version) return false;
    this.tasks.set(task.id, task);
    return true;
  }

  /** Not while a card hangs from the hand: what moves under it would fall. */
  draw() {
    if (this.dragging) return;
    const held = document.activeElement;
    const known = [...this.tasks.values()];
    this.filter.offer(known);
    const wanted = known.filter((task) => this.filter.matches(task, this.standings.outOfStep)).sort((a, b) => b.id - a.id);
    for (const one of this.columns) {
      const mine = wanted.filter((task) => this.status(task) === one.status);
      one.show(mine.slice(0, one.most).map((task) => this.card(task)), mine.length, this.filter.on);
    }
    if (held !== document.activeElement && held?.isConnected) held.focus();
  }

  /** The status to show: where a card was just put, until the API has answered. */
  status(task) {
    return this.moving.get(task.id) ?? task.status;
  }

  /** The task's card, made on first sight, brought up to date. */
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

  /** Takes over a task that was made or changed here. */
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
