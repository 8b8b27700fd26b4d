/**
 * One card of the board: its task, its sync state, and the controls to move it. Draws and reports; makes no requests
 * and changes nothing.
 */

import { whyNot } from './api.js';

export const COLUMNS = { TODO: 'To do', IN_PROGRESS: 'In progress', DONE: 'Done' };

const STATES = {
  in_sync: 'In sync',
  waiting: 'Waiting',
  refused: 'Refused',
  conflict: 'Conflict',
  failed: 'Failed',
  gone: 'Row gone',
};

export class Card {
  /**
   * @param {HTMLTemplateElement} template
   * @param {number} id
   * @param {{move: (id: number, status: string) => void, open: (id: number) => void, drag: (begins: boolean) => void}} does
   */
  constructor(template, id, does) {
    this.root = template.content.firstElementChild.cloneNode(true);
    this.root.dataset.id = id;
    const part = (name) => this.root.querySelector(name);
    [this.title, this.facts, this.state, this.link] = ['.title', '.facts', '.state', '.row-link'].map(part);
    [this.label, this.select] = [part('label span'), part('select')];
    Object.assign(this.select, { disabled: Boolean(whyNot()), title: whyNot() });
    this.root.draggable = !whyNot();
    this.select.addEventListener('change', () => does.move(id, this.select.value));
    this.title.addEventListener('click', () => does.open(id));
    this.title.addEventListener('keydown', (event) => this.key(event, id, does));
    this.root.addEventListener('dragstart', (event) => this.drag(event, id, does));
    this.root.addEventListener('dragend', () => {
      this.root.classList.remove('dragged');
      does.drag(false);
    });
  }

  show(task, status, busy) {
    this.title.textContent = task.title;
    const facts = [task.lead_id && `Lead ${task.lead_id}`, `Task ${task.id}`, task.assignee, task.due && `due ${task.due}`];
    this.facts.textContent = facts.filter(Boolean).join(' · ');
    this.label.textContent = `Status of ${task.title}`;
    this.select.value = status;
    this.root.setAttribute('aria-busy', String(busy));
    this.root.classList.toggle('archived', task.archived_at !== null);
  }

  /** The task's sync state; undefined: it has no row. */
  showState(taskState) {
    const { state = 'none', why = '', row, link } = taskState ?? {};
    const text = state === 'none' ? 'No row' : [STATES[state], why].filter(Boolean).join(': ');
    if (this.state.textContent !== text) this.state.textContent = text;
    this.state.className = `state ${state}`;
    this.link.hidden = !link;
    if (!link) return;
    this.link.href = link;
    this.link.textContent = `Row ${row}`;
  }

  drag(event, id, does) {
    does.drag(true);
    event.dataTransfer.setData('text/plain', String(id));
    event.dataTransfer.effectAllowed = 'move';
    this.root.classList.add('dragged');
  }

  /** Left and right move the card, up and down go to its neighbours. */
  key(event, id, does) {
    const statuses = Object.keys(COLUMNS);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const beside = { ArrowUp: this.root.previousElementSibling, ArrowDown: this.root.nextElementSibling };
    if (step === undefined && !(event.key in beside)) return;
    event.preventDefault();
    if (step === undefined) beside[event.key]?.querySelector('.title').focus();
    else if (!this.select.disabled) does.move(id, statuses[statuses.indexOf(this.select.value) + step] ?? this.select.value);
  }
}
