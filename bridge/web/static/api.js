/** The task API from the page: the token in a header, never in an address; problems as exceptions with words. */

const KEPT = 'leadbridge-token';

/** Takes the token out of the address bar, where the terminal's link put it. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    keepToken(given);
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem(KEPT);
}

/** @param {string | null} token */
export function keepToken(token) {
  if (token) sessionStorage.setItem(KEPT, token);
  else sessionStorage.removeItem(KEPT);
}

/** An answer that is not a yes; `status` 0: no answer. */
export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
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
  const sent = { Authorization: `Bearer ${sessionStorage.getItem(KEPT)}`, ...headers };
  if (body) sent['Content-Type'] = 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem(0, 'The bridge does not answer; this page tries again.');
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Problem(answer.status, problem.detail || problem.error?.message || `Answer ${answer.status}`);
}

/** Every page of a list, by its Link headers. */
export async function all(path) {
  const found = [];
  for (let next = path; next; ) {
    const answer = await call('GET', next);
    found.push(...(await answer.json()));
    const link = /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') || '');
    next = link ? new URL(link[1]).pathname + new URL(link[1]).search : '';
  }
  return found;
}
