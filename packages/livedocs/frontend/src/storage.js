/** What is kept in this browser, if it keeps anything: it may be told not to, and then reading and writing throw. */

/** @typedef {"localStorage" | "sessionStorage"} Where */

/** @param {string} key @param {Where} [where] for all tabs and always, or for this tab */
export function recall(key, where = "localStorage") {
  try {
    return window[where].getItem(key);
  } catch {
    return null;
  }
}

/** @param {string} key @param {string} value @param {Where} [where] */
export function remember(key, value, where = "localStorage") {
  try {
    window[where].setItem(key, value);
  } catch {
    // Nothing is kept, and what is not kept is not missed.
  }
}
