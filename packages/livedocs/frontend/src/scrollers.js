/** Wide tables and long lines of code scroll inside their box: from the keyboard, too, in browsers that would not. */

/** @param {ResizeObserverEntry} change */
function reach({ target }) {
  if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
  else target.removeAttribute("tabindex");
}

/** @param {HTMLElement} root */
export function keepScrollersInReach(root) {
  const observer = new ResizeObserver((changes) => changes.forEach(reach));
  for (const box of root.querySelectorAll("pre, table, .math")) observer.observe(box);
}
