/**
 * Trouble on demand: the local Google's switches on the page, always up to date. Knows no effect: the server
 * causes it, `troubles.js` describes it.
 */

import { call } from './api.js';
import { element } from './element.js';
import { FAULT, FAULTS, GROUPS, SETS, TRIGGERS } from './troubles.js';

const PATH = '/local/trouble';
const SWITCHES = GROUPS.flatMap((group) => group.switches);

export class Trouble {
  /**
   * @param {HTMLElement} root an empty details element
   * @param {(text: string, kind?: string) => void} say shows the person a message
   */
  constructor(root, say) {
    this.say = say;
    this.controls = new Map();
    this.sent = 0;
    this.count = element('span', { className: 'whose' });
    this.due = element('output');
    this.installed = element('output');
    const well = button('All well again', () => this.send({ reset: true }));
    root.append(element('summary', {}, 'Trouble on demand ', this.count), well, ...this.groups());
  }

  groups() {
    const [bad, unknown] = GROUPS.map(({ title, switches }) =>
      element('fieldset', {}, element('legend', { textContent: title }), ...switches.map((one) => this.lasting(one))),
    );
    bad.append(...SETS.map((one) => this.set(one)), this.fault(), this.triggers());
    return [bad, unknown];
  }

  /** Shows what is switched on; a field that has the focus is left alone. */
  async refresh() {
    const sent = this.sent;
    const now = await (await call('GET', PATH)).json();
    if (sent === this.sent) this.show(now);
  }

  async send(asked) {
    this.sent += 1;
    try {
      this.show(await (await call('POST', PATH, { body: asked })).json());
    } catch (problem) {
      this.say(problem.message, 'wrong');
    }
  }

  show(now) {
    for (const [name, control] of this.controls) {
      if (control === document.activeElement && control.type === 'number') continue;
      if (control.type === 'checkbox') control.checked = now[name];
      else control.value = now[name] ?? '';
    }
    const lag = now.lag_lasts > 0 ? `Lagging for ${Math.ceil(now.lag_lasts)} more seconds.` : '';
    this.outputs.get('lag').textContent = lag;
    this.outputs.get('quota').textContent = `Now: ${now.quota.per_user} and ${now.quota.per_project}.`;
    this.due.textContent = now.faults_due ? `${now.faults_due} still to come.` : '';
    this.installed.textContent = `Now installed: ${now.triggers}.`;
    this.tell(now);
  }

  tell(now) {
    const off = SWITCHES.filter(({ name, well }) => now[name] !== well).map(({ title }) => title);
    if (now.faults_due) off.push(FAULT.title);
    if (now.lag_lasts > 0) off.push('Reads lag behind');
    if (SETS[0].fields.per_user[1] !== now.quota.per_user || SETS[0].fields.per_project[1] !== now.quota.per_project) off.push('Quota');
    if (!now.triggers) off.push(TRIGGERS.title);
    this.count.textContent = off.length ? off.join(' · ') : 'all well';
    this.count.classList.toggle('on', off.length > 0);
  }

  lasting({ name, kind, choices, most, ...words }) {
    const control = kind === 'choice' ? chooser(choices) : element('input', given(kind, most));
    const value = () => (kind === 'check' ? control.checked : kind === 'choice' ? control.value : number(control));
    control.name = name;
    control.addEventListener('change', () => control.checkValidity() && this.send({ [name]: value() }));
    this.controls.set(name, control);
    return line(words, element('label', {}, control, words.title));
  }

  set({ name, fields, ...words }) {
    const parts = Object.entries(fields).map(([field, [label, value]]) => {
      const control = element('input', { ...given('number', 100000), name: `${name}.${field}`, value: String(value), required: true });
      return { field, control, label: element('label', {}, control, label) };
    });
    const send = () => this.send({ [name]: Object.fromEntries(parts.map(({ field, control }) => [field, number(control)])) });
    const output = element('output');
    this.outputs = (this.outputs ?? new Map()).set(name, output);
    return form(words, send, ...parts.map(({ label }) => label), output);
  }

  fault() {
    const kind = chooser(Object.keys(FAULTS));
    const times = element('input', { ...given('number', 99), min: '1', value: '1', required: true, name: 'times' });
    kind.name = 'fault';
    kind.setAttribute('aria-label', 'What they get');
    const send = () => this.send({ fail: { ...FAULTS[kind.value], times: number(times) } });
    return form(FAULT, send, element('label', {}, times, 'calls get'), kind, this.due);
  }

  triggers() {
    return line(TRIGGERS, button('Take the triggers away', () => this.send({ lose_triggers: true })), this.installed);
  }
}

function form(words, send, ...controls) {
  const made = element('form', {}, element('b', { textContent: words.title }), ...controls, element('button', { textContent: 'Set' }));
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  return line(words, made);
}

function line({ does, bridge }, ...controls) {
  const expected = element('p', {}, element('b', { textContent: 'The bridge: ' }), bridge);
  return element('div', { className: 'line' }, element('div', { className: 'controls' }, ...controls), element('p', { textContent: does }), expected);
}

function given(kind, most) {
  return kind === 'check' ? { type: 'checkbox' } : { type: 'number', min: '0', max: String(most), step: 'any' };
}

/** A field's number; null when it is empty, which stands for no limit. */
function number(control) {
  return control.value === '' ? null : Number(control.value);
}

function chooser(choices) {
  return element('select', {}, ...choices.map((text) => new Option(text)));
}

function button(text, act) {
  const made = element('button', { type: 'button', textContent: text });
  made.addEventListener('click', act);
  return made;
}
