// The log, the event objects, and the one entry: run a function by its name.

const inWords = (value) => (typeof value === 'string' || value instanceof Error ? String(value) : JSON.stringify(value));
const say = (level) => (...values) => host('log', level, values.map(inWords).join(' '));

global.console = strict('console', { log: say('DEBUG'), info: say('INFO'), warn: say('WARNING'), error: say('ERROR') });
global.Logger = strict('Logger', { log: say('INFO') });

/** The event object, as Google's reference has it. `value` and `oldValue` are there only where Google gives them. */
function eventOf(event) {
  const common = { authMode: 'FULL', triggerUid: event.trigger };
  if (event.kind === 'CLOCK') return common;
  Object.assign(common, { source: spreadsheet, user: userOf(event.user) });
  if (event.kind === 'ON_CHANGE') return { ...common, changeType: event.changeType };
  return { ...common, ...event.single, range: rangeOf(event.sheet, ...event.range) };
}

/** The time is the host's, which a test may hold; the engine by itself knows the machine's. */
function setClock(now) {
  const Machine = Date;
  const ahead = now - Machine.now();
  global.Date = class Date extends Machine {
    constructor(...given) {
      super(...(given.length ? given : [Machine.now() + ahead]));
    }
    static now() {
      return Machine.now() + ahead;
    }
  };
}

/** Runs a function of the project with a trigger's event or with plain arguments; answers as JSON, throws nothing. */
global.__run = function (name, given) {
  const { event, args, now } = JSON.parse(given);
  setClock(now);
  try {
    const found = (0, eval)(`typeof ${name} === 'function' ? ${name} : null`);
    if (!found) throw new Error(`Script function not found: ${name}`);
    const result = event ? found(eventOf(event)) : found(...args);
    return JSON.stringify({ result: result === undefined ? null : toHost(result) });
  } catch (error) {
    const known = error instanceof Error;
    return JSON.stringify({ error: known ? error.message : String(error), stack: known ? String(error.stack) : '' });
  }
};
