/** One column of the board: its cards in portions, and a drop target. Knows no task. */

import { COLUMNS } from './card.js';
import { element } from './element.js';

const PORTION = 100;

/**
 * @param {string} status
 * @param {{move: (id: number, status: string) => void, draw: () => void}} does
 */
export function column(status, does) {
  const count = element('span', { className: 'count' });
  const list = element('ul', { className: 'cards' });
  const empty = element('p', { className: 'empty' });
  const more = element('button', { type: 'button', className: 'more', hidden: true });
  const heading = element('h3', { id: `column-${status}` }, COLUMNS[status], ' ', count);
  const root = element('section', { className: 'column' }, heading, list, empty, more);
  root.dataset.status = status;
  root.setAttribute('aria-labelledby', heading.id);
  const made = {
    status,
    root,
    list,
    most: PORTION,
    fold: () => (made.most = PORTION),
    show(cards, total, filtered) {
      arrange(list, cards);
      count.textContent = String(total);
      empty.hidden = total > 0;
      empty.textContent = filtered ? 'No task here matches the search.' : 'No tasks here.';
      more.hidden = total <= made.most;
      more.textContent = `Show ${Math.min(PORTION, total - made.most)} more`;
    },
  };
  more.addEventListener('click', () => {
    made.most += PORTION;
    does.draw();
  });
  takeDrops(root, (id) => does.move(id, status));
  return made;
}

function takeDrops(root, drop) {
  root.addEventListener('dragover', (event) => {
    event.preventDefault();
    root.classList.add('over');
  });
  root.addEventListener('dragleave', (event) => {
    if (!root.contains(event.relatedTarget)) root.classList.remove('over');
  });
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    root.classList.remove('over');
    drop(Number(event.dataTransfer.getData('text/plain')));
  });
}

/** Makes `cards` the children of `list`, moving only those that are elsewhere. */
function arrange(list, cards) {
  let place = list.firstChild;
  for (const card of cards) {
    if (card === place) place = place.nextSibling;
    else list.insertBefore(card, place);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}
