/**
 * The address of the search page: the query that is answered, and which hit is selected. Writing it takes a browser as
 * long as showing an answer, so it is written behind the frame that shows it.
 */
import { entryOf, hits, selectedHit } from "./selection.js";

const SEARCH_PATH = "/search";

let answered = location.pathname + location.search;
let frame = 0;
let waiting = 0;

export const isSearch = () => location.pathname === SEARCH_PATH;

/** Nothing is to be written any more. */
export function keepAddress() {
  cancelAnimationFrame(frame);
  clearTimeout(waiting);
}

/** What is answered now is not known to the address yet. @param {string} address of the answer */
export function answeredAt(address) {
  answered = address;
}

/** Write down what is answered and selected; the first hit is when the address says nothing. */
export function writeAddress() {
  keepAddress();
  if (!isSearch()) return;
  const parameters = new URL(answered, location.href).searchParams;
  parameters.delete("selected");
  const hit = selectedHit();
  const selected = hit && hit !== hits()[0] ? `&selected=${encodeURIComponent(entryOf(hit)).replaceAll("%2F", "/")}` : "";
  history.replaceState({ htmx: true }, "", `${SEARCH_PATH}?${parameters}${selected}`);
}

/** The same, once the page is painted as it is now. */
export function writeAddressSoon() {
  keepAddress();
  frame = requestAnimationFrame(() => (waiting = window.setTimeout(writeAddress)));
}
