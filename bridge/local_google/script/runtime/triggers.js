// ScriptApp and Session: triggers, of which nobody sees another account's, and who runs this.

const MINUTES = [1, 5, 10, 15, 30];
const EventType = enumeration('EventType', 'CLOCK', 'ON_OPEN', 'ON_EDIT', 'ON_CHANGE', 'ON_FORM_SUBMIT');
const AuthorizationStatus = enumeration('AuthorizationStatus', 'REQUIRED', 'NOT_REQUIRED');
const triggers = new WeakMap();

function triggerOf(kept) {
  const trigger = strict('Trigger', {
    getUniqueId: () => kept.id,
    getHandlerFunction: () => kept.handler,
    getEventType: () => EventType[kept.type],
  });
  triggers.set(trigger, kept.id);
  return trigger;
}

function triggerBuilder(handler, type, minutes) {
  return strict('TriggerBuilder', { create: () => triggerOf(host('triggers.create', handler, type, minutes)) });
}

global.ScriptApp = strict('ScriptApp', {
  EventType,
  AuthMode: enumeration('AuthMode', 'NONE', 'LIMITED', 'FULL', 'CUSTOM_FUNCTION'),
  AuthorizationStatus,
  requireAllScopes: () => host('rights.require'),
  getAuthorizationInfo: () =>
    strict('AuthorizationInfo', {
      getAuthorizationStatus: () => AuthorizationStatus[host('rights.missing') ? 'REQUIRED' : 'NOT_REQUIRED'],
    }),
  getProjectTriggers: () => host('triggers.mine').map(triggerOf),
  deleteTrigger(trigger) {
    if (!triggers.has(trigger)) expect('ScriptApp.deleteTrigger', arguments, ['Trigger']);
    host('triggers.delete', triggers.get(trigger));
  },
  newTrigger(handler) {
    expect('ScriptApp.newTrigger', arguments, ['String']);
    return strict('TriggerBuilder', {
      forSpreadsheet(bound) {
        if (bound !== spreadsheet) expect('ScriptApp.TriggerBuilder.forSpreadsheet', arguments, ['Spreadsheet']);
        return strict('SpreadsheetTriggerBuilder', {
          onEdit: () => triggerBuilder(handler, 'ON_EDIT', 0),
          onChange: () => triggerBuilder(handler, 'ON_CHANGE', 0),
        });
      },
      timeBased: () =>
        strict('ClockTriggerBuilder', {
          everyMinutes(minutes) {
            expect('ScriptApp.ClockTriggerBuilder.everyMinutes', arguments, ['number']);
            if (MINUTES.includes(minutes)) return triggerBuilder(handler, 'CLOCK', minutes);
            throw new Error(`The value you passed to everyMinutes was invalid. It must be one of ${MINUTES.join(', ')}.`);
          },
        }),
    });
  },
});

function userOf(email) {
  return strict('User', { getEmail: () => email, email, nickname: email.split('@')[0] });
}

global.Session = strict('Session', {
  getActiveUser: () => userOf(host('session').active),
  getEffectiveUser: () => userOf(host('session').effective),
});
