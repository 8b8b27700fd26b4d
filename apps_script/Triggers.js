/**
 * The triggers of the account that installed the script. All connected tabs share them.
 */

const HANDLERS = ['bridgeEdited', 'bridgeChanged', 'bridgeEveryFiveMinutes'];

/** Creates the new triggers, then removes the old ones; if one cannot be created, the old ones stay. */
function replaceTriggers_() {
  const old = triggers_();
  const spreadsheet = SpreadsheetApp.getActiveSpreadsheet();
  try {
    ScriptApp.newTrigger('bridgeEdited').forSpreadsheet(spreadsheet).onEdit().create();
    ScriptApp.newTrigger('bridgeChanged').forSpreadsheet(spreadsheet).onChange().create();
    ScriptApp.newTrigger('bridgeEveryFiveMinutes').timeBased().everyMinutes(5).create();
  } catch (error) {
    const known = old.map((trigger) => trigger.getUniqueId());
    remove_(triggers_().filter((trigger) => !known.includes(trigger.getUniqueId())));
    throw error;
  }
  remove_(old);
}

/**
 * The bridge's triggers of this account; Google does not list those of other accounts.
 * @returns {GoogleAppsScript.Script.Trigger[]}
 */
function triggers_() {
  return ScriptApp.getProjectTriggers().filter((trigger) => HANDLERS.includes(trigger.getHandlerFunction()));
}

/** @param {GoogleAppsScript.Script.Trigger[]} triggers */
function remove_(triggers) {
  triggers.forEach((trigger) => ScriptApp.deleteTrigger(trigger));
}
