/** The sync states of the shown tasks, polled with ETags. Draws nothing. */

import { call } from './api.js';

const MOST = 500; // ids in one URL

export class TaskStates {
  constructor() {
    this.byTask = new Map();
    this.outOfSync = new Map();
    this.kept = new Map(); // path → last answer
  }

  /** @param {number[]} ids of the tasks that are shown; the others keep their last known state */
  async ask(ids, all) {
    for (let from = 0; from < ids.length; from += MOST) await this.askFor(ids.slice(from, from + MOST));
    if (all) this.outOfSync = new Map((await this.get('/states')).map((one) => [one.task_id, one]));
  }

  async askFor(ids) {
    const found = new Map((await this.get(`/states?tasks=${ids.join(',')}`)).map((one) => [one.task_id, one]));
    ids.forEach((id) => (found.has(id) ? this.byTask.set(id, found.get(id)) : this.byTask.delete(id)));
  }

  async get(path) {
    const { etag, states } = this.kept.get(path) ?? {};
    const answer = await call('GET', path, { headers: etag ? { 'If-None-Match': etag } : {} });
    if (answer.status === 304) return states;
    if (this.kept.size > 4) this.kept.clear();
    const fresh = await answer.json();
    this.kept.set(path, { etag: answer.headers.get('ETag'), states: fresh });
    return fresh;
  }
}
