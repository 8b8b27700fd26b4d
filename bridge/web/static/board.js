/** The task board: three columns of cards, moved by dragging or by their select, live by asking what is new. */

import { all, call } from './api.js';

const COLUMNS = { TODO: 'To do', IN_PROGRESS: 'In progress', DONE: 'Done' };
const MOST_CARDS = 200;

/** Draws itself into `root`; `say` tells the person something. */
export class Board {
  constructor(root, template, say) {
    this.root = root;
    this.template = template;
    this.say = say;
    this.tasks = new Map();
    this.since = '';
    this.columns = Object.fromEntries(Object.keys(COLUMNS).map((status) => [status, this.column(status)]));
  }

  /** Asks for what changed since last time and draws it. */
  async refresh() {
    const first = !this.since;
    const query = first ? '' : `?archived=true&updated_since=${encodeURIComponent(this.since)}`;
    const fresh = (await all(`/tasks${query}`)).filter((task) => this.tasks.get(task.id)?.version !== task.version);
    for (const task of fresh) {
      this.tasks.set(task.id, task);
      if (task.updated_at > this.since) this.since = task.updated_at;
    }
    if (first && !this.since) this.since = '2000-01-01T00:00:00Z';
    if (fresh.length) this.draw(first ? [] : fresh.map((task) => task.id));
  }

  draw(changed) {
    const live = [...this.tasks.values()].filter((task) => !task.archived_at).sort((a, b) => a.id - b.id);
    for (const [status, { list, count }] of Object.entries(this.columns)) {
      const mine = live.filter((task) => task.status === status);
      count.textContent = `${COLUMNS[status]} · ${mine.length}`;
      const cards = mine.slice(0, MOST_CARDS).map((task) => this.card(task, changed.includes(task.id)));
      list.replaceChildren(...cards);
      if (mine.length > MOST_CARDS) {
        list.append(Object.assign(document.createElement('p'), { className: 'more', textContent: `and ${mine.length - MOST_CARDS} more` }));
      }
    }
  }

  card(task, flash) {
    const card = this.template.content.firstElementChild.cloneNode(true);
    card.dataset.id = task.id;
    card.querySelector('h4').textContent = task.title;
    const facts = [`#${task.id}`, task.lead_id && `lead ${task.lead_id}`, task.assignee, task.due].filter(Boolean);
    card.querySelector('.facts').textContent = facts.join(' · ');
    card.querySelector('label span').textContent = `Status of ${task.title}`;
    const select = card.querySelector('select');
    select.value = task.status;
    select.addEventListener('change', () => this.move(task.id, select.value));
    card.addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', String(task.id)));
    if (flash) {
      card.classList.add('flash');
      setTimeout(() => card.classList.remove('flash'), 600);
    }
    return card;
  }

  column(status) {
    const column = document.createElement('div');
    column.className = 'column';
    column.dataset.status = status;
    const count = document.createElement('h3');
    const list = document.createElement('div');
    column.append(count, list);
    column.addEventListener('dragover', (event) => {
      event.preventDefault();
      column.classList.add('over');
    });
    column.addEventListener('dragleave', () => column.classList.remove('over'));
    column.addEventListener('drop', (event) => {
      event.preventDefault();
      column.classList.remove('over');
      this.move(Number(event.dataTransfer.getData('text/plain')), status);
    });
    this.root.append(column);
    return { list, count };
  }

  /** Changes a status, but only if nobody changed the task since it was drawn. */
  async move(id, status) {
    const task = this.tasks.get(id);
    if (!task || task.status === status) return;
    try {
      const answer = await call('PATCH', `/tasks/${id}`, { body: { status }, headers: { 'If-Match': `"${task.version}"` } });
      this.tasks.set(id, await answer.json());
    } catch (problem) {
      this.say(problem.message);
    }
    this.draw([id]);
  }
}
