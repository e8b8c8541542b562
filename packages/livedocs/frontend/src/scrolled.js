/** Where the results of each step of the history were scrolled to. It outlives a reload, and ends with the tab. */

const PREFIX = "livedocs.scrolled.";

/** @param {string} step its key */
export function scrolledTo(step) {
  try {
    return Number(sessionStorage.getItem(PREFIX + step) ?? 0);
  } catch {
    return 0; // the browser keeps nothing
  }
}

/** @param {string} step its key @param {number} place where it is scrolled to */
export function keepScrolled(step, place) {
  try {
    sessionStorage.setItem(PREFIX + step, String(place));
  } catch {
    // The browser keeps nothing: then the results begin at the top.
  }
}
