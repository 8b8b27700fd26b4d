/**
 * Functions called by the sidebar (Sidebar.html). They return plain objects with a message for a person, also for
 * errors.
 */

/**
 * `columns`: the headers of the tab, and whether the bridge knows each.
 * @typedef {{ok: boolean, said: string, columns: {text: string, known: boolean}[]}} Said
 * @typedef {{installed: boolean, tab: number, tabs: {id: number, name: string}[], said: string}} Setup
 */

/**
 * The tabs to choose from, and whether the bridge is installed.
 * @returns {Setup}
 */
function bridgeSetup() {
  const state = state_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  const tabs = spreadsheet.getSheets().map((sheet) => ({ id: sheet.getSheetId(), name: sheet.getName() }));
  const installed = Boolean(state.url);
  const tab = installed && tab_(state) ? state.tab : spreadsheet.getActiveSheet().getSheetId();
  return { installed, tab, tabs, said: installed ? triggersText_(state) : 'Not installed yet.' };
}

/**
 * Tests the connection without installing anything, and shows which headers the bridge knows.
 * @param {string} connection empty: the current one
 * @param {number} tab
 * @returns {Said}
 */
function bridgeTry(connection, tab) {
  return said_(() => {
    const header = header_(chosenTab_(tab));
    const present = state_();
    const tried = { ...parsed_(connection || (present.url && present.url + '#' + present.secret)), tab };
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
    return { ok: true, said, columns: columns_(header_(chosenTab_(tab)), state_().settings) };
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
