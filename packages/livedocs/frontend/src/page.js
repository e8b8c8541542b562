/** The parts of the page that the server renders and scripts hold on to. */

/**
 * An element of the app's own. A page of documentation may well have ids like the app's; they do not count.
 * @param {string} id
 * @returns {HTMLElement | null}
 */
export function own(id) {
  const first = document.getElementById(id);
  return first?.closest(".reading") ? document.querySelector(`[id="${id}"]:not(.reading *)`) : first;
}

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function part(id, type) {
  const element = own(id);
  if (!(element instanceof type)) throw new Error(`The page has no #${id}.`);
  return element;
}

export const searchForm = () => part("app-search", HTMLFormElement);
export const queryInput = () => part("app-query", HTMLInputElement);
export const main = () => part("app-main", HTMLElement);
export const pane = () => part("app-pane", HTMLElement);
export const helpDialog = () => part("app-help", HTMLDialogElement);
export const themeButton = () => part("app-theme", HTMLButtonElement);
export const status = () => part("app-status", HTMLElement);

/** The list of hits that is shown now; null when there is none. */
export const resultList = () => own("app-results");
