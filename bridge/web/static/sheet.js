/**
 * The local Google's sheet as an editable grid. The server holds the cells: a person's actions are sent, then the grid is
 * requested and the differences are drawn. Does not touch the cell being edited, and drops answers that are older than
 * the person's last action.
 */

import { call } from './api.js';
import { element, flash } from './element.js';
import { Tabs } from './tabs.js';

const SPARE_ROWS = 50;
const LEAST_COLUMNS = 26;
const MOST_FLASHES = 60;
const MANY_ROWS = 1000; // beyond, the grid holds only those near the window

export class Sheet {
  /**
   * @param {HTMLElement} root an empty, focusable element
   * @param {{title: HTMLElement, where: HTMLElement, content: HTMLElement, tabs: HTMLElement}} labels the book's title;
   *   the chosen cell's name and content; the place of the tabs
   * @param {(text: string, kind?: string) => void} say shows the person a message
   */
  constructor(root, labels, say) {
    this.root = root;
    this.labels = labels;
    this.say = say;
    this.revision = null;
    this.sheetId = null; // of the tab that is shown; the first until one was chosen
    this.rows = [];
    this.tabs = new Tabs(labels.tabs, {
      choose: (id) => this.turnTo(id),
      add: () => this.addTab(),
      rename: (id, title) => this.act('/local/rename', { tab: id, title }),
      remove: (id) => this.act('/local/tabs', { action: 'delete', tab: id }),
    });
    this.cut = null; // what was cut and is not pasted yet
    this.acts = 0;
    this.waiting = 0;
    this.drawing = false;
    this.sending = Promise.resolve();
    this.chosen = { left: 0, top: 0, right: 0, bottom: 0 };
    document.addEventListener('keydown', (event) => this.key(event), true);
    document.addEventListener('paste', (event) => this.paste(event), true);
    document.addEventListener('mouseup', () => this.fill(), true);
    root.addEventListener('focus', () => this.entered());
  }

  /** Requests the grid if it changed; not during an action, which requests it at its end. */
  async refresh() {
    if (!this.waiting) await this.ask(true);
  }

  async ask(lively) {
    const acts = this.acts;
    const query = new URLSearchParams(this.revision === null ? {} : { changes: '', since: this.revision });
    if (this.sheetId !== null) query.set('sheet_id', this.sheetId);
    const answer = await call('GET', `/local/grid?${query}`);
    if (answer.status === 304 || acts !== this.acts) return;
    const grid = await answer.json();
    if (acts !== this.acts) return;
    this.revision = grid.revision;
    grid.toasts.forEach(({ title, text }) => this.say([title, text].filter(Boolean).join(': ')));
    this.show(grid, lively);
  }

  show({ title, tab, tabs, sheet_id: id, rows, height, changes }, lively) {
    this.turned ||= this.sheetId !== null && this.sheetId !== id; // the tab that was shown has been deleted
    this.sheetId = id;
    this.tab = tab;
    this.tabs.show(tabs, id);
    this.labels.title.textContent = title;
    this.fresh = changes?.map(([y]) => y) ?? null;
    if (changes) this.take(height, changes);
    else this.rows = rows;
    this.draw(lively);
  }

  /** Shows another tab; resolves when it is there. */
  async turnTo(id) {
    if (id === this.sheetId) return;
    Object.assign(this, { sheetId: id, revision: null, turned: true });
    this.chosen = { left: 0, top: 0, right: 0, bottom: 0 };
    this.acts += 1; // earlier requests are for the other tab
    await this.ask(false).catch(() => {}); // no answer: the next poll asks again
  }

  async addTab() {
    await this.act('/local/tabs', { action: 'add' });
    const added = this.tabs.list.lastElementChild;
    if (added) await this.turnTo(Number(added.dataset.id));
  }

  /** Takes the changed rows; rows below the last one with a value are gone. */
  take(height, changes) {
    for (let y = height; y < this.rows.length; y += 1) this.fresh.push(y);
    this.rows = Array.from({ length: height }, (_, y) => this.rows[y] ?? []);
    changes.forEach(([y, row]) => (this.rows[y] = row));
  }

  draw(lively) {
    this.drawing = true;
    if (this.grid && !this.turned && !this.outgrown()) this.update(lively);
    else this.build();
    this.turned = false;
    this.choose(this.chosen);
    this.drawing = false;
  }

  /** True if the grid must be rebuilt for a long sheet, with only the rows near its window; it stays so. */
  outgrown() {
    return !this.long && this.rows.length > MANY_ROWS;
  }

  build() {
    if (this.grid) jspreadsheet.destroy(this.root);
    this.long = this.rows.length > MANY_ROWS;
    this.root.classList.toggle('long', this.long);
    const columns = this.width();
    [this.grid] = jspreadsheet(this.root, {
      parseFormulas: false,
      secureFormulas: false, // sends a formula as it was typed
      contextMenu: (_sheet, x, y) => this.menu(x, y),
      onselection: (_sheet, left, top, right, bottom) => this.choose({ left, top, right, bottom }),
      oncreateeditor: (_sheet, cell, x, y) => this.edits(cell, Number(x), Number(y)),
      oneditionend: () => setTimeout(() => this.leftEditor()),
      onafterchanges: (_sheet, records) => this.drawing || this.edited(records),
      worksheets: [
        {
          data: this.rows.map((row) => row.map((cell) => cell.shown)),
          minDimensions: [columns, this.rows.length + SPARE_ROWS],
          columns: Array.from({ length: columns }, (_, x) => ({ type: 'text', width: this.columnWidth(x), align: 'left' })),
          worksheetName: this.tab,
          ...(this.long && { lazyLoading: true, tableOverflow: true, tableWidth: '100%', tableHeight: '100%' }),
          columnSorting: false,
          columnDrag: false,
          rowDrag: false,
          allowManualInsertRow: false,
          allowManualInsertColumn: false,
          allowDeleteRow: false,
          allowDeleteColumn: false,
          allowRenameColumn: false,
          allowComments: false,
        },
      ],
    });
    this.grid.ignoreHistory = true; // undo is the sheet's own
    jspreadsheet.current = null; // until a cell is chosen, keys are the page's
  }

  width() {
    return Math.max(this.long ? LEAST_COLUMNS / 2 : LEAST_COLUMNS, ...this.rows.map((row) => row.length));
  }

  /** Wide enough for what the first rows hold, within reason. */
  columnWidth(x) {
    const longest = Math.max(0, ...this.rows.slice(0, 200).map((row) => row[x]?.shown.length ?? 0));
    return Math.min(280, Math.max(96, longest * 9 + 24));
  }

  update(lively) {
    const { data } = this.grid.options;
    const room = this.rows.length + SPARE_ROWS - data.length;
    if (room > SPARE_ROWS / 2) this.grid.insertRow(room, data.length - 1);
    if (this.width() > data[0].length) this.grid.insertColumn(this.width() - data[0].length, data[0].length - 1);
    const changed = this.differing(lively && this.fresh ? this.fresh : data.keys());
    changed.forEach(([x, y]) => this.grid.setValueFromCoords(x, y, this.shown(x, y), true));
    if (lively && changed.length <= MOST_FLASHES) changed.forEach(([x, y]) => flash(this.grid.getCellFromCoords(x, y)));
  }

  /** Draws what changed in the cell while it was being edited; keys go to the sheet again. */
  leftEditor() {
    if (!this.waiting && !this.root.querySelector('td.editor')) this.draw(false);
    if (document.activeElement === document.body) this.root.focus({ preventScroll: true });
  }

  /** The cells of these rows that differ from the sheet, except the one being edited. */
  differing(rows) {
    const edited = this.root.querySelector('td.editor');
    const found = [];
    for (const y of rows) {
      this.grid.options.data[y].forEach((value, x) => {
        const mine = edited?.dataset.x === String(x) && edited.dataset.y === String(y);
        if (!mine && String(value ?? '') !== this.shown(x, y)) found.push([x, y]);
      });
    }
    return found;
  }

  shown(x, y) {
    return this.rows[y]?.[x]?.shown ?? '';
  }

  formula(x, y) {
    return this.rows[y]?.[x]?.formula;
  }

  /** The name and content of the chosen cell above the grid, where a screen reader reads it too. */
  choose({ left, top, right, bottom }) {
    this.chosen = { left, top, right, bottom };
    const many = left !== right || top !== bottom;
    this.labels.where.textContent = letter(left) + (top + 1) + (many ? `:${letter(right)}${bottom + 1}` : '');
    this.labels.content.textContent = this.formula(left, top) ?? this.shown(left, top);
    if (!this.drawing && jspreadsheet.current) {
      this.grid.getCellFromCoords(right, bottom)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  edits(cell, x, y) {
    this.editFormula(cell, x, y);
    const { options } = this.rows[y]?.[x] ?? {};
    if (options) queueMicrotask(() => this.offer(cell.querySelector('input'), options));
  }

  /** Offers the values that the cell's rule allows; the sheet decides about any other. */
  offer(editor, options) {
    const list = element('datalist', { id: 'sheet-options' }, ...options.map((value) => element('option', { value })));
    document.getElementById(list.id)?.remove();
    this.root.append(list);
    editor?.setAttribute('list', list.id);
  }

  /** A formula is edited as a formula; typing over it starts empty. */
  editFormula(cell, x, y) {
    const formula = this.formula(x, y);
    if (!formula) return;
    queueMicrotask(() => {
      const editor = cell.querySelector('input, textarea');
      if (editor?.value) editor.value = formula;
    });
  }

  /** What was typed, cleared or filled, as one block; null leaves a cell as it is. */
  edited(records) {
    const typed = records
      .map(({ x, y, value }) => ({ x: Number(x), y: Number(y), value: String(value ?? '') }))
      .filter(({ x, y, value }) => value !== (this.formula(x, y) ?? this.shown(x, y)));
    if (!typed.length) return queueMicrotask(() => this.draw(false)); // a formula left as it was shows its result again
    const [xs, ys] = [typed.map(({ x }) => x), typed.map(({ y }) => y)];
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    const values = Array.from({ length: Math.max(...ys) - top + 1 }, () => Array(Math.max(...xs) - left + 1).fill(null));
    typed.forEach(({ x, y, value }) => (values[y - top][x - left] = value));
    return this.act('/local/edit', { range: this.range(left, top), values, pasted: typed.length > 1 });
  }

  /** Sends the clipboard's text to the sheet unchanged, also where it is larger than the grid. */
  paste(event) {
    event.stopImmediatePropagation(); // the grid would also take what is pasted into the search field
    const text = event.clipboardData?.getData('text/plain');
    if (!text || this.busy() || event.target.matches?.('input, textarea')) return;
    event.preventDefault();
    const { cut } = this;
    this.cut = null;
    if (cut?.text === text.replaceAll('\r\n', '\n').replace(/\n$/, '')) this.act('/local/cut', { range: cut.place, to: this.place() });
    else this.act('/local/paste', { range: this.place(), text });
  }

  /** Cells that are cut stay until they are pasted. */
  cutOut() {
    const { left, top, right, bottom } = this.chosen;
    const span = (from, to) => Array.from({ length: to - from + 1 }, (_, step) => from + step);
    const text = span(top, bottom).map((y) => span(left, right).map((x) => quoted(this.shown(x, y))).join('\t')).join('\n');
    this.cut = { place: this.place(), text };
    navigator.clipboard?.writeText(text).catch(() => {}); // not allowed: other programs get nothing
  }

  /** After dragging the corner of the chosen cells down: the sheet fills, with its series and one event for all. */
  fill() {
    const dragged = this.grid?.selectedCorner && !this.busy() ? this.grid.selection : [];
    const last = Number(dragged.at(-1)?.dataset.y);
    if (!(last > this.chosen.bottom)) return; // upwards and sideways it is pasted
    this.grid.selectedCorner = false;
    dragged.splice(0).forEach((cell) => cell.classList.remove(...['', '-top', '-bottom', '-left', '-right'].map((side) => `selection${side}`)));
    this.act('/local/fill', { range: this.place(), down_to: last + 1 });
  }

  range(left, top) {
    return `'${this.tab.replaceAll("'", "''")}'!${letter(left)}${top + 1}`;
  }

  /** The chosen cells, as the sheet names them. */
  place() {
    const { left, top, right, bottom } = this.chosen;
    return `${this.range(left, top)}:${letter(right)}${bottom + 1}`;
  }

  /** The actions for the chosen rows and column; `x` or `y` is null on the header of a row or column. */
  menu(x, y) {
    const line = { type: 'line' };
    const rows = [
      { title: 'Insert row above', onclick: () => this.insertRow(0) },
      { title: 'Insert row below', onclick: () => this.insertRow(1) },
      { title: 'Delete selected rows', onclick: () => this.deleteRows() },
    ];
    const sort = [
      { title: 'Sort sheet A → Z by this column', onclick: () => this.sort(true) },
      { title: 'Sort sheet Z → A by this column', onclick: () => this.sort(false) },
    ];
    if (y === null) return sort;
    return x === null ? rows : [...rows, line, ...sort];
  }

  /** @param {0 | 1} below 0: above the chosen rows, 1: below them */
  insertRow(below) {
    const row = (below ? this.chosen.bottom + 1 : this.chosen.top) + 1;
    return this.act('/local/lines', { action: 'insert', tab: this.tab, first: row });
  }

  deleteRows() {
    const { top, bottom } = this.chosen;
    return this.act('/local/lines', { action: 'delete', tab: this.tab, first: top + 1, count: bottom - top + 1 });
  }

  /** Sorts everything below the header by the chosen column. */
  sort(ascending) {
    const range = `${this.range(0, 1)}:${letter(this.width() - 1)}${Math.max(2, this.rows.length)}`;
    return this.act('/local/sort', { range, column: this.chosen.left + 1, ascending });
  }

  /** @param {'undo' | 'redo'} action the sheet's own, so that it reaches the script's triggers too */
  again(action) {
    return this.act(`/local/${action}`, {});
  }

  /** True while keys do not go to the grid: another element or a cell's editor has the focus. */
  busy() {
    return jspreadsheet.current !== this.grid || this.root.querySelector('td.editor') !== null;
  }

  key(event) {
    if (this.busy()) return;
    if (event.key === 'Escape') return this.leave();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') this.cut = null; // the grid copies
    const action = (event.ctrlKey || event.metaKey) && { z: event.shiftKey ? 'redo' : 'undo', y: 'redo', x: 'cut' }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    if (action === 'cut') this.cutOut();
    else this.again(action);
  }

  /** On keyboard focus: arrows and typing go to the cell chosen last. */
  entered() {
    if (!this.grid || this.grid.selectedCell) return;
    const { left, top, right, bottom } = this.chosen;
    jspreadsheet.current = this.grid;
    this.grid.updateSelectionFromCoords(left, top, right, bottom);
  }

  /** Releases the keyboard: after Escape, Tab moves out of the sheet. */
  leave() {
    this.cut = null;
    this.grid.resetSelection();
    jspreadsheet.current = null;
  }

  /** Sends actions one after the other, then requests the grid after the last of them. */
  act(path, body) {
    this.cut = null;
    this.acts += 1;
    this.waiting += 1;
    this.sending = this.sending
      .then(() => call('POST', path, { body }))
      .catch((problem) => this.refused(problem))
      .then(() => (this.waiting -= 1) || this.ask(false))
      .catch(() => {}); // no answer: the next poll asks again
    return this.sending;
  }

  /** Requests the whole grid, because it shows what was tried. */
  refused(problem) {
    this.say(problem.message, 'wrong');
    this.revision = null;
  }
}

/** A cell for the clipboard, as spreadsheets put it there. */
function quoted(text) {
  return /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {number} column 0 → A */
function letter(column) {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
