// SpreadsheetApp: the one spreadsheet the script is bound to. No styling, no charts, no other spreadsheets.

/** A block of cells by its place; it stays a place when rows move. */
function rangeOf(id, row, column, rows, columns) {
  const at = [row, column, rows, columns];
  const lines = (op) => host(op, id, at).map((line) => line.map(fromHost));
  const members = {
    getRow: () => row,
    getColumn: () => column,
    getNumRows: () => rows,
    getNumColumns: () => columns,
    getLastRow: () => row + rows - 1,
    getLastColumn: () => column + columns - 1,
    getSheet: () => sheetOf(id),
    getA1Notation: () => host('range.name', at),
    getValues: () => lines('range.values'),
    getValue: () => lines('range.values')[0][0],
    getRichTextValues: () => host('range.texts', id, at).map((line) => line.map(richTextOf)),
    getDisplayValues: () => lines('range.shown'),
    getDisplayValue: () => lines('range.shown')[0][0],
    getFormulas: () => lines('range.formulas'),
    getDataValidations: () => lines('range.rules').map((line) => line.map((kind) => kind && ruleOf(kind))),
    setValues(values) {
      expect('SpreadsheetApp.Range.setValues', arguments, ['Object[][]']);
      fitting('rows', values.length, rows);
      values.forEach((line) => fitting('columns', line.length, columns));
      host('range.write', id, at, values.map((line) => line.map(toHost)));
      return range;
    },
    setValue(value) {
      expect('SpreadsheetApp.Range.setValue', arguments, ['any']);
      host('range.write', id, at, Array(rows).fill(Array(columns).fill(toHost(value))));
      return range;
    },
  };
  const range = strict('Range', members);
  return range;
}

/** Only a text has one. */
function richTextOf(text) {
  return text === null ? null : strict('RichTextValue', { getText: () => text });
}

/** A rule of a cell, as far as it tells its kind. */
function ruleOf(kind) {
  return strict('DataValidation', { getCriteriaType: () => kind });
}

function fitting(what, given, wanted) {
  if (given === wanted) return;
  throw new Error(
    `The number of ${what} in the data does not match the number of ${what} in the range. ` +
      `The data has ${given} but the range has ${wanted}.`
  );
}

function sheetOf(id) {
  const about = () => host('sheet.about', id);
  const within = (row, column, rows, columns) => {
    host('range.check', id, [row, column, rows, columns]);
    return rangeOf(id, row, column, rows, columns);
  };
  return strict('Sheet', {
    getSheetId: () => id,
    getName: () => about().title,
    getLastRow: () => about().lastRow,
    getLastColumn: () => about().lastColumn,
    getParent: () => spreadsheet,
    getActiveRange: () => rangeOf(id, ...host('sheet.selection', id)),
    getRange(row, column, rows = 1, columns = 1) {
      const number = 'number';
      const counts = [[number, number], [number, number, number], [number, number, number, number]];
      expect('SpreadsheetApp.Sheet.getRange', arguments, ...counts);
      return within(row, column, rows, columns);
    },
  });
}

const spreadsheet = strict('Spreadsheet', {
  getId: () => host('book').id,
  getName: () => host('book').title,
  getUrl: () => `https://docs.google.com/spreadsheets/d/${host('book').id}/edit`,
  getSpreadsheetTimeZone: () => host('book').timeZone,
  getSheets: () => host('book').sheets.map((sheet) => sheetOf(sheet.id)),
  getSheetByName(name) {
    expect('SpreadsheetApp.Spreadsheet.getSheetByName', arguments, ['String']);
    const found = host('book').sheets.find((sheet) => sheet.title === name);
    return found ? sheetOf(found.id) : null;
  },
  getActiveSheet: () => sheetOf(host('book').active),
  getActiveRange: () => spreadsheet.getActiveSheet().getActiveRange(),
  toast(message, title = '') {
    host('ui.toast', String(message), String(title));
  },
});

global.SpreadsheetApp = strict('SpreadsheetApp', {
  getActiveSpreadsheet: () => spreadsheet,
  getActive: () => spreadsheet,
  getActiveSheet: () => spreadsheet.getActiveSheet(),
  DataValidationCriteria: enumeration('DataValidationCriteria', 'CHECKBOX', 'VALUE_IN_LIST', 'VALUE_IN_RANGE'),
  getUi: () => {
    host('ui.open');
    return ui;
  },
  // Writes are never held back here; Google holds them back until this is called or the execution ends.
  flush() {},
});
