/**
 * The address is the state: the query, and which hit is selected. Typing on any page other than the search page adds
 * one step to the browser's history, and further typing rewrites that step; a link to another search adds one, too.
 * Going back puts the page that was left into place again, node by node, or asks for the results again.
 */
import htmx from "htmx.org";
import { main, queryInput, searchForm } from "./page.js";
import { showSelected } from "./pane.js";
import { entryOf, hits, selectedHit } from "./selection.js";

const SEARCH_PATH = "/search";
const QUIET_MILLISECONDS = 150;

/** @type {{ address: string, title: string, nodes: DocumentFragment, scroll: number } | null} */
let left = null;

const stepKey = () => window.navigation?.currentEntry?.key ?? "";
const address = () => location.pathname + location.search;

/** Address of the page in place; null while results are. */
let shown = location.pathname === SEARCH_PATH ? null : address();

/** Where the view was when the browser took a step; by the time htmx tells of it, the browser has scrolled. */
let scrollAtStep = 0;

/** Where the results of each step were scrolled to, by the step's key. @type {Map<string, number>} */
const scrolled = new Map();

/** What is selected in the step that is being restored. @type {string | null} */
let restoring = null;

/** Where to scroll to when the answer that was asked for is there. @type {number | null} */
let scrollWanted = null;

let isNewStep = false;
let waiting = 0;

/** The next answer is a step of its own, rather than more typing. */
export const nextStepIsNew = () => void (isNewStep = true);

/** Write into the address which hit is selected; the first one is when the address says nothing. */
export function rememberSelection() {
  clearTimeout(waiting);
  const hit = selectedHit();
  if (!hit || location.pathname !== SEARCH_PATH) return;
  const parameters = new URLSearchParams(location.search);
  parameters.delete("selected");
  const selected = encodeURIComponent(entryOf(hit)).replaceAll("%2F", "/");
  const suffix = hit === hits()[0] ? "" : `&selected=${selected}`;
  history.replaceState(history.state, "", `${SEARCH_PATH}?${parameters}${suffix}`);
}

/** The same, once the selection rests: browsers slow down pages that write their address too often. */
export function rememberSelectionSoon() {
  clearTimeout(waiting);
  waiting = window.setTimeout(rememberSelection, QUIET_MILLISECONDS);
}

/** @param {string} from its address @param {number} scroll where in it the reader was */
function leaveView(from, scroll) {
  const nodes = document.createDocumentFragment();
  left = { address: from, title: document.title, nodes, scroll };
  nodes.append(...main().childNodes);
  shown = null;
}

/** @param {Event} event */
function recordStep(event) {
  const { history: step } = /** @type {CustomEvent<{ history: { type: "push" | "replace" } }>} */ (event).detail;
  clearTimeout(waiting);
  if (location.pathname === SEARCH_PATH) {
    if (isNewStep) step.type = "push";
  } else {
    leaveView(address(), scrollY);
    scrollTo(0, 0);
    step.type = "push";
  }
  isNewStep = false;
}

function fillForm() {
  const asked = new URLSearchParams(location.search);
  for (const field of searchForm().elements) {
    if (field instanceof HTMLInputElement) field.value = asked.get(field.name) ?? "";
  }
}

/** @param {Event} event */
function restore(event) {
  event.preventDefault();
  clearTimeout(waiting);
  htmx.trigger(searchForm(), "htmx:abort");
  fillForm();
  // Only the anchor is another one, and the browser scrolls to that.
  if (shown === address()) return;
  if (left?.address === address()) {
    shown = left.address;
    main().replaceChildren(left.nodes);
    showSelected();
    document.title = left.title;
    scrollTo(0, left.scroll);
    left = null;
    searchForm().dispatchEvent(new CustomEvent("livedocs:restored", { bubbles: true }));
  } else if (location.pathname === SEARCH_PATH) {
    if (shown !== null) leaveView(shown, scrollAtStep);
    restoring = new URLSearchParams(location.search).get("selected") ?? "";
    queryInput().dispatchEvent(new InputEvent("input", { bubbles: true }));
    restoring = null;
  } else {
    location.reload();
  }
}

/** Empty fields stay out of the address; of a step that is restored the selection is asked for, too. @param {Event} event */
function completeQuestion(event) {
  const { ctx } = /** @type {CustomEvent<{ ctx: { sourceElement: Element, request: { body: FormData } } }>} */ (event).detail;
  const { body } = ctx.request;
  if (ctx.sourceElement !== searchForm()) return;
  if (restoring) body.set("selected", restoring);
  for (const [name, value] of [...body]) if (!value && name !== "q") body.delete(name);
  scrollWanted = restoring === null ? null : (scrolled.get(stepKey()) ?? 0);
}

function scrollBack() {
  if (scrollWanted !== null) scrollTo(0, scrollWanted);
  scrollWanted = null;
}

/** @param {NavigateEvent} event */
function keepScroll({ navigationType }) {
  if (location.pathname === SEARCH_PATH && navigationType !== "replace") scrolled.set(stepKey(), scrollY);
}

export function keepHistory() {
  addEventListener("popstate", () => (scrollAtStep = scrollY));
  window.navigation?.addEventListener("navigate", keepScroll);
  document.addEventListener("htmx:config:request", completeQuestion);
  document.addEventListener("htmx:after:swap", scrollBack);
  document.addEventListener("htmx:before:history:update", recordStep);
  document.addEventListener("htmx:before:history:restore", restore);
}
