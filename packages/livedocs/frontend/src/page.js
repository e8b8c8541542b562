/** The parts of the page that the server renders and scripts hold on to. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function part(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no #${id}.`);
  return element;
}

export const searchForm = () => part("app-search", HTMLFormElement);
export const queryInput = () => part("app-query", HTMLInputElement);
export const main = () => part("app-main", HTMLElement);
export const status = () => part("app-status", HTMLElement);

/** The list of hits that is shown now; null when there is none. */
export const resultList = () => document.getElementById("app-results");
