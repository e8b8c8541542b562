/**
 * The address is the state. Typing on any page other than the search page adds one step to the browser's history, and
 * further typing rewrites that step; a link to another search adds one, too. Going back puts the page that was left
 * into place again, node by node, or asks for the results again.
 */
import htmx from "htmx.org";
import { answeredAt, isSearch, keepAddress, writeAddress, writeAddressSoon } from "./address.js";
import { main, queryInput, searchForm } from "./page.js";
import { showSelected } from "./pane.js";
import { keepScrolled, returnTo, scrolledTo } from "./scrolled.js";

/** @typedef {{ sourceElement: Element, request: { action: string, body: FormData } }} Exchange */

/** @type {{ address: string, title: string, nodes: DocumentFragment, scroll: number } | null} */
let left = null;

const stepKey = () => window.navigation?.currentEntry?.key ?? "";
const address = () => location.pathname + location.search;

/** Address of the page in place; null while results are. */
let shown = isSearch() ? null : address();

/** Where the view was when the browser took a step; by the time htmx tells of it, the browser has scrolled. */
let scrollAtStep = 0;

/** What is selected in the step that is being restored. @type {string | null} */
let restoring = null;

/** Where to scroll to when the answer that was asked for is there. @type {number | null} */
let scrollWanted = null;

let isNewStep = false;

/** The next answer is a step of its own, rather than more typing. */
export const nextStepIsNew = () => void (isNewStep = true);

/** @param {Event} event */
const exchangeOf = (event) => /** @type {CustomEvent<{ ctx: Exchange }>} */ (event).detail.ctx;

/** @param {string} from its address @param {number} scroll where in it the reader was */
function leaveView(from, scroll) {
  const nodes = document.createDocumentFragment();
  left = { address: from, title: document.title, nodes, scroll };
  nodes.append(...main().childNodes);
  shown = null;
}

/** @param {Event} event */
function recordStep(event) {
  const { sourceElement, request } = exchangeOf(event);
  if (sourceElement !== searchForm()) return;
  if (isNewStep) writeAddress(); // of the step before it, which may not be known yet
  answeredAt(request.action);
  const isLeaving = !isSearch();
  if (isLeaving) {
    keepScrolled(stepKey(), scrollY);
    leaveView(address(), scrollY);
    scrollTo(0, 0);
  }
  if (isLeaving || isNewStep) {
    keepAddress();
    // htmx tells of steps between those that are marked so.
    if (!history.state?.htmx) history.replaceState({ htmx: true }, "");
    history.pushState({ htmx: true }, "", request.action);
  } else {
    writeAddressSoon();
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
  keepAddress();
  htmx.trigger(searchForm(), "htmx:abort");
  fillForm();
  // Only the anchor is another one, and the browser scrolls to that.
  if (shown === address()) return;
  if (left?.address === address()) {
    shown = left.address;
    keepScrolled(stepKey(), 0);
    main().replaceChildren(left.nodes);
    showSelected();
    document.title = left.title;
    scrollTo(0, left.scroll);
    left = null;
    searchForm().dispatchEvent(new CustomEvent("livedocs:restored", { bubbles: true }));
  } else if (isSearch()) {
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
  const { sourceElement, request } = exchangeOf(event);
  if (sourceElement !== searchForm()) return;
  if (restoring) request.body.set("selected", restoring);
  for (const [name, value] of [...request.body]) if (!value && name !== "q") request.body.delete(name);
  scrollWanted = restoring === null ? null : scrolledTo(stepKey());
}

function scrollBack() {
  if (scrollWanted !== null) scrollTo(0, scrollWanted);
  scrollWanted = null;
}

/** @param {NavigateEvent} event */
function keepScroll({ navigationType }) {
  if (isSearch() && navigationType !== "replace") keepScrolled(stepKey(), scrollY);
}

export function keepHistory() {
  if (!isSearch()) returnTo(stepKey());
  addEventListener("popstate", () => (scrollAtStep = scrollY));
  window.navigation?.addEventListener("navigate", keepScroll);
  document.addEventListener("htmx:config:request", completeQuestion);
  document.addEventListener("htmx:before:swap", recordStep);
  document.addEventListener("htmx:after:swap", scrollBack);
  document.addEventListener("htmx:before:history:restore", restore);
}
