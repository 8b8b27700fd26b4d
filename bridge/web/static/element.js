/** Builds elements: text is always text, never markup. */

/**
 * @param {string} tag
 * @param {Object<string, unknown>} [properties] of the element, such as className, textContent, hidden
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** Colours an element for a moment, so that the eye finds what changed. */
export function flash(shown) {
  shown.classList.remove('flash');
  void shown.offsetWidth; // restarts a running animation
  shown.classList.add('flash');
  shown.addEventListener('animationend', () => shown.classList.remove('flash'), { once: true });
}
