/** The page's beginning: sign in, then keep board, sheet and state line fresh while somebody looks. */

import { call, keepToken, takeToken } from './api.js';
import { Board } from './board.js';
import { Sheet } from './sheet.js';

const $ = (id) => document.getElementById(id);
const EVERY = 700;
const STATE_EVERY = 4;

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken($('token').value.trim());
  start();
});

function askForToken(why) {
  keepToken(null);
  $('main').hidden = true;
  $('sign-in').hidden = false;
  if (why) $('sign-in-why').textContent = why;
  state('Not signed in', '');
}

function state(text, kind) {
  $('state').textContent = text;
  $('state').className = kind;
}

function toast(text) {
  const shown = Object.assign(document.createElement('p'), { className: 'toast', textContent: text });
  ($('toasts') || document.body).append(shown);
  setTimeout(() => shown.remove(), 8000);
}

async function showState() {
  const lanes = await (await call('GET', '/status')).json();
  const wrong = lanes.find((lane) => lane.problem);
  const waiting = lanes.reduce((sum, lane) => sum + lane.pending, 0);
  if (wrong) state(`${wrong.sheet}: ${wrong.problem}`, 'wrong');
  else state(waiting ? `${waiting} waiting for the sheet` : 'In step', 'fine');
}

function start() {
  if (!takeToken()) return askForToken();
  const board = new Board($('board'), $('card'), toast);
  const sheet = $('sheet') && new Sheet($('sheet'), $('sheet-title'), toast);
  $('undo')?.addEventListener('click', () => sheet.act('/local/undo', {}));
  $('redo')?.addEventListener('click', () => sheet.act('/local/redo', {}));
  let turn = 0;
  const tick = async () => {
    try {
      if (!document.hidden) {
        await board.refresh();
        $('sign-in').hidden = true;
        $('main').hidden = false;
        await sheet?.refresh();
        if (turn++ % STATE_EVERY === 0) await showState();
      }
    } catch (problem) {
      if (problem.status === 401) {
        $('board').replaceChildren();
        return askForToken('That token is not valid (any more). Give another one.');
      }
      state(problem.message, 'wrong');
    }
    setTimeout(tick, EVERY);
    return undefined;
  };
  return tick();
}

start();
