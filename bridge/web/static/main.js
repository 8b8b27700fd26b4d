/** The page's beginning: sign in, then keep board, sheet and state fresh while somebody looks. */

import { call, enter, signIn, signOut, whyNot } from './api.js';
import { Board } from './board.js';
import { Editor } from './editor.js';
import { element } from './element.js';
import { Filter } from './filter.js';
import { Health, ago } from './health.js';
import { Live } from './live.js';
import { Menu } from './menu.js';
import { Needs } from './needs.js';
import { Pulse } from './pulse.js';
import { Sheet } from './sheet.js';
import { Story } from './story.js';
import { Trouble } from './trouble.js';

const $ = (id) => document.getElementById(id);
const LIVE = 700;
const STATE = 2000;
const SELDOM = 10_000; // while the bridge tells what changes
const NOTICE = 8000;

const announce = (text) => ($('announced').textContent = text);
const board = new Board($('board'), $('card'), say, announce, (task) => editor.open(task));
const editor = new Editor($('editor'), (task) => board.saved(task), say);
board.filter = new Filter($('filter'), () => board.refilter().catch(failed));
const sheet = $('sheet') && connectedSheet();
const needs = new Needs($('needs'), say);
const health = new Health($('health'));
const story = new Story($('story'), say);
const menu = sheet && new Menu($('sheet-pane'), () => sheet.place(), say);
const trouble = $('trouble') && new Trouble($('trouble'), say);
const pulses = [
  [LIVE, () => board.refresh()],
  [STATE, showState],
  [STATE, () => needs.refresh()],
  [STATE, () => story.refresh()],
].map(([every, work]) => ({ every, pulse: new Pulse(every, work, failed) }));
const sheetPulses = [
  sheet && new Pulse(LIVE, () => sheet.refresh(), failed),
  menu && new Pulse(STATE, () => menu.refresh(), failed),
  trouble && new Pulse(STATE, () => trouble.refresh(), failed),
].filter(Boolean);
const live = new Live(
  () => pulses.forEach(({ pulse }) => pulse.beat()),
  (told) => pulses.forEach(({ every, pulse }) => pulse.pace(told ? SELDOM : every)),
);

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const token = $('token').value.trim();
  $('token').value = '';
  start(() => signIn(token));
});
$('sign-out').addEventListener('click', () => signOut().catch(() => {}).then(() => location.reload()));
$('new-task').addEventListener('click', () => editor.open());
$('editor').querySelector('.story').addEventListener('click', () => $('editor').close());
if (sheet) window.addEventListener('hashchange', showRow);
start();

/** Shows the page once the API knows who asks; a stranger sees nothing. */
async function start(comeIn = enter) {
  try {
    welcome(await comeIn());
    await showState();
  } catch (problem) {
    if (problem.status === 401) return askForToken(problem.message);
    failed(problem);
    if (!$('who').textContent) return setTimeout(start, STATE);
  }
  $('entrance').hidden = true;
  $('main').hidden = false;
  story.open();
  pulses.forEach(({ pulse }) => pulse.start());
  sheetPulses.forEach((pulse) => pulse.start());
  return live.start();
}

/** Who is signed in, and what they may not press. */
function welcome(name) {
  $('who').textContent = name;
  $('signed-in').hidden = false;
  document.querySelectorAll('.writes').forEach((button) => Object.assign(button, { disabled: Boolean(whyNot()), title: whyNot() }));
}

function askForToken(why) {
  pulses.forEach(({ pulse }) => pulse.stop());
  sheetPulses.forEach((pulse) => pulse.stop());
  live.stop();
  $('main').hidden = $('signed-in').hidden = true;
  $('entrance').hidden = false;
  $('token').focus();
  $('sign-in-problem').textContent = why;
  state('Not signed in', '');
}

function failed(problem) {
  if (problem.status === 401) askForToken('Your sign-in is over. Sign in again; nothing was lost.');
  else if (problem.status === 403) state('This token may not read tasks; use one with the scope tasks:read.', 'wrong');
  else state(problem.message, 'wrong');
}

/** One line for everything: what is wrong, else what is under way, else that all is well. */
async function showState() {
  const lanes = await (await call('GET', '/status')).json();
  const wrong = lanes.filter((lane) => lane.problem).map((lane) => `Sheet “${lane.sheet}”: ${lane.problem}`);
  const waiting = lanes.reduce((sum, lane) => sum + lane.pending, 0);
  if (wrong.length) state(wrong.join(' · '), 'wrong');
  else if (waiting) state(`${waiting === 1 ? 'One change is' : `${waiting} changes are`} on the way to the sheet`, 'busy');
  else state('In sync', 'fine');
  health.show(lanes);
  $('heard').textContent = heard(lanes.map((lane) => lane.heard_at).filter(Boolean));
}

function state(text, kind) {
  if ($('state').textContent !== text) $('state').textContent = text; // said once, not every two seconds
  $('state').className = kind;
}

function heard(moments) {
  if (!moments.length) return 'The sheet has not been heard of yet.';
  return `Sheet last heard ${ago(new Date(Math.max(...moments.map((at) => Date.parse(at)))))}`;
}

function say(text, kind = '') {
  const notice = element('p', { className: `notice ${kind}`, textContent: text });
  $('notices').append(notice);
  setTimeout(() => notice.remove(), NOTICE);
}

/** Chooses the row that a card's link names: #row=<number>&gid=<number of the tab>. */
async function showRow() {
  const named = new URLSearchParams(location.hash.slice(1));
  const row = Number(named.get('row'));
  if (!row || !sheet.grid) return;
  history.replaceState(null, '', location.pathname); // the same link works again
  if (named.has('gid')) await sheet.turnTo(Number(named.get('gid')));
  sheet.leave();
  sheet.chosen = { left: 0, top: row - 1, right: 0, bottom: row - 1 };
  sheet.root.focus();
}

function connectedSheet() {
  const labels = { title: $('sheet-title'), where: $('where'), content: $('content'), tabs: $('tabs') };
  const made = new Sheet($('sheet'), labels, say);
  const does = {
    undo: () => made.again('undo'),
    redo: () => made.again('redo'),
    'insert-row': () => made.insertRow(1),
    'delete-rows': () => made.deleteRows(),
    'sort-up': () => made.sort(true),
    'sort-down': () => made.sort(false),
  };
  for (const [id, act] of Object.entries(does)) $(id).addEventListener('click', act);
  return made;
}
