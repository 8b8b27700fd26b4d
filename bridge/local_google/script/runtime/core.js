// The files of this folder are fragments of one function; `engine.py` joins them in order and gives them `__host`.
//
// They stand in for the Apps Script services on that one host function: JSON text in, JSON text out. What Google has and
// this has not says so by its name; what Google would throw for a wrong parameter is thrown here too.

/** Asks the host; its refusals become exceptions here, never in the engine. */
function host(op, ...args) {
  const reply = JSON.parse(__host(JSON.stringify({ op, args })));
  if ('error' in reply) throw new Error(reply.error);
  return reply.ok;
}

/** An object of Google's: frozen, and a member it lacks throws instead of being undefined. */
function strict(name, members) {
  return new Proxy(Object.freeze(members), {
    get(target, key) {
      if (typeof key === 'symbol' || key in target || key === 'toJSON') return target[key];
      throw new TypeError(`${name}.${key} is not available in the local stand-in`);
    },
  });
}

/** Names that stand for themselves. */
function enumeration(name, ...members) {
  return strict(name, Object.fromEntries(members.map((member) => [member, member])));
}

/** How Google names the type of a parameter in its messages. */
function kindOf(value) {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return Array.isArray(value[0]) ? 'Object[][]' : 'number[]';
  if (value instanceof Date) return 'Date';
  const kind = typeof value;
  return { string: 'String', object: 'Object' }[kind] || kind;
}

/** Throws as Google does, unless the arguments are of one of the signatures ('any' fits every kind). */
function expect(method, args, ...signatures) {
  const given = Array.from(args, kindOf);
  const fits = (kinds) => kinds.length === given.length && kinds.every((kind, at) => kind === 'any' || kind === given[at]);
  if (!signatures.some(fits)) {
    throw new Error(`The parameters (${given.join(',')}) don't match the method signature for ${method}.`);
  }
}

/** Dates cross to the host and back as milliseconds. */
const fromHost = (value) => (value && typeof value === 'object' && 'ms' in value ? new Date(value.ms) : value);
const toHost = (value) => (value instanceof Date ? { ms: value.getTime() } : value === undefined ? null : value);
