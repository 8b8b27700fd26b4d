/**
 * Stand-ins for the Apps Script services, on one host function: `__host(json) → json`, {op, args} → {ok} or {error}.
 * What is not here says so by its name, instead of being undefined. Refuses styling, HTML and other Google products.
 */
(function (global) {
  'use strict';

  /** Calls the host; its errors become exceptions here, never in the engine. */
  function host(op, args) {
    const reply = JSON.parse(__host(JSON.stringify({ op, args: args || {} })));
    if ('error' in reply) throw new Error(reply.error);
    return reply.ok;
  }

  /** An object whose unknown members throw, named as in Google's reference. */
  function strict(name, members) {
    return new Proxy(members, {
      get(target, key) {
        if (typeof key === 'symbol' || key in target) return target[key];
        throw new TypeError(`${name}.${String(key)} is not available in the local stand-in`);
      },
    });
  }

  const typeName = (value) =>
    value === null ? 'null' : Array.isArray(value) ? 'number[]' : { string: 'String', number: 'Number' }[typeof value] || typeof value;

  /** Throws as Google does when arguments are of another kind than the method takes. */
  function expect(method, args, ...kinds) {
    const fits = kinds.every((kind, index) => kind === 'any' || typeName(args[index]) === kind);
    if (!fits || args.length < kinds.length) {
      const given = Array.from(args, typeName).join(',');
      throw new Error(`The parameters (${given}) don't match the method signature for ${method}.`);
    }
  }

  const fromHost = (value) => (value && typeof value === 'object' && 'ms' in value ? new Date(value.ms) : value);
  const toHost = (value) => (value instanceof Date ? { ms: value.getTime() } : value === undefined ? null : value);

  function rangeOf(sheet, row, column, rows, columns) {
    for (const [what, value] of [['row', row], ['column', column], ['number of rows', rows], ['number of columns', columns]]) {
      if (!Number.isInteger(value) || value < 1) throw new Error(`The ${what} of the range is too small.`);
    }
    const at = { sheet: sheet.id, row, column, rows, columns };
    host('range.check', at);
    const members = {
      getRow: () => row,
      getColumn: () => column,
      getLastRow: () => row + rows - 1,
      getLastColumn: () => column + columns - 1,
      getNumRows: () => rows,
      getNumColumns: () => columns,
      getSheet: () => sheetOf(sheet.id),
      getValues: () => host('range.values', at).map((line) => line.map(fromHost)),
      getValue: () => fromHost(host('range.values', at)[0][0]),
      getDisplayValues: () => host('range.shown', at),
      getDisplayValue: () => host('range.shown', at)[0][0],
      getFormulas: () => host('range.formulas', at),
      setValues(values) {
        host('range.write', { ...at, values: values.map((line) => line.map(toHost)) });
        return range;
      },
      setValue(value) {
        host('range.write', { ...at, values: [[toHost(value)]] });
        return range;
      },
      clearContent() {
        host('range.write', { ...at, values: Array.from({ length: rows }, () => Array(columns).fill('')) });
        return range;
      },
    };
    const range = strict('Range', members);
    return range;
  }

  function sheetOf(id) {
    const size = () => host('sheet.size', { sheet: id });
    const members = {
      id,
      getSheetId: () => id,
      getName: () => size().title,
      getLastRow: () => size().lastRow,
      getLastColumn: () => size().lastColumn,
      getMaxRows: () => size().maxRows,
      getMaxColumns: () => size().maxColumns,
      getParent: () => spreadsheet,
      getRange(row, column, rows = 1, columns = 1) {
        expect('SpreadsheetApp.Sheet.getRange', arguments, 'Number', 'Number');
        return rangeOf(members, row, column, rows, columns);
      },
      getDataRange: () => rangeOf(members, 1, 1, Math.max(1, size().lastRow), Math.max(1, size().lastColumn)),
    };
    return strict('Sheet', members);
  }

  const spreadsheet = strict('Spreadsheet', {
    getId: () => host('book').id,
    getName: () => host('book').title,
    getSpreadsheetTimeZone: () => host('book').timeZone,
    getSheets: () => host('book').sheets.map((sheet) => sheetOf(sheet.id)),
    getSheetByName(name) {
      const found = host('book').sheets.find((sheet) => sheet.title === name);
      return found ? sheetOf(found.id) : null;
    },
    getActiveSheet: () => sheetOf(host('book').active),
    toast: (text, title) => host('toast', { text: String(text), title: String(title || '') }),
  });

  const menu = (title) => {
    const built = strict('Menu', {
      addItem: () => built,
      addSeparator: () => built,
      addToUi: () => host('log', { level: 'MENU', text: title }),
    });
    return built;
  };
  const ui = strict('Ui', {
    Button: Object.freeze({ OK: 'OK', CANCEL: 'CANCEL', YES: 'YES', NO: 'NO', CLOSE: 'CLOSE' }),
    ButtonSet: Object.freeze({ OK: 'OK', OK_CANCEL: 'OK_CANCEL', YES_NO: 'YES_NO' }),
    createMenu: menu,
    alert: (...texts) => host('toast', { text: texts.filter((text) => text !== undefined).map(String).join(' '), title: 'alert' }) || 'OK',
    prompt() {
      const answer = host('prompt');
      return strict('PromptResponse', {
        getSelectedButton: () => (answer === null ? 'CANCEL' : 'OK'),
        getResponseText: () => answer || '',
      });
    },
  });
  global.SpreadsheetApp = strict('SpreadsheetApp', {
    getActiveSpreadsheet: () => spreadsheet,
    getActive: () => spreadsheet,
    getActiveSheet: () => spreadsheet.getActiveSheet(),
    flush: () => host('flush'),
    getUi: () => ui,
  });

  const properties = (scope) => {
    const members = strict('Properties', {
      getProperty(key) {
        expect('PropertiesService.Properties.getProperty', arguments, 'String');
        const kept = host('properties.get', { scope });
        return key in kept ? kept[key] : null;
      },
      getProperties: () => host('properties.get', { scope }),
      getKeys: () => Object.keys(host('properties.get', { scope })),
      setProperty(key, value) {
        expect('PropertiesService.Properties.setProperty', arguments, 'String', 'any');
        return members.setProperties({ [key]: value });
      },
      setProperties(values, deleteOthers) {
        const texts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
        host('properties.set', { scope, values: texts, wipe: Boolean(deleteOthers) });
        return members;
      },
      deleteProperty(key) {
        host('properties.delete', { scope, key });
        return members;
      },
      deleteAllProperties() {
        host('properties.set', { scope, values: {}, wipe: true });
        return members;
      },
    });
    return members;
  };
  global.PropertiesService = strict('PropertiesService', {
    getScriptProperties: () => properties('script'),
    getDocumentProperties: () => properties('document'),
    getUserProperties: () => properties('user'),
  });

  const lock = (scope) => {
    const members = strict('Lock', {
      tryLock(milliseconds) {
        expect('LockService.Lock.tryLock', arguments, 'Number');
        return host('lock.try', { scope, milliseconds });
      },
      waitLock(milliseconds) {
        if (!members.tryLock(milliseconds)) throw new Error('Lock timeout: another process was holding the lock for too long.');
      },
      hasLock: () => host('lock.held', { scope }),
      releaseLock: () => host('lock.release', { scope }),
    });
    return members;
  };
  global.LockService = strict('LockService', {
    getDocumentLock: () => lock('document'),
    getScriptLock: () => lock('script'),
    getUserLock: () => lock('user'),
  });

  const CHARSET = Object.freeze({ UTF_8: 'utf-8', US_ASCII: 'ascii' });
  global.Utilities = strict('Utilities', {
    Charset: CHARSET,
    // Texts are taken as US-ASCII unless a charset is given; bytes and text do not mix.
    computeHmacSha256Signature(value, key, charset) {
      expect('Utilities.computeHmacSha256Signature', arguments, typeName(value) === 'String' ? 'String' : 'number[]', typeName(value));
      return host('hmac', { value, key, charset: charset || CHARSET.US_ASCII });
    },
    base64Encode: (value) => host('base64', { value }),
    base64Decode(text) {
      expect('Utilities.base64Decode', arguments, 'String');
      return host('unbase64', { text });
    },
    newBlob: (text) =>
      strict('Blob', { getBytes: () => (typeof text === 'string' ? host('utf8', { text }) : text), getDataAsString: () => String(text) }),
    getUuid: () => host('uuid'),
    sleep: (milliseconds) => host('sleep', { milliseconds }),
    formatDate(date, zone, pattern) {
      if (!(date instanceof Date)) expect('Utilities.formatDate', arguments, 'Date', 'String', 'String');
      return host('formatDate', { ms: date.getTime(), zone, pattern });
    },
  });

  const FETCH_OPTIONS =
    'contentType headers method payload followRedirects muteHttpExceptions validateHttpsCertificates escaping timeoutSeconds'.split(' ');
  function fetch(url, options = {}) {
    expect('UrlFetchApp.fetch', arguments, 'String');
    const unknown = Object.keys(options).find((key) => !FETCH_OPTIONS.includes(key));
    if (unknown) throw new Error(`Attribute provided with no value or unknown: ${unknown}`);
    const reply = host('fetch', {
      url,
      method: String(options.method || 'get').toUpperCase(),
      headers: options.headers || {},
      payload: options.payload === undefined ? null : String(options.payload),
      type: options.contentType || 'application/x-www-form-urlencoded',
      seconds: options.timeoutSeconds === undefined ? 360 : options.timeoutSeconds,
      redirects: options.followRedirects !== false,
    });
    if (reply.status >= 400 && !options.muteHttpExceptions) {
      throw new Error(`Request failed for ${url} returned code ${reply.status}. Truncated server response: ${reply.text.slice(0, 100)}`);
    }
    return strict('HTTPResponse', {
      getResponseCode: () => reply.status,
      getContentText: () => reply.text,
      getHeaders: () => reply.headers,
    });
  }
  global.UrlFetchApp = strict('UrlFetchApp', { fetch });

  const triggerOf = (kept) =>
    strict('Trigger', {
      id: kept.id,
      getUniqueId: () => kept.id,
      getHandlerFunction: () => kept.handler,
      getEventType: () => kept.type,
    });
  const builder = (handler, type, minutes) =>
    strict('TriggerBuilder', { create: () => triggerOf(host('trigger.create', { handler, type, minutes: minutes || 0 })) });
  global.ScriptApp = strict('ScriptApp', {
    EventType: Object.freeze({ CLOCK: 'CLOCK', ON_OPEN: 'ON_OPEN', ON_EDIT: 'ON_EDIT', ON_CHANGE: 'ON_CHANGE' }),
    AuthMode: Object.freeze({ NONE: 'NONE', LIMITED: 'LIMITED', FULL: 'FULL' }),
    getProjectTriggers: () => host('trigger.mine').map(triggerOf),
    deleteTrigger: (trigger) => host('trigger.delete', { id: trigger.getUniqueId() }),
    newTrigger: (handler) =>
      strict('TriggerBuilder', {
        forSpreadsheet: () =>
          strict('SpreadsheetTriggerBuilder', {
            onEdit: () => builder(handler, 'ON_EDIT'),
            onChange: () => builder(handler, 'ON_CHANGE'),
          }),
        timeBased: () =>
          strict('ClockTriggerBuilder', {
            everyMinutes(minutes) {
              if (![1, 5, 10, 15, 30].includes(minutes)) throw new Error('The value you passed to everyMinutes was invalid. It must be one of 1, 5, 10, 15 or 30.');
              return builder(handler, 'CLOCK', minutes);
            },
          }),
      }),
  });

  const user = () => strict('User', { getEmail: () => host('email') });
  global.Session = strict('Session', { getActiveUser: user, getEffectiveUser: user, getScriptTimeZone: () => host('book').timeZone });

  const text = (value) => (typeof value === 'string' ? value : value instanceof Error ? String(value) : JSON.stringify(value));
  const say = (level) => (...values) => host('log', { level, text: values.map(text).join(' ') });
  global.console = strict('console', { log: say('DEBUG'), info: say('INFO'), warn: say('WARNING'), error: say('ERROR') });
  global.Logger = strict('Logger', { log: say('INFO') });

  /** The event object of a trigger, as Google's reference has it. */
  function eventOf(event) {
    if (event.kind === 'clock') return { authMode: 'FULL', triggerUid: event.trigger };
    const common = { authMode: 'FULL', triggerUid: event.trigger, source: spreadsheet, user: user() };
    if (event.kind === 'change') return { ...common, changeType: event.changeType };
    const range = sheetOf(event.sheet).getRange(event.row, event.column, event.rows, event.columns);
    return { ...common, range, ...event.single };
  }

  /** Runs one function with the event of a trigger or with plain arguments. */
  global.__run = function (name, input) {
    const { event, args } = JSON.parse(input);
    try {
      const found = (0, eval)(`typeof ${name} === 'function' ? ${name} : null`);
      if (!found) throw new Error(`Script function not found: ${name}`);
      const result = event ? found(eventOf(event)) : found(...args);
      return JSON.stringify({ result: result === undefined ? null : toHost(result) });
    } catch (error) {
      return JSON.stringify({ error: error instanceof Error ? error.message : String(error), stack: (error && error.stack) || '' });
    }
  };
})(globalThis);
