/** The page's beginning: sign in, then keep board, sheet and state fresh while somebody looks. */

import { call, keepToken, takeToken } from './api.js';
import { Board } from './board.js';
import { element } from './element.js';
import { Menu } from './menu.js';
import { Needs } from './needs.js';
import { Pulse } from './pulse.js';
import { Sheet } from './sheet.js';
import { Story } from './story.js';
import { Trouble } from './trouble.js';

const $ = (id) => document.getElementById(id);
const LIVE = 700;
const STATE = 2000;
const NOTICE = 8000;

const board = new Board($('board'), $('card'), say, (text) => ($('announced').textContent = text));
const sheet = $('sheet') && connectedSheet();
const needs = new Needs($('needs'), say);
const story = new Story($('story'), say);
const menu = sheet && new Menu($('sheet-pane'), () => sheet.place(), say);
const trouble = $('trouble') && new Trouble($('trouble'), say);
const pulses = [
  new Pulse(LIVE, () => board.refresh(), failed),
  sheet && new Pulse(LIVE, () => sheet.refresh(), failed),
  menu && new Pulse(STATE, () => menu.refresh(), failed),
  trouble && new Pulse(STATE, () => trouble.refresh(), failed),
  new Pulse(STATE, showState, failed),
  new Pulse(STATE, () => needs.refresh(), failed),
  new Pulse(STATE, () => story.refresh(), failed),
].filter(Boolean);

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  keepToken($('token').value.trim());
  $('token').value = '';
  start();
});
start();

/** Shows the page once the API has taken the token; a wrong one shows nothing. */
async function start() {
  if (!takeToken()) return askForToken();
  try {
    await showState();
  } catch (problem) {
    failed(problem);
    if (problem.status === 401) return undefined;
  }
  $('entrance').hidden = true;
  $('main').hidden = false;
  story.open();
  return pulses.forEach((pulse) => pulse.start());
}

function askForToken(why) {
  pulses.forEach((pulse) => pulse.stop());
  keepToken(null);
  $('main').hidden = true;
  $('entrance').hidden = false;
  $('token').focus();
  $('sign-in-problem').textContent = why ?? '';
  state('Not signed in', '');
}

function failed(problem) {
  if (problem.status === 401) askForToken('That token is not valid, or not any more.');
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
  else state('In step', 'fine');
  $('heard').textContent = heard(lanes.map((lane) => lane.heard_at).filter(Boolean));
}

function state(text, kind) {
  if ($('state').textContent !== text) $('state').textContent = text; // said once, not every two seconds
  $('state').className = kind;
}

function heard(moments) {
  if (!moments.length) return 'The sheet has not been heard of yet.';
  const seconds = Math.max(0, (Date.now() - Math.max(...moments.map((at) => Date.parse(at)))) / 1000);
  if (seconds < 60) return 'Sheet last heard less than a minute ago';
  const [size, unit] = [[86400, 'day'], [3600, 'hour'], [60, 'minute']].find(([size]) => seconds >= size);
  return `Sheet last heard ${new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)}`;
}

function say(text, kind = '') {
  const notice = element('p', { className: `notice ${kind}`, textContent: text });
  $('notices').append(notice);
  setTimeout(() => notice.remove(), NOTICE);
}

function connectedSheet() {
  const labels = { title: $('sheet-title'), where: $('where'), content: $('content') };
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
