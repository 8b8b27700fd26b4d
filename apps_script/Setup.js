/**
 * Functions called by the sidebar (Sidebar.html). They return plain objects with a message for a person, also for
 * errors.
 */

/**
 * `columns`: the headers of the tab, and whether the bridge knows each.
 * @typedef {{ok: boolean, said: string, columns: {text: string, known: boolean}[]}} Said
 * `connected`: whether the tab has a connection already, so that it needs no new connection string.
 * @typedef {{tab: number, tabs: {id: number, name: string, connected: boolean}[], said: string}} Setup
 */

/**
 * The tabs to choose from, and which of them are connected.
 * @returns {Setup}
 */
function bridgeSetup() {
  const states = states_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const free = states.some((state) => !tab_(state)); // the connection of a tab that is gone
  const tabs = spreadsheet.getSheets().map((sheet) => {
    const id = sheet.getSheetId();
    return { id, name: sheet.getName(), connected: free || states.some((state) => state.tab === id) };
  });
  const active = spreadsheet.getActiveSheet().getSheetId();
  const only = states.length === 1 && tab_(states[0]) ? states[0].tab : active;
  return { tab: only, tabs, said: states.map(triggersText_).join('\n') || 'Not installed yet.' };
}

/**
 * Tests the connection without installing anything, and shows which headers the bridge knows.
 * @param {string} connection empty: the current one
 * @param {number} tab
 * @returns {Said}
 */
function bridgeTry(connection, tab) {
  return said_(() => {
    const sheet = chosenTab_(tab);
    const header = header_(sheet);
    const present = state_(sheet.getSheetId());
    const tried = { ...parsed_(connection || present_(present)), tab: present.tab };
    const answer = deliver_(tried, { type: 'heartbeat', seq: 0, header }); // 0: takes no number
    if (!answer.ok) return { ok: false, said: refusedWords_(tried, answer), columns: [] };
    const said = ['The bridge answers.', lacking_(header, answer.settings) || problemWords_(answer.problem)];
    return { ok: true, said: said.filter((words) => words).join(' '), columns: columns_(header, answer.settings) };
  });
}

/**
 * Installs for this tab.
 * @param {string} connection empty: the current one
 * @param {number} tab
 * @returns {Said}
 */
function bridgeInstallHere(connection, tab) {
  return said_(() => {
    const said = installBridge(connection, tab);
    const sheet = chosenTab_(tab);
    return { ok: true, said, columns: columns_(header_(sheet), state_(sheet.getSheetId()).settings) };
  });
}

/**
 * @param {string[]} header
 * @param {Settings | null} settings
 * @returns {{text: string, known: boolean}[]}
 */
function columns_(header, settings) {
  const known = settings ? knownColumns_(header, settings) : [];
  return header.map((text, index) => ({ text, known: known.includes(index) })).filter(({ text }) => asSeen_(text));
}

/**
 * @param {string} problem
 * @returns {string}
 */
function problemWords_(problem) {
  return problem && 'It cannot work yet: ' + problem;
}

/**
 * The result of `work`, or why it failed.
 * @param {() => Said} work
 * @returns {Said}
 */
function said_(work) {
  try {
    return work();
  } catch (error) {
    return { ok: false, said: lacksRights_() ? NO_RIGHTS : words_(error), columns: [] };
  }
}
