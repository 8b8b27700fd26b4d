/** The local Google's sheet as an editable grid. The server holds the cells: a person's act is sent, then the grid is asked for. */

import { call } from './api.js';

const SPARE_ROWS = 20;
const LEAST_COLUMNS = 6;

/** Draws itself into `root`; `toast` shows what the sheet's script says. */
export class Sheet {
  constructor(root, title, toast) {
    this.root = root;
    this.title = title;
    this.toast = toast;
    this.revision = -1;
    this.shown = [];
    this.muted = false;
    this.sending = Promise.resolve();
    root.addEventListener('keydown', (event) => this.key(event), true);
  }

  /** Asks for the grid when it changed; leaves it alone while a cell is being edited. */
  async refresh() {
    if (this.root.querySelector('.editor')) return;
    const answer = await call('GET', `/local/grid?since=${this.revision}`);
    if (answer.status === 304) return;
    const grid = await answer.json();
    const first = this.revision < 0;
    this.revision = grid.revision;
    this.tab = grid.tab;
    this.title.textContent = `${grid.title} / ${grid.tab}`;
    grid.toasts.forEach((toast) => this.toast(toast.text));
    const rows = grid.rows.map((row) => row.map((cell) => cell.formula || cell.shown));
    if (first || this.needsRoom(rows)) this.build(rows);
    else this.update(rows);
    this.shown = rows;
  }

  needsRoom(rows) {
    const { rows: most, columns } = this.size;
    return rows.length > most - 2 || rows.some((row) => row.length > columns);
  }

  build(rows) {
    const columns = Math.max(LEAST_COLUMNS, ...rows.map((row) => row.length + 1));
    this.size = { rows: rows.length + SPARE_ROWS, columns };
    this.muted = true;
    if (this.grid) jspreadsheet.destroy(this.root);
    this.root.replaceChildren();
    [this.grid] = jspreadsheet(this.root, {
      parseFormulas: false,
      worksheets: [
        {
          data: rows.length ? rows : [[]],
          minDimensions: [columns, this.size.rows],
          columns: Array.from({ length: columns }, () => ({ type: 'text', width: 110, align: 'left' })),
          worksheetName: this.tab,
          columnSorting: false,
          columnDrag: false,
          rowDrag: false,
          allowInsertRow: false,
          allowInsertColumn: false,
          allowDeleteRow: false,
          allowDeleteColumn: false,
          allowComments: false,
        },
      ],
      contextMenu: (_sheet, x, y) => this.menu(Number(x), Number(y)),
      onafterchanges: (_sheet, records) => {
        if (!this.muted && records.length) this.edited(records);
      },
    });
    this.muted = false;
    this.root.querySelector('tbody tr')?.classList.add('header-row');
  }

  update(rows) {
    this.muted = true;
    const height = Math.max(rows.length, this.shown.length);
    for (let y = 0; y < height; y++) {
      const width = Math.max(rows[y]?.length || 0, this.shown[y]?.length || 0);
      for (let x = 0; x < width; x++) {
        const value = rows[y]?.[x] ?? '';
        if (String(this.grid.getValueFromCoords(x, y) ?? '') !== value) this.set(x, y, value);
      }
    }
    this.muted = false;
  }

  set(x, y, value) {
    this.grid.setValueFromCoords(x, y, value, true);
    const cell = this.grid.getCellFromCoords(x, y);
    if (!cell) return;
    cell.classList.add('flash');
    setTimeout(() => cell.classList.remove('flash'), 900);
  }

  /** What was typed or pasted, as one block; null leaves a cell as it is. */
  edited(records) {
    const [xs, ys] = [records.map((one) => Number(one.x)), records.map((one) => Number(one.y))];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const values = Array.from({ length: Math.max(...ys) - top + 1 }, () => Array(Math.max(...xs) - left + 1).fill(null));
    records.forEach((one) => (values[one.y - top][one.x - left] = String(one.value ?? '')));
    const range = `${this.quoted()}!${letter(left)}${top + 1}`;
    return this.act('/local/edit', { range, values, pasted: records.length > 1 });
  }

  menu(x, y) {
    const last = Math.max(2, this.shown.length);
    const range = `${this.quoted()}!A2:${letter(this.size.columns - 1)}${last}`;
    const rows = (action, row) => () => this.act('/local/rows', { action, tab: this.tab, row, count: action === 'delete' ? this.selectedRows() : 1 });
    const sort = (ascending) => () => this.act('/local/sort', { range, column: x + 1, ascending });
    return [
      { title: 'Insert row above', onclick: rows('insert', y + 1) },
      { title: 'Insert row below', onclick: rows('insert', y + 2) },
      { title: 'Delete selected rows', onclick: rows('delete', this.firstSelected(y) + 1) },
      { type: 'line' },
      { title: 'Sort sheet A → Z by this column', onclick: sort(true) },
      { title: 'Sort sheet Z → A by this column', onclick: sort(false) },
    ];
  }

  firstSelected(fallback) {
    const rows = this.grid.getSelectedRows(true);
    return rows.length ? Math.min(...rows) : fallback;
  }

  selectedRows() {
    return Math.max(1, this.grid.getSelectedRows(true).length);
  }

  /** Undo and redo are the sheet's own, so that they reach the script's triggers too. */
  key(event) {
    const way = (event.ctrlKey || event.metaKey) && { z: event.shiftKey ? 'redo' : 'undo', y: 'redo' }[event.key.toLowerCase()];
    if (!way || this.root.querySelector('.editor')) return;
    event.preventDefault();
    event.stopPropagation();
    this.act(`/local/${way}`, {});
  }

  /** One act after the other, in the order they were done; then the grid as it is now. */
  act(path, body) {
    this.sending = this.sending
      .then(() => call('POST', path, { body }))
      .catch((problem) => {
        this.toast(problem.message);
        this.revision = -1;
      })
      .then(() => this.refresh());
    return this.sending;
  }

  quoted() {
    return `'${this.tab.replaceAll("'", "''")}'`;
  }
}

/** @param {number} column 0 → A */
function letter(column) {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
