/**
 * The task API from the page: signed in by a cookie, never by an address; errors as exceptions with a message.
 * Keeps no token.
 */

/** Who is signed in; the cookie itself no script can read. */
let who = { name: '', scopes: [] };

/** Why a button cannot be pressed; empty when it can. */
export function whyNot() {
  return ['tasks:write', 'admin'].some((scope) => who.scopes.includes(scope)) ? '' : 'You are signed in to look: this needs the scope tasks:write.';
}

/** Signs in with what the address bar brings from the terminal, #token= or #link=, else with the cookie that is there. */
export async function enter() {
  const given = new URLSearchParams(location.hash.slice(1));
  const [token, link] = [given.get('token'), given.get('link')];
  if (token ?? link) history.replaceState(null, '', location.pathname);
  if (token) return signIn(token);
  return link ? took(call('POST', '/session', { body: { link } })) : took(call('GET', '/session'), '');
}

/** @param {string} token */
export async function signIn(token) {
  const answer = call('POST', '/session', { headers: { Authorization: `Bearer ${token}` } });
  return took(answer, 'That token is not valid, or not any more.');
}

export async function signOut() {
  await call('DELETE', '/session');
}

/** The name in the answer; throws `fallback` in place of the message of a 401, where it is given. */
async function took(answer, fallback) {
  try {
    who = await (await answer).json();
  } catch (problem) {
    throw problem.status === 401 && fallback !== undefined ? new Problem(401, fallback) : problem;
  }
  return who.name;
}

/** An error response; `status` 0: no answer. `code` tells causes of one status apart. */
export class Problem extends Error {
  constructor(status, detail, code = '') {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/**
 * One call.
 * @param {string} method
 * @param {string} path
 * @param {{body?: object, headers?: Object<string, string>}} [given]
 * @returns {Promise<Response>}
 */
export async function call(method, path, { body, headers } = {}) {
  const sent = { 'X-Leadbridge': 'page', ...headers }; // no other site can send it
  if (body) sent['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, 'The bridge does not answer; this page tries again.');
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  const faults = (problem.errors ?? []).map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  const words = problem.detail || problem.error?.message || `Answer ${answer.status}`;
  throw new Problem(answer.status, faults ? `${words}: ${faults}` : words, problem.code);
}

/**
 * Every page of a list, by its Link headers.
 * @param {string} path
 * @param {(page: object[]) => void} [came] called with each page as it arrives
 */
export async function all(path, came = () => {}) {
  const found = [];
  for (let next = path; next; ) {
    const answer = await call('GET', next);
    const page = await answer.json();
    came(page);
    found.push(...page);
    next = following(answer);
  }
  return found;
}

/**
 * The path of the next page; empty when this is the last.
 * @param {Response} answer
 */
export function following(answer) {
  const link = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') || '');
  return link ? new URL(link[1]).pathname + new URL(link[1]).search : '';
}
