/**
 * The address is the state. Typing on any page other than the search page adds one step to the browser's history, and
 * further typing rewrites that step. Going back puts the page that was left into place again, node by node.
 */
import htmx from "htmx.org";
import { main, queryInput, searchForm } from "./page.js";

const SEARCH_PATH = "/search";

/** @type {{ address: string, title: string, nodes: DocumentFragment, scroll: number } | null} */
let left = null;

const address = () => location.pathname + location.search;

function leaveCurrentView() {
  const nodes = document.createDocumentFragment();
  left = { address: address(), title: document.title, nodes, scroll: scrollY };
  nodes.append(...main().childNodes);
}

/** @param {Event} event */
function recordStep(event) {
  const { history: step } = /** @type {CustomEvent<{ history: { type: "push" | "replace" } }>} */ (event).detail;
  if (location.pathname === SEARCH_PATH) return;
  leaveCurrentView();
  scrollTo(0, 0);
  step.type = "push";
}

function fillForm() {
  const asked = new URLSearchParams(location.search);
  for (const field of searchForm().elements) {
    if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = asked.get(field.name) ?? "";
  }
}

/** @param {Event} event */
function restore(event) {
  event.preventDefault();
  htmx.trigger(searchForm(), "htmx:abort");
  fillForm();
  if (left?.address === address()) {
    main().replaceChildren(left.nodes);
    document.title = left.title;
    scrollTo(0, left.scroll);
    left = null;
    searchForm().dispatchEvent(new CustomEvent("livedocs:restored", { bubbles: true }));
  } else if (location.pathname === SEARCH_PATH) {
    queryInput().dispatchEvent(new InputEvent("input", { bubbles: true }));
  } else {
    location.reload();
  }
}

/** Empty filters stay out of the address. @param {Event} event */
function dropEmptyFields(event) {
  const { ctx } = /** @type {CustomEvent<{ ctx: { request: { body: FormData } } }>} */ (event).detail;
  for (const [name, value] of [...ctx.request.body]) if (!value && name !== "q") ctx.request.body.delete(name);
}

export function keepHistory() {
  document.addEventListener("htmx:config:request", dropEmptyFields);
  document.addEventListener("htmx:before:history:update", recordStep);
  document.addEventListener("htmx:before:history:restore", restore);
}
