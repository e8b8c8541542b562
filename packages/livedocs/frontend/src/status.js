/** What is said of an answer: how much was found, once the typing rests; that it is long in coming; that none comes. */
import { main, own, searchForm, status } from "./page.js";

const REST_MILLISECONDS = 500;
const SLOW_MILLISECONDS = 400;

/** Statuses by which something in front of the server says that it does not answer; what they come with is not ours. */
const UNREACHED = [502, 504];

let resting = 0;
let slow = 0;

/** @typedef {{ ctx?: { sourceElement: Element, response?: { status: number } } }} Exchange */

/** Whether htmx tells of what the search form asked for. @param {Event} event */
export function answersForm(event) {
  const { ctx } = /** @type {CustomEvent<Exchange>} */ (event).detail;
  return ctx?.sourceElement === searchForm();
}

/** @param {Event} event */
export function isUnreached(event) {
  const { ctx } = /** @type {CustomEvent<Exchange>} */ (event).detail;
  return UNREACHED.includes(ctx?.response?.status ?? 0);
}

/** What was to be said is no longer true. */
export const keepQuiet = () => clearTimeout(resting);

/** Say what was found, as the page does above it. */
export function announceSoon() {
  keepQuiet();
  resting = window.setTimeout(() => {
    status().textContent = own("app-found")?.textContent.replace(/\s+/g, " ").trim() ?? "";
  }, REST_MILLISECONDS);
}

/** What is still shown is not what was asked for: after more than a blink it says so. */
export function expectAnswer() {
  clearTimeout(slow);
  slow = window.setTimeout(() => (main().ariaBusy = "true"), SLOW_MILLISECONDS);
}

function expectNothing() {
  clearTimeout(slow);
  main().ariaBusy = null;
}

export function complain() {
  keepQuiet();
  expectNothing();
  status().textContent = "The server did not answer. Is livedocs still running?";
  status().classList.remove("sr-only");
}

/** From now on the status is for those who hear the page. */
export function complainNoMore() {
  expectNothing();
  status().classList.add("sr-only");
}
