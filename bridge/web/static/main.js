/** Starts the page: signs in, then keeps board, sheet and state up to date while it is visible. */

import { call, enter, signIn, signOut, whyNot } from './api.js';
import { Board } from './board.js';
import { Editor } from './editor.js';
import { element } from './element.js';
import { Filter } from './filter.js';
import { Health, ago } from './health.js';
import { Live } from './live.js';
import { Menu } from './menu.js';
import { Needs } from './needs.js';
import { Poll } from './poll.js';
import { Sheet } from './sheet.js';
import { Story } from './story.js';
import { Trouble } from './trouble.js';

const $ = (id) => document.getElementById(id);
const LIVE = 700;
const STATE = 2000;
const SELDOM = 10_000; // while the bridge reports changes
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
const polls = [
  [LIVE, () => board.refresh()],
  [STATE, showState],
  [STATE, () => needs.refresh()],
  [STATE, () => story.refresh()],
].map(([every, work]) => ({ every, poll: new Poll(every, work, failed) }));
const sheetPolls = [
  sheet && new Poll(LIVE, () => sheet.refresh(), failed),
  menu && new Poll(STATE, () => menu.refresh(), failed),
  trouble && new Poll(STATE, () => trouble.refresh(), failed),
].filter(Boolean);
const live = new Live(
  () => polls.forEach(({ poll }) => poll.run()),
  (reported) => polls.forEach(({ every, poll }) => poll.changeInterval(reported ? SELDOM : every)),
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

/** Shows the page after sign-in. */
async function start(signing = enter) {
  try {
    welcome(await signing());
    await showState();
  } catch (problem) {
    if (problem.status === 401) return askForToken(problem.message);
    failed(problem);
    if (!$('who').textContent) return setTimeout(start, STATE);
  }
  $('entrance').hidden = true;
  $('main').hidden = false;
  story.open();
  polls.forEach(({ poll }) => poll.start());
  sheetPolls.forEach((poll) => poll.start());
  return live.start();
}

/** Shows who is signed in, and disables what they may not do. */
function welcome(name) {
  $('who').textContent = name;
  $('signed-in').hidden = false;
  document.querySelectorAll('.writes').forEach((button) => Object.assign(button, { disabled: Boolean(whyNot()), title: whyNot() }));
}

function askForToken(why) {
  polls.forEach(({ poll }) => poll.stop());
  sheetPolls.forEach((poll) => poll.stop());
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

/** One line: the problems, else the pending writes, else that both sides are in sync. */
async function showState() {
  const sheets = await (await call('GET', '/status')).json();
  const wrong = sheets.filter((one) => one.problem).map((one) => `Sheet “${one.sheet}”: ${one.problem}`);
  const waiting = sheets.reduce((sum, one) => sum + one.pending, 0);
  if (wrong.length) state(wrong.join(' · '), 'wrong');
  else if (waiting) state(`${waiting === 1 ? 'One change is' : `${waiting} changes are`} on the way to the sheet`, 'busy');
  else state('In sync', 'fine');
  health.show(sheets);
  $('heard').textContent = heard(sheets.map((one) => one.heard_at).filter(Boolean));
}

function state(text, kind) {
  if ($('state').textContent !== text) $('state').textContent = text; // a screen reader reads it once, not every two seconds
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
