/**
 * The address of the search page: the query that is answered, and which hit is selected. It is written once both rest,
 * or when something is opened: writing it costs the browser more than showing an answer does, and it refuses to when
 * asked too often.
 */
import { entryOf, hits, selectedHit } from "./selection.js";

const SEARCH_PATH = "/search";
const REST_MILLISECONDS = 150;

let answered = location.pathname + location.search;
let waiting = 0;

export const isSearch = () => location.pathname === SEARCH_PATH;

/** Nothing is to be written any more. */
export const keepAddress = () => clearTimeout(waiting);

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

/** The same, once typing or moving rests. */
export function writeAddressSoon() {
  keepAddress();
  waiting = window.setTimeout(writeAddress, REST_MILLISECONDS);
}
