/** Places in a page: which one an address names, and getting there. */

/** The id that a link or an address leads to. @param {string} hash */
export function anchorOf(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}

/** In a long page the sections above turn out shorter or longer than was thought once they come near. */
const FRAMES_TO_SETTLE = 10;

/** @param {HTMLElement} target @param {number} frames */
function settle(target, frames) {
  if (!frames) return;
  requestAnimationFrame(() => {
    target.scrollIntoView();
    settle(target, frames - 1);
  });
}

/** Stay at a place of a long page while what is above it finds its size. @param {string} anchor */
export function land(anchor) {
  const target = document.getElementById(anchor);
  if (target?.closest(".is-long")) settle(target, FRAMES_TO_SETTLE);
}
