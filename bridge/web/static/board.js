/**
 * The task board: three columns of cards, moved by dragging or by their select. Live by asking what changed since the
 * newest change it knows. Refuses to overwrite a change it has not shown: every move names the version it saw.
 */

import { all, call } from './api.js';
import { element, flash } from './element.js';

const COLUMNS = { TODO: 'To do', IN_PROGRESS: 'In progress', DONE: 'Done' };
const PORTION = 200;
const LONG_AGO = '2000-01-01T00:00:00Z';

export class Board {
  /**
   * @param {HTMLElement} root
   * @param {HTMLTemplateElement} template of a card
   * @param {(text: string, kind?: string) => void} say tells the person something
   * @param {(text: string) => void} announce tells a screen reader something everybody else sees
   */
  constructor(root, template, say, announce) {
    this.template = template;
    this.say = say;
    this.announce = announce;
    this.tasks = new Map();
    this.cards = new Map();
    this.moving = new Map();
    this.since = '';
    this.sending = Promise.resolve();
    this.columns = Object.keys(COLUMNS).map((status) => this.column(status));
    root.replaceChildren(...this.columns.map((column) => column.root));
  }

  /** Asks for what changed since last time and draws it. */
  async refresh() {
    const first = !this.since;
    const query = first ? '' : `?archived=true&updated_since=${encodeURIComponent(this.since)}`;
    const fresh = (await all(`/tasks${query}`)).filter((task) => this.take(task));
    this.since ||= LONG_AGO;
    if (first || fresh.length) this.draw();
    if (!first) fresh.forEach((task) => this.flash(task.id));
  }

  /** Keeps a task as the API told it; an answer that was overtaken by a newer one is not news. */
  take(task) {
    if (task.updated_at > this.since) this.since = task.updated_at;
    if (this.tasks.get(task.id)?.version >= task.version) return false;
    this.tasks.set(task.id, task);
    return true;
  }

  draw() {
    const held = document.activeElement;
    const live = [...this.tasks.values()].filter((task) => !task.archived_at).sort((a, b) => b.id - a.id);
    for (const column of this.columns) {
      const mine = live.filter((task) => this.status(task) === column.status);
      const cards = mine.slice(0, column.most).map((task) => this.card(task));
      arrange(column.list, cards);
      column.count.textContent = String(mine.length);
      column.empty.hidden = mine.length > 0;
      column.more.hidden = mine.length <= column.most;
      column.more.textContent = `Show ${Math.min(PORTION, mine.length - column.most)} more`;
    }
    if (held !== document.activeElement && held?.isConnected) held.focus();
  }

  /** The status to show: where a card was just put, until the API has answered. */
  status(task) {
    return this.moving.get(task.id) ?? task.status;
  }

  /** The task's card, made on first sight, brought up to date. */
  card(task) {
    const card = this.cards.get(task.id) ?? this.newCard(task.id);
    card.querySelector('h4').textContent = task.title;
    const facts = [task.lead_id && `Lead ${task.lead_id}`, `Task ${task.id}`, task.assignee, task.due && `due ${task.due}`];
    card.querySelector('.facts').textContent = facts.filter(Boolean).join(' · ');
    card.querySelector('label span').textContent = `Status of ${task.title}`;
    card.querySelector('select').value = this.status(task);
    card.setAttribute('aria-busy', String(this.moving.has(task.id)));
    return card;
  }

  newCard(id) {
    const card = this.template.content.firstElementChild.cloneNode(true);
    card.dataset.id = id;
    card.querySelector('select').addEventListener('change', (event) => this.move(id, event.target.value));
    card.addEventListener('dragstart', (event) => {
      event.dataTransfer.setData('text/plain', String(id));
      event.dataTransfer.effectAllowed = 'move';
      card.classList.add('dragged');
    });
    card.addEventListener('dragend', () => card.classList.remove('dragged'));
    this.cards.set(id, card);
    return card;
  }

  flash(id) {
    const card = this.cards.get(id);
    if (card?.isConnected) flash(card);
  }

  column(status) {
    const count = element('span', { className: 'count' });
    const list = element('ul', { className: 'cards' });
    const empty = element('p', { className: 'empty', textContent: 'No tasks here.' });
    const more = element('button', { type: 'button', className: 'more', hidden: true });
    const heading = element('h3', { id: `column-${status}` }, COLUMNS[status], ' ', count);
    const root = element('section', { className: 'column' }, heading, list, empty, more);
    root.dataset.status = status;
    root.setAttribute('aria-labelledby', heading.id);
    const column = { status, root, list, count, empty, more, most: PORTION };
    more.addEventListener('click', () => {
      column.most += PORTION;
      this.draw();
    });
    this.takeDrops(column);
    return column;
  }

  takeDrops({ root, status }) {
    root.addEventListener('dragover', (event) => {
      event.preventDefault();
      root.classList.add('over');
    });
    root.addEventListener('dragleave', (event) => {
      if (!root.contains(event.relatedTarget)) root.classList.remove('over');
    });
    root.addEventListener('drop', (event) => {
      event.preventDefault();
      root.classList.remove('over');
      this.move(Number(event.dataTransfer.getData('text/plain')), status);
    });
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

/** Makes `cards` the children of `list`, moving only those that are elsewhere. */
function arrange(list, cards) {
  let place = list.firstChild;
  for (const card of cards) {
    if (card === place) place = place.nextSibling;
    else list.insertBefore(card, place);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
